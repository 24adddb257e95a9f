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
  private final LibraryIndex index;
  private final Quarantine quarantine;
  private final CodecPool codecs;
  private final List<Failure> problems;

  LibraryStart(Library.Parts parts, CodecPool codecs, List<Failure> problems) {
    this.files = parts.files();
    this.packs = parts.packs();
    this.index = parts.index();
    this.quarantine = parts.quarantine();
    this.codecs = codecs;
    this.problems = problems;
  }

  void load() throws Failure {
    // A number is not given again while its frames may be in quarantine, or come back.
    quarantine.packs().forEach(packs::taken);
    quarantine.places().forEach(index::exclude);
    new Trash(files).packs().forEach(item -> packs.taken(item.what()));
    index.load().forEach(this::note);
    List<String> names = files.disk().list(files.packs());
    for (String name : names) {
      Optional<Long> number = PackNames.number(name, PackNames.SEALED);
      if (number.isPresent()) {
        loadSealed(number.get(), names.contains(PackNames.open(number.get())));
      }
    }
    for (String name : names) {
      Optional<Long> number = PackNames.number(name, PackNames.OPEN);
      if (number.isPresent() && !names.contains(PackNames.sealed(number.get()))) {
        recover(number.get());
      }
    }
  }

  /** Adds sealed packs that came since; for who reads beside the process that makes them. */
  void loadNew() throws Failure {
    for (String name : files.disk().list(files.packs())) {
      Optional<Long> number = PackNames.number(name, PackNames.SEALED);
      if (number.isPresent() && !packs.isSealed(number.get())) {
        loadSealed(number.get(), false);
      }
    }
  }

  private void loadSealed(long number, boolean wasRecovered) throws Failure {
    packs.taken(number);
    Path file = files.packs().resolve(PackNames.sealed(number));
    try (Disk.Reader reader = files.disk().open(file)) {
      boolean whole = loadSealed(number, file, reader);
      if (wasRecovered && whole) {
        // Between the copy's new name and this the machine stopped; the name may not be durable.
        packs.forceNames();
        files.disk().delete(files.packs().resolve(PackNames.open(number)));
      }
    } catch (Failure e) {
      note(e);
      files.stop().require();
    }
  }

  /** False if the index is damaged. */
  private boolean loadSealed(long number, Path file, Disk.Reader reader) throws Failure {
    if (isInARun(number, file, reader)) {
      return true;
    }
    PackFormat.Index read;
    try {
      read = PackFormat.read(reader, file, PackFormat.Versions.NOW);
    } catch (Failure e) {
      if (e.code() != Code.CONTENT_CORRUPT) {
        throw e;
      }
      note(e);
      long end = scan(reader, (at, frame) -> put(number, at, frame));
      packs.addSealed(number, end);
      return false;
    }
    packs.hold(number, read, quarantine);
    return true;
  }

  /** Whether a run on the disk lists this very pack, so that its own index need not be read. */
  private boolean isInARun(long number, Path file, Disk.Reader reader) throws Failure {
    Optional<IndexRun> known = index.runOf(number);
    if (known.isEmpty()) {
      return false;
    }
    PackFormat.requireHeader(reader, file, PackFormat.Versions.NOW);
    IndexRun.PackSeal seal = PackFormat.seal(reader, number, file);
    if (!known.get().isOf(seal)) {
      return false;
    }
    known.get().believe(number);
    packs.addSealed(number, seal.framesEnd());
    return true;
  }

  /** Takes over a pack left open; what cannot be read or copied to its end is left alone. */
  private void recover(long number) throws Failure {
    LeftPack pack = new LeftPack(number, files.packs().resolve(PackNames.open(number)));
    packs.taken(number);
    boolean whole = readLeft(pack);
    if (pack.isEmpty()) {
      return;
    }
    packs.addLeft(pack);
    try {
      if (whole) {
        packs.takeOver(pack);
      }
    } catch (Failure e) {
      note(e);
      files.stop().require();
    }
  }

  /** False if something kept it from being read to its end. */
  private boolean readLeft(LeftPack pack) throws Failure {
    try (Disk.Reader reader = files.disk().open(pack.file())) {
      pack.size(reader.size());
      boolean begun = hasHeader(pack.file(), reader);
      scan(
          reader,
          (offset, frame) -> {
            pack.add(frame);
            put(pack.number(), offset, frame);
          });
      if (pack.isEmpty() && (begun || pack.size() <= PackFormat.HEADER_BYTES)) {
        // No frame got to the disk whole, so nobody was told of any.
        files.disk().delete(pack.file());
      }
      return true;
    } catch (Failure e) {
      note(e);
      return false;
    }
  }

  /** False, and noted, if there is more than a header's bytes and they do not begin with one. */
  private boolean hasHeader(Path file, Disk.Reader reader) throws Failure {
    try {
      PackFormat.requireHeader(reader, file, PackFormat.Versions.NOW);
      return true;
    } catch (Failure e) {
      if (e.code() != Code.CONTENT_CORRUPT) {
        throw e;
      }
      if (reader.size() > PackFormat.HEADER_BYTES) {
        note(e);
      }
      return false;
    }
  }

  private long scan(Disk.Reader pack, PackScan.Found found) throws Failure {
    return codecs.use(codec -> PackScan.scan(pack, pack.size(), codec, found));
  }

  private void put(long number, long offset, Frame frame) {
    long place = FramePlace.of(number, offset);
    for (Frame.Chunk chunk : frame.chunks()) {
      put(place, chunk.digest());
    }
  }

  private void put(long place, Digest chunk) {
    if (!quarantine.contains(place)) {
      index.add(chunk, place);
    }
  }

  private void note(Failure problem) {
    problems.add(problem);
  }
}
