package io.sluice.filesystem;

import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Extended attributes as Linux shows them, without a disk: archives carry streams and properties in
 * this form.
 */
public final class AttributeForm {
  /** DOS attribute bits that can be set; the others say what a file is. */
  public static final int DOS_SETTABLE = LinuxProperties.DOS_SETTABLE;

  private AttributeForm() {}

  /** What an attribute means. */
  public sealed interface Meaning {
    /**
     * A named stream: the attribute's value.
     *
     * @param samba true if it is in the form Samba keeps: the value's last byte is not the stream's
     */
    record OfStream(Name name, boolean samba) implements Meaning {}

    /** Properties; none if the value says nothing that is understood. */
    record OfProperties(List<Property> properties) implements Meaning {}
  }

  /**
   * What an attribute means, as a capture understands it.
   *
   * @throws IllegalArgumentException if its name is that of no stream or property
   */
  public static Meaning meaning(byte[] name, byte[] value) {
    String text = new String(name, StandardCharsets.UTF_8);
    return switch (text) {
      case "system.posix_acl_access" -> one(list(Property.ACL, value));
      case "system.posix_acl_default" -> one(list(Property.ACL_DEFAULT, value));
      case "system.ntfs_acl" -> one(Optional.of(new Property(Property.SECURITY_DESCRIPTOR, value)));
      case "system.ntfs_attrib_be" ->
          one(
              value.length == Integer.BYTES
                  ? Optional.of(dos(ByteBuffer.wrap(value).getInt()))
                  : Optional.empty());
      case "user.DOSATTRIB" -> {
        List<Property> both = new ArrayList<>();
        both.add(new Property(Name.of(Property.XATTR + text), value));
        SambaDos.bits(value).map(AttributeForm::dos).ifPresent(both::add);
        yield new Meaning.OfProperties(both);
      }
      default ->
          LinuxNames.isUser(name)
              ? stream(LinuxNames.withoutPrefix(name), value)
              : one(Keep.xattr(text).map(key -> new Property(key, value)));
    };
  }

  private static Optional<Property> list(Name key, byte[] value) {
    return PosixAcl.text(value).map(text -> Property.of(key, text));
  }

  private static Meaning stream(byte[] name, byte[] value) {
    Optional<byte[]> samba = SambaDos.stream(name).filter(stream -> SambaDos.isWhole(value));
    return new Meaning.OfStream(Name.of(samba.orElse(name)), samba.isPresent());
  }

  private static Meaning one(Optional<Property> property) {
    return new Meaning.OfProperties(property.stream().toList());
  }

  /** The DOS attributes of these bits, as far as they can be set. */
  public static Property dos(int bits) {
    return Property.of(Property.DOS, Integer.toHexString(bits & DOS_SETTABLE));
  }

  /**
   * The whole name of the attribute that is a stream.
   *
   * @param samba true for the form Samba keeps streams in; the value then has a zero byte behind
   */
  public static byte[] ofStream(Name stream, boolean samba) {
    return samba ? SambaDos.attribute(stream.bytes()) : LinuxNames.attribute(stream);
  }

  /** The property that says which streams are in the form Samba keeps; in order of name. */
  public static Property samba(List<Name> streams) {
    return SambaDos.streams(streams);
  }

  /** True if that property names this stream. */
  public static boolean isSambas(Name stream, Property samba) {
    byte[] name = stream.bytes();
    return SambaDos.names(samba).stream().anyMatch(one -> Arrays.equals(one, name));
  }
}
