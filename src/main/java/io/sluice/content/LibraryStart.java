package io.sluice.content;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Finds out what a library holds when it is opened: sealed packs by their indexes, packs left open
 * by reading them through (docs/formats/pack.md, After a crash). Damage is noted and does not keep
 * the library from opening.
 */
final class LibraryStart {
  private final LibraryFiles files;
  private final Packs packs;
  private final ChunkIndex index;
  private final Quarantine quarantine;
  private final FrameCodec codec;
  private final List<Failure> problems;

  LibraryStart(Library.Parts parts, FrameCodec codec, List<Failure> problems) {
    this.files = parts.files();
    this.packs = parts.packs();
    this.index = parts.index();
    this.quarantine = parts.quarantine();
    this.codec = codec;
    this.problems = problems;
  }

  void load() throws Failure {
    // A number is not given again while its frames may be in quarantine.
    quarantine.packs().forEach(packs::taken);
    List<String> names = files.disk().list(files.packs());
    boolean recovered = false;
    for (String name : names) {
      Optional<Long> number = PackNames.number(name, PackNames.SEALED);
      if (number.isPresent()) {
        loadSealed(number.get());
      }
    }
    for (String name : names) {
      Optional<Long> number = PackNames.number(name, PackNames.OPEN);
      if (number.isPresent() && !names.contains(PackNames.sealed(number.get()))) {
        recovered |= recover(number.get());
      }
    }
    if (recovered) {
      packs.forceNames();
    }
  }

  private void loadSealed(long number) throws Failure {
    packs.taken(number);
    Path file = files.packs().resolve(PackNames.sealed(number));
    try (Disk.Reader reader = files.disk().open(file)) {
      loadSealed(number, file, reader);
    } catch (Failure e) {
      note(e);
    }
  }

  private void loadSealed(long number, Path file, Disk.Reader reader) throws Failure {
    PackFormat.Index read;
    try {
      read = PackFormat.read(reader, file, PackFormat.Versions.NOW);
    } catch (Failure e) {
      if (e.code() != Code.CONTENT_CORRUPT) {
        throw e;
      }
      note(e);
      long end = PackScan.scan(reader, reader.size(), codec, (at, frame) -> put(number, at, frame));
      packs.addSealed(number, end);
      return;
    }
    for (int i = 0; i < read.size(); i++) {
      put(FramePlace.of(number, read.offset(i)), read.digest(i));
    }
    packs.addSealed(number, read.framesEnd());
  }

  /** True if a pack was sealed. */
  private boolean recover(long number) throws Failure {
    packs.taken(number);
    Path file = files.packs().resolve(PackNames.open(number));
    PackWriter pack = PackWriter.found(files.disk(), files.packs(), number);
    try (Disk.Reader reader = files.disk().open(file)) {
      readOpen(number, file, pack, reader);
    } catch (Failure e) {
      note(e);
      // What lies behind the fault may be readable another day: nothing is cut off.
      pack.leaveAsItIs();
      packs.addOpen(pack);
      return false;
    }
    packs.addOpen(pack);
    try {
      packs.seal(pack);
      return true;
    } catch (Failure e) {
      if (e.code() != Code.NO_SPACE) {
        throw e;
      }
      // It stays open and held; the next start, or the end of this process, tries again.
      note(e);
      return false;
    }
  }

  private void readOpen(long number, Path file, PackWriter pack, Disk.Reader reader)
      throws Failure {
    try {
      PackFormat.requireHeader(reader, file, PackFormat.Versions.NOW);
    } catch (Failure e) {
      if (e.code() != Code.CONTENT_CORRUPT) {
        throw e;
      }
      // Not even its header got to the disk: nothing in it was acknowledged, and it is deleted.
      return;
    }
    PackScan.scan(
        reader,
        reader.size(),
        codec,
        (offset, frame) -> {
          pack.found(frame);
          put(number, offset, frame);
        });
  }

  private void put(long number, long offset, Frame frame) {
    long place = FramePlace.of(number, offset);
    for (Frame.Chunk chunk : frame.chunks()) {
      put(place, chunk.digest());
    }
  }

  private void put(long place, Digest chunk) {
    if (!quarantine.contains(place)) {
      index.putIfAbsent(chunk, place);
    }
  }

  private void note(Failure problem) {
    problems.add(problem);
  }
}
