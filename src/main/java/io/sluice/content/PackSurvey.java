package io.sluice.content;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What a pack's frames are needed for, found out without reading their stored bytes.
 *
 * @param isSound whether it is sealed and its index whole: what is listed is then all it holds
 * @param fileBytes the file's length
 * @param frames in order
 */
record PackSurvey(long number, boolean isSound, long fileBytes, List<FrameUse> frames) {
  /**
   * One frame.
   *
   * @param neededChunks those of its chunks that somebody needs, wherever else they lie
   * @param isNeeded whether one of them is held nowhere else. So a damaged frame is needed until
   *     its chunks were stored anew
   */
  record FrameUse(
      long offset,
      Usage.Amount amount,
      List<Digest> chunks,
      List<Digest> neededChunks,
      boolean isNeeded,
      boolean isQuarantined) {}

  PackSurvey {
    frames = List.copyOf(frames);
  }

  /** Surveys every pack of which something is held. */
  static List<PackSurvey> all(Library.Parts parts, Predicate<Digest> isNeeded) throws Failure {
    List<PackSurvey> all = new ArrayList<>();
    Surveyor surveyor = new Surveyor(parts, isNeeded);
    for (Packs.Held pack : parts.packs().held()) {
      all.add(surveyor.survey(pack));
    }
    return all;
  }

  /** Asks of each frame who needs it. */
  private record Surveyor(Library.Parts parts, Predicate<Digest> isNeeded) {
    PackSurvey survey(Packs.Held pack) throws Failure {
      long number = pack.number();
      Path file = parts.packs().file(number);
      try (Disk.Reader reader = parts.files().disk().open(file)) {
        Optional<PackFormat.Index> index = pack.isSealed() ? index(reader, file) : Optional.empty();
        List<FrameUse> frames =
            index.isPresent() ? listed(number, reader, index.get()) : walked(pack, reader);
        return new PackSurvey(number, index.isPresent(), reader.size(), frames);
      } catch (Failure e) {
        if (e.code() != Code.CONTENT_MISSING) {
          throw e;
        }
        // Sealed, and so renamed, since it was listed; or deleted by somebody.
        return new PackSurvey(number, false, 0, List.of());
      }
    }

    private static Optional<PackFormat.Index> index(Disk.Reader reader, Path file) throws Failure {
      try {
        return Optional.of(PackFormat.read(reader, file, PackFormat.Versions.NOW));
      } catch (Failure e) {
        if (e.code() != Code.CONTENT_CORRUPT) {
          throw e;
        }
        return Optional.empty();
      }
    }

    private List<FrameUse> listed(long number, Disk.Reader reader, PackFormat.Index index)
        throws Failure {
      NavigableMap<Long, List<Digest>> byOffset = new TreeMap<>();
      for (int i = 0; i < index.size(); i++) {
        byOffset.computeIfAbsent(index.offset(i), at -> new ArrayList<>()).add(index.digest(i));
      }
      byte[] head = new byte[FrameFormat.HEAD_BYTES_MAX];
      List<FrameUse> frames = new ArrayList<>();
      for (Map.Entry<Long, List<Digest>> frame : byOffset.entrySet()) {
        long offset = frame.getKey();
        Long next = byOffset.higherKey(offset);
        long bytes = (next == null ? index.framesEnd() : next) - offset;
        // Of a damaged head the plain length is not known.
        int plain =
            PackFormat.frameHead(reader, offset, head)
                .map(FrameFormat.Header::plainLength)
                .orElse(0);
        frames.add(use(FramePlace.of(number, offset), bytes, plain, frame.getValue()));
      }
      return frames;
    }

    /** The frames of a pack without an index, up to the first whose head is damaged. */
    private List<FrameUse> walked(Packs.Held pack, Disk.Reader reader) throws Failure {
      byte[] head = new byte[FrameFormat.HEAD_BYTES_MAX];
      List<FrameUse> frames = new ArrayList<>();
      long offset = PackFormat.HEADER_BYTES;
      while (offset < pack.end()) {
        Optional<FrameFormat.Header> header = PackFormat.frameHead(reader, offset, head);
        Optional<List<Frame.Chunk>> chunks =
            header.flatMap(found -> FrameFormat.chunks(found, head));
        if (chunks.isEmpty()) {
          return frames;
        }
        List<Digest> digests = chunks.get().stream().map(Frame.Chunk::digest).toList();
        int bytes = header.orElseThrow().frameBytes();
        int plain = header.orElseThrow().plainLength();
        frames.add(use(FramePlace.of(pack.number(), offset), bytes, plain, digests));
        offset += bytes;
      }
      return frames;
    }

    private FrameUse use(long place, long bytes, int plain, List<Digest> chunks) {
      List<Digest> needed = chunks.stream().filter(isNeeded).toList();
      return new FrameUse(
          FramePlace.offset(place),
          new Usage.Amount(1, bytes, chunks.size(), plain),
          List.copyOf(chunks),
          needed,
          needed.stream().anyMatch(chunk -> isOnlyHere(chunk, place)),
          parts.quarantine().contains(place));
    }

    private boolean isOnlyHere(Digest chunk, long place) {
      long held = parts.index().find(chunk);
      return held == place || held == ChunkIndex.ABSENT;
    }
  }
}
