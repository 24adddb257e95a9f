package io.sluice.content;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * A document as it is stored: exactly one zstd frame, decoded in pieces, in bounded memory whatever
 * the bytes are. The files are named in failures only.
 */
final class StoredDocument {
  private static final int WINDOW_LOG_MAX = 23;
  private static final int PIECE_BYTES = 128 * 1024;

  private StoredDocument() {}

  /**
   * The plain bytes, compared with their digest.
   *
   * @throws Failure CONTENT_CORRUPT, or MANIFEST_TOO_LARGE if there are more than {@code plainMax}
   */
  static byte[] plain(Digest digest, byte[] stored, Path file, long plainMax) throws Failure {
    Growing plain = new Growing(Math.min(plainMax, Documents.BYTES_MAX));
    decode(stored, file, plain);
    if (!plain.tooLong && !Digest.of(plain.bytes, 0, plain.length).equals(digest)) {
      throw mismatch(file);
    }
    if (plain.tooLong) {
      throw Failure.permanent(
          Code.MANIFEST_TOO_LARGE,
          "reading document " + digest,
          "it has more than " + plainMax + " plain bytes",
          "raise the limit, or leave it");
    }
    return plain.take();
  }

  /** Decodes in pieces and compares with the digest; bounded memory whatever the bytes are. */
  static void verify(Digest digest, byte[] stored, Path file) throws Failure {
    MessageDigest sha = Digest.sha256();
    decode(
        stored,
        file,
        (piece, length) -> {
          sha.update(piece, 0, length);
          return true;
        });
    if (!Digest.read(sha.digest(), 0).equals(digest)) {
      throw mismatch(file);
    }
  }

  private static void decode(byte[] stored, Path file, Pieces pieces) throws Failure {
    requireOneFrame(stored, file);
    try (ZstdInputStreamNoFinalizer zstd =
        new ZstdInputStreamNoFinalizer(new ByteArrayInputStream(stored))) {
      zstd.setLongMax(WINDOW_LOG_MAX);
      byte[] piece = new byte[PIECE_BYTES];
      long sum = 0;
      for (int length = zstd.read(piece); length >= 0; length = zstd.read(piece)) {
        sum += length;
        if (sum > Documents.BYTES_MAX) {
          throw PackFormat.corrupt(
              file, "it has more than " + Documents.BYTES_MAX + " plain bytes");
        }
        if (!pieces.take(piece, length)) {
          return;
        }
      }
    } catch (IOException e) {
      throw PackFormat.corrupt(file, "zstd: " + e.getMessage()).because(e);
    }
  }

  private static void requireOneFrame(byte[] stored, Path file) throws Failure {
    try {
      // zstd-jni answers no bytes at all with an exception of its own.
      if (stored.length > 0
          && Zstd.findFrameCompressedSize(stored, 0, stored.length) == stored.length) {
        return;
      }
    } catch (ZstdException e) {
      throw PackFormat.corrupt(file, "zstd: " + e.getMessage()).because(e);
    }
    throw PackFormat.corrupt(file, "it is not exactly one zstd frame");
  }

  private static Failure mismatch(Path file) {
    return PackFormat.corrupt(file, "its plain bytes do not match its digest");
  }

  /** Takes plain bytes as they are decoded; false ends it. */
  @FunctionalInterface
  private interface Pieces {
    boolean take(byte[] piece, int length);
  }

  /** An array that grows with what is really decoded, up to a limit. */
  private static final class Growing implements Pieces {
    private final long most;
    private byte[] bytes = new byte[PIECE_BYTES];
    private int length;
    private boolean tooLong;

    Growing(long most) {
      this.most = most;
    }

    @Override
    public boolean take(byte[] piece, int pieceLength) {
      if ((long) length + pieceLength > most) {
        tooLong = true;
        return false;
      }
      if (length + pieceLength > bytes.length) {
        long wanted = Math.max(2L * bytes.length, (long) length + pieceLength);
        bytes = Arrays.copyOf(bytes, (int) Math.min(wanted, Documents.BYTES_MAX));
      }
      System.arraycopy(piece, 0, bytes, length, pieceLength);
      length += pieceLength;
      return true;
    }

    byte[] take() {
      return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }
  }
}
