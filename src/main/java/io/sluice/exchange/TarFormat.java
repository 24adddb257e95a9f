package io.sluice.exchange;

import io.sluice.manifest.Manifest;
import java.nio.charset.StandardCharsets;

/** Names and numbers of tar archives that the reader and the writer share. */
final class TarFormat {
  /** Everything in an archive is a whole number of these. */
  static final int BLOCK_BYTES = 512;

  /** Archives are padded to this, as tape drives wanted it. */
  static final int RECORD_BYTES = 20 * BLOCK_BYTES;

  static final char FILE = '0';
  static final char HARD_LINK = '1';
  static final char SYMLINK = '2';
  static final char DIRECTORY = '5';
  static final char PAX = 'x';

  /** The largest number of 11 octal digits. */
  static final long OCTAL_11_MAX = (1L << 33) - 1;

  /** The largest number of 7 octal digits. */
  static final long OCTAL_7_MAX = (1L << 21) - 1;

  /** Keys of extended headers; the value behind the prefix is an attribute's or property's name. */
  static final String XATTR = "SCHILY.xattr.";

  static final String ACL = "SCHILY.acl.access";
  static final String ACL_DEFAULT = "SCHILY.acl.default";
  static final String BIRTH = "LIBARCHIVE.creationtime";
  static final String OWN = "SLUICE.";
  static final String NTFS_DESCRIPTOR = "system.ntfs_acl";
  static final String NTFS_BITS = "system.ntfs_attrib_be";
  static final String SPARSE_MAJOR = "GNU.sparse.major";
  static final String SPARSE_MINOR = "GNU.sparse.minor";
  static final String SPARSE_NAME = "GNU.sparse.name";
  static final String SPARSE_SIZE = "GNU.sparse.realsize";

  private static final int DIGITS_MAX = 18;

  private TarFormat() {}

  static long padded(long bytes) {
    return (bytes + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** A decimal number of at least 0 that a manifest can hold. */
  static long number(String text, String what) throws Wrong {
    boolean isNumber = !text.isEmpty() && text.length() <= DIGITS_MAX;
    for (int i = 0; isNumber && i < text.length(); i++) {
      isNumber = text.charAt(i) >= '0' && text.charAt(i) <= '9';
    }
    if (!isNumber || Long.parseLong(text) > Manifest.INTEGER_MAX) {
      throw new Wrong(what + " is no number below 2^53");
    }
    return Long.parseLong(text);
  }
}
