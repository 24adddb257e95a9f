package io.sluice.manifest;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * One further attribute of an entry, beside mode and time: a key and a value (docs/formats/manifest
 * .md, Properties). The set of keys is open: an unknown one is kept in the manifest, never set on a
 * target, and reported there as not kept.
 */
public record Property(Name key, byte[] value) {
  /** The longest value: what the longest extended attribute holds. */
  public static final int BYTES_MAX = 65_536;

  /** POSIX access ACL, as text with numeric ids. */
  public static final Name ACL = Name.of("acl");

  /** POSIX default ACL of a directory, as text with numeric ids. */
  public static final Name ACL_DEFAULT = Name.of("acl-default");

  /** NFSv4 or Windows ACL as the Java platform shows it, one entry a line. */
  public static final Name ACL_NFS4 = Name.of("acl-nfs4");

  /** Time of birth, {@code SECONDS.NANOS}. */
  public static final Name BIRTH = Name.of("birth");

  /**
   * DOS attribute bits, hexadecimal: 1 read-only, 2 hidden, 4 system, 20 archive, 2000 no index.
   */
  public static final Name DOS = Name.of("dos");

  /** Owner and group, {@code UID:USER:GID:GROUP}. */
  public static final Name OWNER = Name.of("owner");

  /** The data of a reparse point of NTFS that is kept as a link, whose target is only a part. */
  public static final Name REPARSE = Name.of("reparse");

  /** The same of a link that is a directory on NTFS, which its data do not say. */
  public static final Name REPARSE_DIRECTORY = Name.of("reparse-directory");

  /** Streams that Samba keeps in a form of its own, their names joined by slashes. */
  public static final Name SAMBA = Name.of("samba");

  /** A Windows security descriptor, self-relative, as NTFS keeps it. */
  public static final Name SECURITY_DESCRIPTOR = Name.of("sd");

  /** Where a file has data, {@code OFFSET+LENGTH}, joined by commas; elsewhere it has holes. */
  public static final Name SPARSE = Name.of("sparse");

  /** What the key of a foreign extended attribute begins with. */
  public static final String XATTR = "xattr:";

  public Property {
    if (value.length > BYTES_MAX) {
      throw new IllegalArgumentException("a property of " + value.length + " bytes");
    }
    value = value.clone();
  }

  public static Property of(Name key, String text) {
    return new Property(key, text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public byte[] value() {
    return value.clone();
  }

  /** The bytes themselves, for readers of this room. */
  byte[] raw() {
    return value;
  }

  /** The value as text; only of use where the key says that it is text. */
  public String text() {
    return new String(value, StandardCharsets.UTF_8);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Property that
        && key.equals(that.key)
        && Arrays.equals(value, that.value);
  }

  @Override
  public int hashCode() {
    return 31 * key.hashCode() + Arrays.hashCode(value);
  }

  /** For messages: text as it is, bytes in hexadecimal and cut off. */
  @Override
  public String toString() {
    int shown = Math.min(value.length, 32);
    boolean isText = Utf8.valid(value) && text().chars().noneMatch(Character::isISOControl);
    return key
        + "="
        + (isText
            ? text()
            : HexFormat.of().formatHex(value, 0, shown) + (shown < value.length ? "..." : ""));
  }
}
