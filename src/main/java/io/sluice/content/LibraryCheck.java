package io.sluice.content;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.parallel.Job;
import io.sluice.parallel.Threads;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a library and says all that is wrong with it. Frames in quarantine are known to be damaged
 * and are not told again.
 */
final class LibraryCheck {
  /** How many problems are listed; the last then says that there are more. */
  static final int PROBLEMS_MAX = 10_000;

  private final Library.Parts parts;
  private final CodecPool codecs;
  private final FrameReading reading;

  /** How a frame is looked at. */
  @FunctionalInterface
  interface FrameReading {
    /**
     * Reads the frame at an offset.
     *
     * @throws Failure CONTENT_CORRUPT if the frame is damaged, or what the disk says
     */
    Found read(PackReading pack, long offset) throws Failure;
  }

  /**
   * A pack that is being read, and what its frames are decoded with.
   *
   * @param head a buffer for a frame's head
   * @param plain a buffer for a frame's plain bytes
   */
  record PackReading(
      long number, Path file, Disk.Reader reader, FrameCodec codec, byte[] head, byte[] plain) {
    PackReading(long number, Path file, Disk.Reader reader, FrameCodec codec) {
      this(
          number,
          file,
          reader,
          codec,
          new byte[FrameFormat.HEAD_BYTES_MAX],
          new byte[Frame.PLAIN_BYTES_MAX]);
    }
  }

  /** Is told of a damaged frame and why it is; answers the failure to go on with. */
  @FunctionalInterface
  interface FrameDamage {
    Failure found(long place, Failure why);
  }

  /** A frame that is as it should be. */
  record Found(List<Frame.Chunk> chunks, int bytes) {}

  /** Looks at a frame's head and chunk table only. */
  static Found headOnly(PackReading pack, long offset) throws Failure {
    Optional<FrameFormat.Header> header = PackFormat.frameHead(pack.reader, offset, pack.head);
    Optional<List<Frame.Chunk>> chunks =
        header.flatMap(found -> FrameFormat.chunks(found, pack.head));
    if (chunks.isEmpty()) {
      throw PackFormat.corrupt(pack.file, "the frame's head is damaged");
    }
    return new Found(chunks.get(), header.orElseThrow().frameBytes());
  }

  /** Decodes a frame and compares its chunks with their digests. */
  static FrameReading wholeFrame(FrameDamage damage) {
    return (pack, offset) -> {
      try {
        Frame frame =
            PackFormat.frame(pack.reader, offset, pack.head)
                .orElseThrow(() -> PackFormat.corrupt(pack.file, "the frame's bytes are damaged"));
        pack.codec.decode(frame, pack.plain, 0);
        return new Found(frame.chunks(), FrameFormat.bytes(frame));
      } catch (Failure e) {
        throw e.code() == Code.CONTENT_CORRUPT
            ? damage.found(FramePlace.of(pack.number, offset), e)
            : e;
      }
    };
  }

  LibraryCheck(Library.Parts parts, CodecPool codecs, FrameReading reading) {
    this.parts = parts;
    this.codecs = codecs;
    this.reading = reading;
  }

  List<Failure> all(Threads threads) throws Failure, InterruptedException {
    List<Job<List<Failure>>> jobs = new ArrayList<>(packJobs());
    for (Digest document : parts.documents().all()) {
      jobs.add(() -> document(document));
    }
    List<Failure> problems = new ArrayList<>(parts.documents().lost());
    problems.addAll(parts.index().check());
    for (List<Failure> found : threads.all(jobs, threads.cores())) {
      problems.addAll(found);
    }
    return problems.size() <= PROBLEMS_MAX ? problems : shortened(problems);
  }

  private List<Job<List<Failure>>> packJobs() throws Failure {
    List<Job<List<Failure>>> jobs = new ArrayList<>();
    List<Packs.Held> held = parts.packs().held();
    Map<Long, Long> ends = new HashMap<>();
    held.stream().filter(Packs.Held::isSealed).forEach(pack -> ends.put(pack.number(), pack.end()));
    for (String name : parts.files().disk().list(parts.files().packs())) {
      Path file = parts.files().packs().resolve(name);
      Optional<Long> sealed = PackNames.number(name, PackNames.SEALED);
      if (sealed.isPresent()) {
        // Of a pack sealed since then nothing is held beyond what its index, just made, lists.
        long end = ends.getOrDefault(sealed.get(), 0L);
        jobs.add(() -> codecs.use(codec -> sealed(sealed.get(), file, end, codec)));
      } else if (PackNames.number(name, PackNames.OPEN).isEmpty()) {
        jobs.add(() -> List.of(PackFormat.corrupt(file, "it is not a pack's name")));
      }
    }
    for (Packs.Held pack : held) {
      if (!pack.isSealed()) {
        jobs.add(() -> codecs.use(codec -> open(pack, codec)));
      }
    }
    return jobs;
  }

