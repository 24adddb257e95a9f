package io.sluice.filesystem;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** Extended attributes of any origin, read. */
public final class AttributeReadings {
  private static final String[] NAMES = {
    "system.posix_acl_access",
    "system.posix_acl_default",
    "system.ntfs_acl",
    "system.ntfs_attrib_be",
    "system.ntfs_crtime_be",
    "system.ntfs_reparse_data",
    "security.capability",
    "trusted.a",
    "user.DOSATTRIB",
    "user.DosStream.a:$DATA",
    "user.a"
  };

  private AttributeReadings() {}

  /** Its first byte chooses a name, the others are the value. */
  public static void attribute(byte[] bytes) {
    if (bytes.length == 0) {
      return;
    }
    byte[] value = Arrays.copyOfRange(bytes, 1, bytes.length);
    String name = NAMES[(bytes[0] & 0xff) % NAMES.length];
    meaning(name.getBytes(StandardCharsets.US_ASCII), value);
    meaning(bytes, value);
    Optional<String> list = PosixAcl.text(value);
    if (list.isPresent() && !PosixAcl.text(PosixAcl.value(list.get()).orElseThrow()).equals(list)) {
      throw new AssertionError("what was accepted is written as something else");
    }
    PosixAcl.value(new String(value, StandardCharsets.UTF_8));
    boolean leads = NtfsReparse.parse(value).isPresent();
    if (leads && !NtfsReparse.isDirectory(NtfsReparse.property(value, true))) {
      throw new AssertionError("what was a directory is none");
    }
  }

  private static void meaning(byte[] name, byte[] value) {
    try {
      AttributeForm.meaning(name, value);
    } catch (IllegalArgumentException refusal) {
      // As its contract says, of a name.
    }
  }
}
