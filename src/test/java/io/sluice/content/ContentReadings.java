package io.sluice.content;

import io.sluice.failure.Failure;
import io.sluice.parallel.CallerThread;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Files of a library of any origin, read: as they are, and with their check sums put right, for
 * whoever changes a file on purpose can do that as well.
 */
public final class ContentReadings {
  private static final Path FILE = Path.of("/folder/file").toAbsolutePath();

  private ContentReadings() {}

  /** A disk that holds one file. */
  public static MemoryDisk disk(Path file, byte[] bytes) throws Failure {
    MemoryDisk disk = new MemoryDisk();
    disk.createFolders(file.getParent());
    try (Disk.Writer writer = disk.create(file)) {
      writer.write(ByteBuffer.wrap(bytes));
    }
    return disk;
  }

  public static void pack(byte[] bytes) throws Failure {
    byte[] mended = bytes.clone();
    for (int at = PackFormat.HEADER_BYTES; at < mended.length; ) {
      at = mendFrame(mended, at);
    }
    int footer = mended.length - PackFormat.FOOTER_BYTES;
    if (footer >= PackFormat.HEADER_BYTES) {
      long entries = ByteBuffer.wrap(mended).getLong(footer);
      int from = Math.clamp(entries, PackFormat.HEADER_BYTES, footer);
      MessageDigest sha = Digest.sha256();
      sha.update(PackFormat.header());
      sha.update(mended, from, footer + 16 - from);
      System.arraycopy(sha.digest(), 0, mended, footer + 16, Digest.BYTES);
    }
    try (Disk.Reader reader = disk(FILE, mended).open(FILE)) {
      PackScan.scan(reader, bytes.length, Kept.CODEC, (offset, frame) -> {});
      byte[] head = new byte[FrameFormat.HEAD_BYTES_MAX];
      PackFormat.Index index = PackFormat.read(reader, FILE, PackFormat.Versions.NOW);
      for (long offset : index.offsets()) {
        PackFormat.frame(reader, offset, head);
      }
      PackFormat.seal(reader, 1, FILE);
    }
  }

  /** Puts right the check sum of the frame that begins there; returns where it ends. */
  private static int mendFrame(byte[] bytes, int at) {
    byte[] rest = Arrays.copyOfRange(bytes, at, bytes.length);
    Optional<FrameFormat.Header> header = FrameFormat.header(rest, rest.length);
    if (header.isEmpty() || header.get().frameBytes() > rest.length) {
      return bytes.length;
    }
    CRC32C crc = new CRC32C();
    crc.update(rest, 0, 16);
    crc.update(rest, 20, header.get().frameBytes() - 20);
    ByteBuffer.wrap(bytes).putInt(at + 16, (int) crc.getValue());
    return at + header.get().frameBytes();
  }

  /** A frame as it lies in a pack. */
  public static void frame(byte[] bytes) throws Failure {
    byte[] mended = bytes.clone();
    mendFrame(mended, 0);
    Optional<FrameFormat.Header> header = FrameFormat.header(mended, mended.length);
    if (header.isPresent() && header.get().frameBytes() == mended.length) {
      byte[] stored = Arrays.copyOfRange(mended, header.get().headBytes(), mended.length);
      Optional<Frame> frame = FrameFormat.frame(header.get(), mended, stored);
      if (frame.isPresent()) {
        byte[] plain = new byte[frame.get().plainLength()];
        if (Kept.CODEC.decodeUnverified(frame.get(), plain, 0) != plain.length) {
          throw new AssertionError("it decodes to another length than it says");
        }
      }
    }
  }

  public static void indexRun(byte[] bytes) throws Failure {
    byte[] mended = bytes.clone();
    int end = bytes.length - IndexRun.FOOTER_BYTES + 16;
    if (end > 16) {
      MessageDigest sha = Digest.sha256();
      sha.update(mended, 0, end);
      System.arraycopy(sha.digest(), 0, mended, end, Digest.BYTES);
    }
    IndexRun run = IndexRun.open(disk(FILE, mended), FILE, PackFormat.Versions.NOW);
    run.packs().forEach(pack -> run.believe(pack.number()));
    for (long i = 0; i < run.entries(); i++) {
      run.find(run.digest(i), place -> FramePlace.offset(place) > 0);
    }
    run.find(Digest.of(bytes), place -> true);
  }

  /** A document as another site sends it: of no digest it could have. */
  public static void document(byte[] bytes) throws Failure {
    Kept.LIBRARY.putStoredDocument(Digest.of(bytes), bytes);
  }

  /** What takes longer to make than an input to read. */
  private static final class Kept {
    static final Library LIBRARY = library();
    static final FrameCodec CODEC = new FrameCodec();

    private static Library library() {
      try {
        return Library.open(new MemoryDisk(), FILE.getParent(), new CallerThread());
      } catch (Failure e) {
        throw new IllegalStateException("a library in memory could not be opened", e);
      }
    }
  }

  public static void limits(byte[] bytes) throws Failure {
    Limits limits = Limits.parse(new String(bytes, StandardCharsets.US_ASCII), FILE);
    if (!Limits.parse(limits.text(), FILE).equals(limits)) {
      throw new AssertionError("what was accepted is written as something else");
    }
  }
}
