package io.sluice.exchange;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Compares what was read with its check sum when the last byte has been. */
final class Sha1Input extends FilterInputStream {
  private final MessageDigest sha1 = digest();
  private final Blob.Checked blob;
  private final Path archive;
  private long left;

  Sha1Input(InputStream in, Blob.Checked blob, Path archive) {
    super(in);
    this.blob = blob;
    this.archive = archive;
    this.left = blob.size();
  }

  static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int from, int length) throws IOException {
    int read = in.read(into, from, length);
    if (read > 0) {
      sha1.update(into, from, read);
      left -= read;
      if (left == 0 && !HexFormat.of().formatHex(sha1.digest()).equals(blob.sha1())) {
        throw new IOException(
            Failure.permanent(
                Code.ARCHIVE_CORRUPT,
                "reading " + archive,
                "bytes do not have the SHA-1 the archive says, " + blob.sha1(),
                "fetch or make the archive again"));
      }
    }
    return read;
  }
}
