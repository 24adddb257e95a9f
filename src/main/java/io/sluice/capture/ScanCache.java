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

  private static final byte[] MAGIC = "SLUSCAN1".getBytes(StandardCharsets.US_ASCII);
  private static final int HEADER_BYTES = 8 + 8 + 4 + 2 * Digest.BYTES + 4;

  /** Version 0 did not say by what the entries were listed. */
  private static final byte[] MAGIC_0 = "SLUSCAN0".getBytes(StandardCharsets.US_ASCII);

  private static final int HEADER_BYTES_0 = HEADER_BYTES - Digest.BYTES;
  private static final Digest LISTING_0 = Digest.of(MAGIC_0);
  private static final int ENTRY_BYTES = 1 + 8 + 8;

  private final Library library;
  private final Disk disk;

  ScanCache(Library library, Disk disk) {
    this.library = library;
    this.disk = disk;
  }

  /** Raised when a platform finds more at an entry than before: then all are listed again. */
  private static final int LISTING = 1;

  private static final int KNOWN = 1;
  private static final int WHOLE = 2;

  /** What decides what is found at an entry that is the same. */
  static Digest listing(Keep keep) {
    return Digest.of((LISTING + " " + keep.text()).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * What a cache file says.
   *
   * @param listing by which the entries' streams and properties were listed
   */
  record Content(Instant begun, Digest manifest, Digest listing, States states) {
    byte[] encode() {
      ByteBuffer bytes =
          ByteBuffer.allocate(HEADER_BYTES + ENTRY_BYTES * states.size() + Digest.BYTES);
      bytes.put(MAGIC).putLong(begun.getEpochSecond()).putInt(begun.getNano());
      bytes.put(manifest.bytes()).put(listing.bytes()).putInt(states.size());
      for (int i = 0; i < states.size(); i++) {
        State state = states.get(i);
        bytes.put((byte) ((state.known() ? KNOWN : 0) | (state.whole() ? WHOLE : 0)));
        bytes.putLong(state.inode()).putLong(state.changedNanos());
      }
      byte[] whole = bytes.array();
      Digest.of(whole, 0, bytes.position()).write(whole, bytes.position());
      return whole;
    }

    /** Empty if the bytes are anything else than what this or an older version made. */
    static Optional<Content> decode(byte[] bytes) {
      int body = bytes.length - Digest.BYTES;
      boolean isFirst = begins(bytes, MAGIC_0) && body >= HEADER_BYTES_0;
      boolean isNow = begins(bytes, MAGIC) && body >= HEADER_BYTES;
      if (!(isFirst || isNow) || !Digest.of(bytes, 0, body).equals(Digest.read(bytes, body))) {
        return Optional.empty();
      }
      ByteBuffer from = ByteBuffer.wrap(bytes, MAGIC.length, body - MAGIC.length);
      long seconds = from.getLong();
      int nanos = from.getInt();
      Digest manifest = digest(from);
      Digest listing = isFirst ? LISTING_0 : digest(from);
      int count = from.getInt();
      if (count != (double) from.remaining() / ENTRY_BYTES) {
        return Optional.empty();
      }
      States states = new States();
      for (int i = 0; i < count; i++) {
        int flags = from.get();
        boolean whole = (flags & WHOLE) != 0;
        states.add(new State((flags & KNOWN) != 0, whole, from.getLong(), from.getLong()));
      }
      try {
        return Optional.of(
            new Content(Instant.ofEpochSecond(seconds, nanos), manifest, listing, states));
      } catch (ArithmeticException | DateTimeException e) {
        return Optional.empty();
      }
    }

    private static boolean begins(byte[] bytes, byte[] magic) {
      return bytes.length >= magic.length
          && Arrays.equals(bytes, 0, magic.length, magic, 0, magic.length);
    }

    private static Digest digest(ByteBuffer from) {
      byte[] digest = new byte[Digest.BYTES];
      from.get(digest);
      return Digest.read(digest, 0);
    }
  }

  /**
   * The last capture of a source.
   *
   * @param manifest the digest of its manifest, which is held
   */
  record Remembered(Digest manifest, Previous previous) {}

  /**
   * The last capture of this source, if its manifest and all its chunks are still held. The session
   * that is to take chunks over relies on them from now on.
   *
   * @param listing how streams and properties are listed now
   */
  Optional<Remembered> load(Path source, Digest listing, ChunkStore.Intake intake) {
    try {
      Optional<Content> found = read(file(source));
      if (found.isEmpty() || !library.holdsDocument(found.get().manifest())) {
        return Optional.empty();
      }
      Content content = found.get();
      Manifest manifest = StoredManifest.whole(library.storedDocument(content.manifest()));
      if (manifest.entries().size() != content.states().size()
          || !intake.relyOn(manifest.chunks())) {
        return Optional.empty();
      }
      if (!content.listing().equals(listing)) {
        content.states().forgetWhole();
      }
      EntryList entries = EntryList.of(manifest.entries());
      Previous previous =
          new Previous(content.begun(), entries, manifest.chunks(), content.states(), new BitSet());
      return Optional.of(new Remembered(content.manifest(), previous));
    } catch (Failure unusable) {
      return Optional.empty();
    }
  }

  /** Remembers a capture. Not forced to the disk: its digest tells if it got there. */
  void store(Path source, Scan scan, Digest manifest, Digest listing) {
    Path file = file(source);
    Path temporary = library.folder().resolve("temporary").resolve("scan-" + file.getFileName());
    Content content = new Content(scan.begun(), manifest, listing, scan.states());
    try {
      disk.createFolders(library.folder().resolve(FOLDER));
      makeRoom(file);
      disk.delete(temporary);
      try (Disk.Writer writer = disk.create(temporary)) {
        writer.write(ByteBuffer.wrap(content.encode()));
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

  private void makeRoom(Path file) throws Failure {
    Path folder = library.folder().resolve(FOLDER);
    List<String> others = new ArrayList<>(disk.list(folder));
    others.remove(String.valueOf(file.getFileName()));
    for (int i = 0; i < others.size() + 1 - SOURCES_MAX; i++) {
      disk.delete(folder.resolve(others.get(i)));
    }
  }
}
