package io.sluice.content;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * The gear table of docs/formats/chunking.md: 256 numbers, one a byte value. Part of the format.
 */
public final class Gear {
  private static final byte[] TEXT = "sluice gear v0 ".getBytes(StandardCharsets.US_ASCII);
  private static final long[] TABLE = make();

  private Gear() {}

  /** A copy of the table. */
  public static long[] table() {
    return TABLE.clone();
  }

  private static long[] make() {
    MessageDigest sha = Digest.sha256();
    long[] table = new long[256];
    for (int i = 0; i < table.length; i++) {
      sha.update(TEXT);
      sha.update((byte) i);
      table[i] = Digest.read(sha.digest(), 0).a();
    }
    return table;
  }
}
