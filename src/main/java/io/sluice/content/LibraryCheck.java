package io.sluice.content;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.parallel.Job;
import io.sluice.parallel.Threads;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
    for (String name : parts.files().disk().list(parts.files().packs())) {
      Path file = parts.files().packs().resolve(name);
      Optional<Long> sealed = PackNames.number(name, PackNames.SEALED);
      if (sealed.isPresent()) {
        jobs.add(() -> codecs.use(codec -> sealed(sealed.get(), file, codec)));
      } else if (PackNames.number(name, PackNames.OPEN).isEmpty()) {
        jobs.add(() -> List.of(PackFormat.corrupt(file, "it is not a pack's name")));
      }
    }
    for (PackWriter pack : parts.packs().openPacks()) {
      jobs.add(() -> codecs.use(codec -> open(pack, codec)));
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

  private List<Failure> sealed(long number, Path file, FrameCodec codec) throws Failure {
    List<Failure> problems = new ArrayList<>();
    try (Disk.Reader reader = parts.files().disk().open(file)) {
      PackFormat.Index index = PackFormat.read(reader, file, PackFormat.Versions.NOW);
      Frames frames = new Frames(number, file, reader, codec);
      frames.read(index.framesEnd(), problems);
      if (problems.isEmpty() && !frames.matches(index)) {
        problems.add(PackFormat.corrupt(file, "its index does not list its frames' chunks"));
      }
    } catch (Failure e) {
      problems.add(e);
    }
    return problems;
  }

  private List<Failure> open(PackWriter pack, FrameCodec codec) {
    List<Failure> problems = new ArrayList<>();
    long end = pack.end();
    Path file = pack.file();
    try (Disk.Reader reader = parts.files().disk().open(file)) {
      PackFormat.requireHeader(reader, file, PackFormat.Versions.NOW);
      new Frames(pack.number(), file, reader, codec).read(end, problems);
    } catch (Failure e) {
      // A pack sealed between listing and opening was renamed; the next check reads it.
      if (e.code() != Code.CONTENT_MISSING || pack.file().equals(file)) {
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
    private long[] entries = new long[5 * 256];
    private int count;
    private int frames;

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
          note(offset, frame.get());
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
      PackFormat.Index found = PackFormat.index(entries, count, index.framesEnd(), frames);
      return found.frames() == index.frames()
          && java.util.Arrays.equals(found.entries(), index.entries());
    }

    private Failure damaged(long offset, String why) throws Failure {
      damage.found(FramePlace.of(number, offset));
      return PackFormat.corrupt(file, "at byte " + offset + ": " + why);
    }

    private void note(long offset, Frame frame) {
      for (Frame.Chunk chunk : frame.chunks()) {
        if (count * 5 == entries.length) {
          entries = java.util.Arrays.copyOf(entries, 2 * entries.length);
        }
        Digest digest = chunk.digest();
        entries[count * 5] = digest.a();
        entries[count * 5 + 1] = digest.b();
        entries[count * 5 + 2] = digest.c();
        entries[count * 5 + 3] = digest.d();
        entries[count * 5 + 4] = offset;
        count++;
      }
      frames++;
    }
  }
}