  /**
   * All that is wrong with a sealed pack.
   *
   * @param held where the frames end that are held of it, should its index be damaged
   */
  private List<Failure> sealed(long number, Path file, long held, FrameCodec codec) {
    List<Failure> problems = new ArrayList<>();
    try (Disk.Reader reader = parts.files().disk().open(file)) {
      Optional<PackFormat.Index> index = index(file, reader, problems);
      Frames frames = new Frames(new PackReading(number, file, reader, codec), problems);
      if (index.isPresent()) {
        frames.read(index.get());
      } else {
        frames.read(held);
      }
    } catch (Failure e) {
      problems.add(e);
    }
    return problems;
  }

  /** Empty, and told, if it is damaged: the frames count as held all the same. */
  private static Optional<PackFormat.Index> index(
      Path file, Disk.Reader reader, List<Failure> problems) throws Failure {
    try {
      return Optional.of(PackFormat.read(reader, file, PackFormat.Versions.NOW));
    } catch (Failure e) {
      if (e.code() != Code.CONTENT_CORRUPT) {
        throw e;
      }
      problems.add(e);
      return Optional.empty();
    }
  }

  private List<Failure> open(Packs.Held pack, FrameCodec codec) {
    List<Failure> problems = new ArrayList<>();
    Path file = parts.packs().file(pack.number());
    try (Disk.Reader reader = parts.files().disk().open(file)) {
      PackFormat.requireHeader(reader, file, PackFormat.Versions.NOW);
      new Frames(new PackReading(pack.number(), file, reader, codec), problems).read(pack.end());
    } catch (Failure e) {
      // A pack sealed between listing and opening was renamed; the next check reads it.
      if (e.code() != Code.CONTENT_MISSING || parts.packs().file(pack.number()).equals(file)) {
        problems.add(e);
      }
    }
    return problems;
  }

  private List<Failure> document(Digest document) {
    try {
      parts.documents().stored(document);
      return List.of();
    } catch (Failure e) {
      return List.of(e);
    }
  }

  private static List<Failure> shortened(List<Failure> problems) {
    List<Failure> kept = new ArrayList<>(problems.subList(0, PROBLEMS_MAX));
    kept.add(
        Failure.permanent(
            Code.CONTENT_CORRUPT,
            "checking the content library",
            (problems.size() - PROBLEMS_MAX) + " more problems",
            "check the disk"));
    return kept;
  }

  /** Goes through one pack's frames, each where the one before ends. */
  private final class Frames {
    private final PackReading pack;
    private final List<Failure> problems;
    private final FrameList list = new FrameList();
    private boolean isWhole = true;

    Frames(PackReading pack, List<Failure> problems) {
      this.pack = pack;
      this.problems = problems;
    }

    /** After a damaged frame it goes on at the next one the index knows. */
    void read(PackFormat.Index index) throws Failure {
      long[] offsets = index.offsets();
      read(index.framesEnd(), offsets);
      if (isWhole && !list.index(index.framesEnd()).isSameAs(index)) {
        problems.add(PackFormat.corrupt(pack.file, "its index does not list its frames' chunks"));
      }
    }

    /** After a damaged frame it goes on where its header says, if it has one. */
    void read(long end) throws Failure {
      read(end, new long[0]);
    }

    private void read(long end, long[] offsets) throws Failure {
      long offset = PackFormat.HEADER_BYTES;
      while (offset < end) {
        offset += frame(offset, end, offsets);
      }
      if (offset != end) {
        problems.add(
            PackFormat.corrupt(pack.file, "its last frame does not end where its index begins"));
      }
    }

    /** How many bytes the frame takes, or those that cannot be told apart from it. */
    private long frame(long offset, long end, long[] offsets) throws Failure {
      long place = FramePlace.of(pack.number, offset);
      boolean isKnown = parts.quarantine().contains(place);
      try {
        if (!isKnown) {
          Found found = reading.read(pack, offset);
          list.add(offset, found.chunks());
          return found.bytes();
        }
      } catch (Failure e) {
        if (e.code() != Code.CONTENT_CORRUPT) {
          throw e;
        }
        problems.add(PackFormat.corrupt(pack.file, "at byte " + offset + ": " + e.why()));
      }
      isWhole = false;
      return behindDamage(offset, end, offsets) - offset;
    }

    private long behindDamage(long offset, long end, long[] offsets) throws Failure {
      if (offsets.length > 0) {
        return Arrays.stream(offsets).filter(each -> each > offset).findFirst().orElse(end);
      }
      return PackFormat.frameHead(pack.reader, offset, pack.head)
          .map(header -> Math.min(end, offset + header.frameBytes()))
          .orElse(end);
    }
  }
}
