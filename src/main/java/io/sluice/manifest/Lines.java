package io.sluice.manifest;

import io.sluice.content.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Arrays;

/** Cuts a manifest's plain bytes into lines and digests them on the way, in one bounded buffer. */
final class Lines {
  /** The longest line, its LF counted. */
  static final int LINE_BYTES_MAX = 1 << 20;

  private static final int BUFFER_BYTES_FIRST = 64 * 1024;

  private final InputStream in;
  private final long plainBytesMax;
  private final MessageDigest sha = Digest.sha256();
  private byte[] buffer = new byte[BUFFER_BYTES_FIRST];
  private int filled;
  private int start;
  private int length;
  private int next;
  private long number;
  private long total;
  private boolean ended;

  Lines(InputStream in, long plainBytesMax) {
    this.in = in;
    this.plainBytesMax = plainBytesMax;
  }

  /** Goes to the next line; false at the end of the bytes. */
  boolean next() throws IOException, Refusal {
    start = next;
    number++;
    int scanned = start;
    while (true) {
      for (int i = scanned; i < filled; i++) {
        if (buffer[i] == '\n') {
          length = i - start;
          next = i + 1;
          if (next - start > LINE_BYTES_MAX) {
            throw tooLong();
          }
          return true;
        }
      }
      int unread = filled - start;
      if (unread >= LINE_BYTES_MAX) {
        throw tooLong();
      }
      if (ended) {
        if (unread > 0) {
          throw Refusal.corrupt("the bytes end within a line");
        }
        return false;
      }
      fill();
      scanned = start + unread;
    }
  }

  /** The buffer the current line lies in, until {@link #next} is called again. */
  byte[] buffer() {
    return buffer;
  }

  int start() {
    return start;
  }

  /** Without the LF. */
  int length() {
    return length;
  }

  /** The current line's number, the first being 1. */
  long number() {
    return number;
  }

  /** The digest of all bytes; only once {@link #next} has answered false. */
  Digest digest() {
    return Digest.read(sha.digest(), 0);
  }

  private void fill() throws IOException, Refusal {
    if (start > 0) {
      System.arraycopy(buffer, start, buffer, 0, filled - start);
      filled -= start;
      start = 0;
    }
    if (filled == buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.min(2 * buffer.length, LINE_BYTES_MAX));
    }
    int read = in.read(buffer, filled, buffer.length - filled);
    if (read < 0) {
      ended = true;
      return;
    }
    sha.update(buffer, filled, read);
    filled += read;
    total += read;
    if (total > plainBytesMax) {
      throw Refusal.tooLarge("more than " + plainBytesMax + " bytes");
    }
  }

  private static Refusal tooLong() {
    return Refusal.tooLarge("a line of more than " + LINE_BYTES_MAX + " bytes");
  }
}
