package io.sluice.content;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.util.Arrays;
import java.util.List;

/**
 * Encodes and decodes frames (docs/formats/frame.md). Holds zstd's contexts and its own buffers,
 * about 3 MB, and allocates nothing but results: one a worker, not for several threads at once.
 */
public final class FrameCodec implements AutoCloseable {
  /** The level of `tar | zstd -3`, against which libraries are measured. */
  public static final int LEVEL = 3;

  /** The largest window a frame may declare. */
  public static final long WINDOW_BYTES_MAX = 1L << 23;

  private static final int ZSTD_MAGIC = 0xFD2FB528;
  private static final int SINGLE_SEGMENT = 0x20;
  private static final int DICTIONARY = 0x03;

  private final ZstdCompressCtx compressor = new ZstdCompressCtx();
  private final ZstdDecompressCtx decompressor = new ZstdDecompressCtx();
  private final Probe probe = new Probe();
  private byte[] encoded = new byte[0];
  private byte[] decoded = new byte[0];

  public FrameCodec() {
    compressor.setLevel(LEVEL).setContentSize(true).setChecksum(false).setDictID(false);
  }

  /**
   * Whether zstd would save too little on these bytes to be worth its time; looks at samples only.
   */
  public boolean looksIncompressible(byte[] plain, int from, int length) {
    return probe.looksIncompressible(plain, from, length);
  }

  /**
   * Encodes chunks that lie one after the other in {@code plain} from {@code from} into one zstd
   * frame, and decodes it again to compare it with the plain bytes.
   *
   * @param chunks whose digests were computed from these plain bytes
   * @throws IllegalArgumentException if they are not 1 to 64 chunks of at most 524,288 bytes
   *     together
   */
  public Frame encode(List<Frame.Chunk> chunks, byte[] plain, int from) {
    int length = lengthOf(chunks);
    grow();
    int size = compressor.compressByteArray(encoded, 0, encoded.length, plain, from, length);
    int back = decompressor.decompressByteArray(decoded, 0, decoded.length, encoded, 0, size);
    if (back != length || !Arrays.equals(decoded, 0, back, plain, from, from + length)) {
      // Memory or the processor is failing: nothing this process stores can be trusted.
      throw new IllegalStateException("a frame did not decode to what it was encoded from");
    }
    return new Frame(Frame.Codec.ZSTD, chunks, Arrays.copyOf(encoded, size));
  }

  /** The chunks as they are, for content that does not compress. */
  public static Frame raw(List<Frame.Chunk> chunks, byte[] plain, int from) {
    int length = lengthOf(chunks);
    return new Frame(Frame.Codec.RAW, chunks, Arrays.copyOfRange(plain, from, from + length));
  }

  /**
   * Decodes a frame and compares every chunk with its digest.
   *
   * @throws Failure CONTENT_CORRUPT if any differs or the frame breaks the format's bounds
   */
  public byte[] decode(Frame frame) throws Failure {
    byte[] plain = new byte[boundedPlainLength(frame)];
    decode(frame, plain, 0);
    return plain;
  }

  /**
   * Decodes a frame into {@code into} from {@code at} and compares every chunk with its digest.
   *
   * @return the plain length
   * @throws Failure CONTENT_CORRUPT if any differs or the frame breaks the format's bounds
   */
  public int decode(Frame frame, byte[] into, int at) throws Failure {
    int length = decodeUnverified(frame, into, at);
    int start = at;
    for (Frame.Chunk chunk : frame.chunks()) {
      if (!Digest.of(into, start, chunk.length()).equals(chunk.digest())) {
        throw corrupt(frame, "chunk " + chunk.digest() + " does not match its digest");
      }
      start += chunk.length();
    }
    return length;
  }

