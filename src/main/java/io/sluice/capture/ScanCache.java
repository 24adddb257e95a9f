package io.sluice.capture;

import io.sluice.content.Digest;
import io.sluice.content.Disk;
import io.sluice.content.Frame;
import io.sluice.content.Library;
import io.sluice.failure.Failure;
import io.sluice.manifest.Entry;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.ManifestReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
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

  /** A larger file is not read: room for fifteen million entries. */
  static final long FILE_BYTES_MAX = 256L << 20;

  private static final byte[] MAGIC = "SLUSCAN0".getBytes(StandardCharsets.US_ASCII);
  private static final int HEADER_BYTES = 8 + 8 + 4 + Digest.BYTES + 4;
  private static final int ENTRY_BYTES = 1 + 8 + 8;

  private final Library library;
  private final Disk disk;

  ScanCache(Library library, Disk disk) {
    this.library = library;
    this.disk = disk;
  }

  /** What a cache file says. */
  record Content(Instant begun, Digest manifest, List<Seen.State> states) {
    byte[] encode() {
      ByteBuffer bytes =
          ByteBuffer.allocate(HEADER_BYTES + ENTRY_BYTES * states.size() + Digest.BYTES);
      bytes.put(MAGIC).putLong(begun.getEpochSecond()).putInt(begun.getNano());
      bytes.put(manifest.bytes()).putInt(states.size());
      for (Seen.State state : states) {
        bytes.put((byte) (state.known() ? 1 : 0));
        bytes.putLong(state.inode()).putLong(state.changedNanos());
      }
      byte[] whole = bytes.array();
      Digest.of(whole, 0, bytes.position()).write(whole, bytes.position());
      return whole;
    }

    /** Empty if the bytes are anything else than what {@link #encode} made. */
    static Optional<Content> decode(byte[] bytes) {
      int body = bytes.length - Digest.BYTES;
      if (body < HEADER_BYTES || !Digest.of(bytes, 0, body).equals(Digest.read(bytes, body))) {
        return Optional.empty();
      }
      ByteBuffer from = ByteBuffer.wrap(bytes, 0, body);
      byte[] magic = new byte[MAGIC.length];
      from.get(magic);
      long seconds = from.getLong();
      int nanos = from.getInt();
      byte[] manifest = new byte[Digest.BYTES];
      from.get(manifest);
      int count = from.getInt();
      if (!Arrays.equals(magic, MAGIC) || count != (double) from.remaining() / ENTRY_BYTES) {
        return Optional.empty();
      }
      List<Seen.State> states = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        states.add(new Seen.State(from.get() == 1, from.getLong(), from.getLong()));
      }
      try {
        Instant begun = Instant.ofEpochSecond(seconds, nanos);
        return Optional.of(new Content(begun, Digest.read(manifest, 0), states));
      } catch (DateTimeException e) {
        return Optional.empty();
      }
    }
  }

  /** The last capture of this source, if its manifest and all its chunks are still held. */
  Previous load(Path source) {
    try {
      Optional<Content> found = read(file(source));
      if (found.isEmpty() || !library.holdsDocument(found.get().manifest())) {
        return Previous.NONE;
      }
      Content content = found.get();
      byte[] plain = library.document(content.manifest(), Manifest.PLAIN_BYTES_MAX);
      Manifest manifest = ManifestReader.read(plain, content.manifest());
      if (manifest.entries().size() != content.states().size() || !isHeld(manifest)) {
        return Previous.NONE;
      }
      List<Entry> entries = manifest.entries();
      return Previous.of(
          content.begun(), entries, manifest.chunks(), content.states(), new BitSet());
    } catch (Failure unusable) {
      return Previous.NONE;
    }
  }

  /** Remembers a capture. Not forced to the disk: its digest tells if it got there. */
  void store(Path source, Scan scan, Digest manifest) {
    Path file = file(source);
    Path temporary = library.folder().resolve("temporary").resolve("scan-" + file.getFileName());
    try {
      disk.createFolders(library.folder().resolve(FOLDER));
      makeRoom(file);
      disk.delete(temporary);
      try (Disk.Writer writer = disk.create(temporary)) {
        writer.write(ByteBuffer.wrap(new Content(scan.begun(), manifest, scan.states()).encode()));
      }
      disk.rename(temporary, file);
    } catch (Failure notKept) {
      // The next capture reads the source; this one is done and durable.
      return;
    }
  }

  private Path file(Path source) {
    Digest name = Digest.of(source.toUri().toString().getBytes(StandardCharsets.UTF_8));
    return library.folder().resolve(FOLDER).resolve(name.hex());
  }

  private Optional<Content> read(Path file) throws Failure {
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
      return bytes.hasRemaining() ? Optional.empty() : Content.decode(bytes.array());
    }
  }

  private boolean isHeld(Manifest manifest) {
    for (Frame.Chunk chunk : manifest.chunks()) {
      if (!library.holds(chunk.digest())) {
        return false;
      }
    }
    return true;
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
