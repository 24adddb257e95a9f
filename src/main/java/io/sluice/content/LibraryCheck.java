package io.sluice.content;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.parallel.Job;
import io.sluice.parallel.Threads;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Re-reads everything in a library and says all that is wrong with it. */
final class LibraryCheck {
  /** How many problems are listed; the last then says that there are more. */
  static final int PROBLEMS_MAX = 10_000;

  private final Library.Parts parts;
  private final CodecPool codecs;
  private final FrameDamage damage;

  /** Is told of every damaged frame. */
  @FunctionalInterface
  interface FrameDamage {
    void found(long place) throws Failure;
  }

  LibraryCheck(Library.Parts parts, CodecPool codecs, FrameDamage damage) {
    this.parts = parts;
    this.codecs = codecs;
    this.damage = damage;
  }

  List<Failure> all(Threads threads) throws Failure, InterruptedException {
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
        jobs.add(() -> codecs.use(codec -> sealed(new Pack(sealed.get(), file, end), codec)));
      } else if (PackNames.number(name, PackNames.OPEN).isEmpty()) {
        jobs.add(() -> List.of(PackFormat.corrupt(file, "it is not a pack's name")));
      }
    }
    for (Packs.Held pack : held) {
      if (!pack.isSealed()) {
        jobs.add(() -> codecs.use(codec -> open(pack, codec)));
      }
    }
    for (Digest document : parts.documents().all()) {
      jobs.add(() -> document(document));
    }
    List<Failure> problems = new ArrayList<>();
    for (List<Failure> found : threads.all(jobs, threads.cores())) {
      problems.addAll(found);
    }
    return problems.size() <= PROBLEMS_MAX ? problems : shortened(problems);
  }

  /** A sealed pack and where the frames end that are held of it. */
  private record Pack(long number, Path file, long end) {}

  private List<Failure> sealed(Pack pack, FrameCodec codec) throws Failure {
    List<Failure> problems = new ArrayList<>();
    try (Disk.Reader reader = parts.files().disk().open(pack.file)) {
      Frames frames = new Frames(pack.number, pack.file, reader, codec);
      Optional<PackFormat.Index> index = index(pack.file, reader, problems);
      frames.read(index.map(PackFormat.Index::framesEnd).orElse(pack.end), problems);
      if (problems.isEmpty() && !frames.matches(index.orElseThrow())) {
        problems.add(PackFormat.corrupt(pack.file, "its index does not list its frames' chunks"));
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
      new Frames(pack.number(), file, reader, codec).read(pack.end(), problems);
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

  /** Goes through one pack's frames; after a damaged one it goes on where the header says. */
  private final class Frames {
    private final long number;
    private final Path file;
    private final Disk.Reader reader;
    private final FrameCodec codec;
    private final byte[] head = new byte[FrameFormat.HEAD_BYTES_MAX];
    private final byte[] plain = new byte[Frame.PLAIN_BYTES_MAX];
    private final FrameList list = new FrameList();

    Frames(long number, Path file, Disk.Reader reader, FrameCodec codec) {
      this.number = number;
      this.file = file;
      this.reader = reader;
      this.codec = codec;
    }

    void read(long end, List<Failure> problems) throws Failure {
      long offset = PackFormat.HEADER_BYTES;
      while (offset < end) {
        Optional<Frame> frame = PackFormat.frame(reader, offset, head);
        if (frame.isEmpty()) {
          problems.add(damaged(offset, "the frame is damaged"));
          Optional<FrameFormat.Header> header = FrameFormat.header(head, FrameFormat.HEADER_BYTES);
          if (header.isEmpty()) {
            return;
          }
          offset += header.get().frameBytes();
          continue;
        }
        try {
          codec.decode(frame.get(), plain, 0);
          list.add(offset, frame.get());
        } catch (Failure e) {
          problems.add(damaged(offset, e.why()));
        }
        offset += FrameFormat.bytes(frame.get());
      }
      if (offset != end) {
        problems.add(
            PackFormat.corrupt(file, "its last frame does not end where its index begins"));
      }
    }

    boolean matches(PackFormat.Index index) {
      PackFormat.Index found = list.index(index.framesEnd());
      return found.frames() == index.frames()
          && java.util.Arrays.equals(found.entries(), index.entries());
    }

    private Failure damaged(long offset, String why) throws Failure {
      damage.found(FramePlace.of(number, offset));
      return PackFormat.corrupt(file, "at byte " + offset + ": " + why);
    }
  }
}
