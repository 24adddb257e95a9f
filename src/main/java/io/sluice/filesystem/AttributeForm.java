package io.sluice.filesystem;

import io.sluice.manifest.Name;
import java.nio.charset.StandardCharsets;

/**
 * Extended attributes as Linux shows them, without a disk: archives carry streams and properties in
 * this form.
 */
public final class AttributeForm {
  private AttributeForm() {}

  /**
   * The whole name of the attribute that is a stream.
   *
   * @param samba true for the form Samba keeps streams in; the value then has a zero byte behind
   */
  public static byte[] ofStream(Name stream, boolean samba) {
    return samba
        ? SambaDos.streamAttribute(stream.toString()).getBytes(StandardCharsets.UTF_8)
        : LinuxNames.attribute(stream);
  }
}