  /** Decodes a frame within its bounds; the chunks' digests are the caller's to compare. */
  int decodeUnverified(Frame frame, byte[] into, int at) throws Failure {
    int length = boundedPlainLength(frame);
    byte[] stored = frame.stored();
    switch (frame.codec()) {
      case RAW -> {
        if (stored.length != length) {
          throw corrupt(frame, stored.length + " raw bytes for " + length + " plain ones");
        }
        System.arraycopy(stored, 0, into, at, length);
      }
      case ZSTD -> {
        try {
          requireOneBoundedFrame(frame, length);
          int decodedLength =
              decompressor.decompressByteArray(into, at, length, stored, 0, stored.length);
          if (decodedLength != length) {
            throw corrupt(frame, decodedLength + " plain bytes where " + length + " were declared");
          }
        } catch (ZstdException e) {
          throw corrupt(frame, "zstd: " + e.getMessage()).because(e);
        }
      }
    }
    return length;
  }

  @Override
  public void close() {
    compressor.close();
    decompressor.close();
    probe.close();
  }

  private static int lengthOf(List<Frame.Chunk> chunks) {
    if (chunks.isEmpty() || chunks.size() > Frame.CHUNKS_MAX) {
      throw new IllegalArgumentException("a frame of " + chunks.size() + " chunks");
    }
    int length = 0;
    for (Frame.Chunk chunk : chunks) {
      length += chunk.length();
    }
    if (length > Frame.PLAIN_BYTES_MAX) {
      throw new IllegalArgumentException("a frame of " + length + " plain bytes");
    }
    return length;
  }

  private static int boundedPlainLength(Frame frame) throws Failure {
    int count = frame.chunks().size();
    if (count < 1 || count > Frame.CHUNKS_MAX) {
      throw corrupt(frame, count + " chunks");
    }
    // At most 64 chunks of at most 256 KiB: the sum fits.
    int length = frame.plainLength();
    if (length > Frame.PLAIN_BYTES_MAX || frame.stored().length > FrameFormat.STORED_BYTES_MAX) {
      throw corrupt(frame, length + " plain bytes, " + frame.stored().length + " stored");
    }
    return length;
  }

  /** RFC 8878 section 3.1.1.1, as strict as docs/formats/frame.md. */
  private static void requireOneBoundedFrame(Frame frame, int plainLength) throws Failure {
    byte[] stored = frame.stored();
    if (stored.length < 6 || littleEndianInt(stored) != ZSTD_MAGIC) {
      throw corrupt(frame, "not a zstd frame");
    }
    int descriptor = stored[4];
    if ((descriptor & DICTIONARY) != 0) {
      throw corrupt(frame, "the zstd frame asks for a dictionary");
    }
    if ((descriptor & SINGLE_SEGMENT) == 0) {
      int window = stored[5] & 0xff;
      long base = 1L << (10 + (window >> 3));
      if (base + base / 8 * (window & 7) > WINDOW_BYTES_MAX) {
        throw corrupt(frame, "the zstd frame's window is too large");
      }
    }
    if (Zstd.getFrameContentSize(stored, 0, stored.length) != plainLength) {
      throw corrupt(frame, "the zstd frame does not declare " + plainLength + " plain bytes");
    }
    if (Zstd.findFrameCompressedSize(stored, 0, stored.length) != stored.length) {
      throw corrupt(frame, "the stored bytes are not exactly one zstd frame");
    }
  }

  private static int littleEndianInt(byte[] bytes) {
    return (bytes[0] & 0xff)
        | (bytes[1] & 0xff) << 8
        | (bytes[2] & 0xff) << 16
        | (bytes[3] & 0xff) << 24;
  }

  private static Failure corrupt(Frame frame, String why) {
    String first = frame.chunks().isEmpty() ? "no chunk" : frame.chunks().get(0).digest().hex();
    return Failure.permanent(
        Code.CONTENT_CORRUPT,
        "decoding the frame that begins with chunk " + first,
        why,
        "the content is fetched or captured again; check the memory and disk it came from");
  }

  /** Buffers are made at first use: a codec that only decodes into others' needs none. */
  private void grow() {
    if (encoded.length == 0) {
      encoded = new byte[FrameFormat.STORED_BYTES_MAX];
      decoded = new byte[Frame.PLAIN_BYTES_MAX];
    }
  }
}
