package io.sluice.capture;

import io.sluice.content.ChunkStore;
import io.sluice.content.Digest;
import io.sluice.content.Disk;
import io.sluice.content.Library;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Keep;
import io.sluice.manifest.EntryList;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.StoredManifest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * What incremental capture remembers of each source (docs/formats/scan-cache.md): the manifest it
 * gave and the state each entry was in. A file a source in the library's {@code scans} folder; a
 * lost, damaged or foreign one costs the time to read the source, so no failure leaves this class.
 */
final class ScanCache {
  static final String FOLDER = "scans";

  /** Beyond this many sources the cache of another one is dropped. */
  static final int SOURCES_MAX = 1_000;

  /** A larger file is not read: what is remembered of a source takes less. */
  static final long FILE_BYTES_MAX = 256L << 20;

  private final Library library;
  private final Disk disk;

  ScanCache(Library library, Disk disk) {
    this.library = library;
    this.disk = disk;
  }

  /** Raised when a platform finds more at an entry than before: then all are listed again. */
  private static final int LISTING = 2;

  /** What decides what is found at an entry that is the same. */
  static Digest listing(Keep keep) {
    return Digest.of((LISTING + " " + keep.text()).getBytes(StandardCharsets.UTF_8));
  }

  /** What is remembered of a source. */
  Optional<ScanMemory> find(Path source) {
    Path file = file(source);
    try {
      if (!disk.exists(file)) {
        return Optional.empty();
      }
      try (Disk.Reader reader = disk.open(file)) {
        long size = reader.size();
        if (size > FILE_BYTES_MAX) {
          return Optional.empty();
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) size);
        reader.read(bytes, 0);
        return bytes.hasRemaining() ? Optional.empty() : ScanMemory.decode(bytes.array());
      }
    } catch (Failure unusable) {
      return Optional.empty();
    }
  }

  /**
   * The capture that is remembered, if its manifest and all its chunks are still held. The session
   * that is to take chunks over relies on them from now on.
   *
   * @param listing how streams and properties are listed now
   */
  Optional<Previous> previous(ScanMemory memory, Digest listing, ChunkStore.Intake intake) {
    try {
      if (!library.holdsDocument(memory.manifest())) {
        return Optional.empty();
      }
      Manifest manifest = StoredManifest.whole(library.storedDocument(memory.manifest()));
      if (manifest.entries().size() != memory.states().size()
          || !intake.relyOn(manifest.chunks())) {
        return Optional.empty();
      }
      if (!memory.listing().equals(listing)) {
        memory.states().forgetWhole();
      }
      EntryList entries = EntryList.of(manifest.entries());
      return Optional.of(
          new Previous(
              memory.begun(),
              Optional.of(memory.manifest()),
              entries,
              manifest.chunks(),
              memory.states(),
              new BitSet()));
    } catch (Failure unusable) {
      return Optional.empty();
    }
  }

  /** Remembers a capture. Not forced to the disk: its digest tells if it got there. */
  void store(Path source, ScanMemory memory) {
    if (memory.states().size() > ScanMemory.ENTRIES_MAX) {
      return;
    }
    Path file = file(source);
    // Captures of one source at once are of several threads.
    String part = "scan-" + file.getFileName() + "-" + Thread.currentThread().threadId();
    Path temporary = library.folder().resolve("temporary").resolve(part);
    try {
      disk.createFolders(library.folder().resolve(FOLDER));
      makeRoom(file);
      disk.delete(temporary);
      try (Disk.Writer writer = disk.create(temporary)) {
        writer.write(ByteBuffer.wrap(memory.encode()));
      }
      disk.rename(temporary, file);
    } catch (Failure notKept) {
      // The next capture reads the source; this one is done and durable.
      delete(temporary);
    }
  }

  private void delete(Path temporary) {
    try {
      disk.delete(temporary);
    } catch (Failure left) {
      // Whoever opens the library next deletes it.
      return;
    }
  }

  private Path file(Path source) {
    Digest name = Digest.of(source.toUri().toString().getBytes(StandardCharsets.UTF_8));
    return library.folder().resolve(FOLDER).resolve(name.hex());
  }

  private void makeRoom(Path file) throws Failure {
    Path folder = library.folder().resolve(FOLDER);
    List<String> others = new ArrayList<>(disk.list(folder));
    others.remove(String.valueOf(file.getFileName()));
    for (int i = 0; i < others.size() + 1 - SOURCES_MAX; i++) {
      disk.delete(folder.resolve(others.get(i)));
    }
  }
}
