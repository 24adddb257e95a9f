package io.sluice.exchange;

import io.sluice.filesystem.AttributeForm;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What an extended header says of one entry beside its kind, and the owner its header names. */
final class PaxEntry {
  private final Attributes attributes;
  private final PaxRecords records = new PaxRecords();

  PaxEntry(Attributes attributes) {
    this.attributes = attributes;
  }

  Attributes attributes() {
    return attributes;
  }

  PaxRecords records() {
    return records;
  }

  TarHeader.Owner owner() {
    String[] parts =
        attributes.property(Property.OWNER).map(Property::text).orElse("").split(":", -1);
    try {
      return parts.length == 4
          ? new TarHeader.Owner(
              Integer.parseUnsignedInt(parts[0]) & 0xffff_ffffL,
              parts[1],
              Integer.parseUnsignedInt(parts[2]) & 0xffff_ffffL,
              parts[3])
          : TarHeader.Owner.NOBODY;
    } catch (NumberFormatException e) {
      return TarHeader.Owner.NOBODY;
    }
  }

  /** A name or target under a key, if the header has no room for it. */
  void addPath(String key, byte[] path) {
    if (path.length <= TarHeader.NAME_BYTES) {
      return;
    }
    if (!isUtf8(path)) {
      records.add("hdrcharset", "BINARY");
    }
    records.add(key, path);
  }

  /** Time, owner and size where the header has no room, and all properties. */
  void addAttributes(long size) {
    long seconds = attributes.mtimeSeconds();
    if (attributes.mtimeNanos() > 0 || seconds < 0 || seconds > TarFormat.OCTAL_11_MAX) {
      records.add("mtime", PaxRecords.time(seconds, attributes.mtimeNanos()));
    }
    if (size > TarFormat.OCTAL_11_MAX) {
      records.add("size", Long.toString(size));
    }
    TarHeader.Owner owner = owner();
    addOwner("uid", owner.uid(), "uname", owner.user());
    addOwner("gid", owner.gid(), "gname", owner.group());
    for (Property property : attributes.properties()) {
      add(property);
    }
  }

  private void addOwner(String numberKey, long number, String nameKey, String name) {
    if (number > TarFormat.OCTAL_7_MAX) {
      records.add(numberKey, Long.toString(number));
    }
    if (name.getBytes(StandardCharsets.UTF_8).length > TarHeader.OWNER_BYTES) {
      records.add(nameKey, name);
    }
  }

  private void add(Property property) {
    String key = property.key().toString();
    switch (key) {
      case "owner", "sparse", "samba" -> {
        // In the header, in the file's own form and in the names of the streams.
      }
      case "acl" -> records.add(TarFormat.ACL, PaxAcl.archived(property.text()));
      case "acl-default" -> records.add(TarFormat.ACL_DEFAULT, PaxAcl.archived(property.text()));
      case "birth" -> records.add(TarFormat.BIRTH, birth(property.text()));
      case "sd" -> addXattr(TarFormat.ascii(TarFormat.NTFS_DESCRIPTOR), property.value());
      case "dos" -> addDos(property);
      default -> {
        byte[] name = property.key().bytes();
        if (key.startsWith(Property.XATTR)) {
          addXattr(
              Arrays.copyOfRange(name, Property.XATTR.length(), name.length), property.value());
        } else {
          addOwn(property);
        }
      }
    }
  }

  private static String birth(String text) {
    String[] parts = text.split("\\.", 2);
    try {
      return PaxRecords.time(Long.parseLong(parts[0]), Integer.parseInt(parts[1]));
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      return text;
    }
  }

  private void addDos(Property property) {
    try {
      int bits = Integer.parseUnsignedInt(property.text(), 16);
      byte[] value = ByteBuffer.allocate(Integer.BYTES).putInt(bits).array();
      addXattr(TarFormat.ascii(TarFormat.NTFS_BITS), value);
    } catch (NumberFormatException e) {
      addOwn(property);
    }
  }

  /** A property no other program has a form for, as it is. */
  void addOwn(Property property) {
    records.add(encoded(TarFormat.OWN, property.key().bytes()), property.value());
  }

  /** A named stream as the extended attribute Linux shows it as. */
  void addStream(Name stream, byte[] value) {
    boolean samba =
        attributes
            .property(Property.SAMBA)
            .filter(names -> AttributeForm.isSambas(stream, names))
            .isPresent();
    // Samba's attributes have a zero byte behind.
    addXattr(
        AttributeForm.ofStream(stream, samba),
        samba ? Arrays.copyOf(value, value.length + 1) : value);
  }

  private void addXattr(byte[] name, byte[] value) {
    records.add(encoded(TarFormat.XATTR, name), value);
  }

  /** A key may not hold the sign that ends it: GNU tar's way of writing it. */
  private static byte[] encoded(String prefix, byte[] name) {
    ByteArrayOutputStream key = new ByteArrayOutputStream();
    key.writeBytes(TarFormat.ascii(prefix));
    for (byte b : name) {
      switch (b) {
        case '=' -> key.writeBytes(TarFormat.ascii("%3D"));
        case '%' -> key.writeBytes(TarFormat.ascii("%25"));
        default -> key.write(b);
      }
    }
    return key.toByteArray();
  }

  private static boolean isUtf8(byte[] bytes) {
    return Arrays.equals(
        new String(bytes, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8), bytes);
  }
}
