package io.sluice.exchange;

import io.sluice.filesystem.AttributeForm;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Attributes and streams of one entry, from its header and extended header. */
final class TarAttributes {
  private static final String OTHER_XATTR = "LIBARCHIVE.xattr.";
  private static final int TIME_LENGTH_MAX = 40;

  /** Said elsewhere, or of the disk the archive was made from. */
  private static final Set<String> UNDERSTOOD =
      Set.of(
          "path",
          "linkpath",
          "size",
          "mtime",
          "uid",
          "gid",
          "uname",
          "gname",
          "atime",
          "ctime",
          "comment",
          "hdrcharset",
          "SCHILY.dev",
          "SCHILY.ino",
          "SCHILY.nlink",
          "SCHILY.devmajor",
          "SCHILY.devminor",
          "LIBARCHIVE.symlinktype");

  private final TarBlock block;
  private final PaxHeader pax;
  private final SortedMap<Name, Property> properties = new TreeMap<>();
  private final SortedMap<Name, Blob> streams = new TreeMap<>();
  private final List<Name> samba = new ArrayList<>();
  private final List<String> dropped = new ArrayList<>();

  /**
   * Understands an entry.
   *
   * @throws IllegalArgumentException if it has what no manifest can hold; the message says what
   */
  TarAttributes(TarBlock block, PaxHeader pax) throws Wrong {
    this.block = block;
    this.pax = pax;
    owner();
    for (PaxHeader.Value value : pax.all()) {
      record(value);
    }
    if (!samba.isEmpty()) {
      samba.sort(null);
      put(AttributeForm.samba(samba));
    }
  }

  Attributes attributes() throws Wrong {
    int mode = (int) block.number(100, 8, "the mode") & Attributes.MODE_MAX;
    Optional<String> exact = pax.text("mtime");
    Time time =
        exact.isPresent()
            ? Time.parse(exact.get())
            : new Time(block.number(136, 12, "the time"), 0);
    return new Attributes(mode, time.seconds, time.nanos, new ArrayList<>(properties.values()));
  }

  SortedMap<Name, Blob> streams() {
    return streams;
  }

  List<String> dropped() {
    return dropped;
  }

  /** Adds a property that the entry's content tells. */
  void put(Property property) {
    properties.put(property.key(), property);
  }

  private void owner() throws Wrong {
    long uid = pax.number("uid").orElse(block.number(108, 8, "the owner"));
    long gid = pax.number("gid").orElse(block.number(116, 8, "the group"));
    if (uid < 0 || uid > 0xffff_ffffL || gid < 0 || gid > 0xffff_ffffL) {
      throw new IllegalArgumentException("an owner that is no number of 32 bits");
    }
    String user = known(pax.text("uname").orElse(block.ownerName(265)), uid);
    String group = known(pax.text("gname").orElse(block.ownerName(297)), gid);
    put(Property.of(Property.OWNER, uid + ":" + user + ":" + gid + ":" + group));
  }

  private static String known(String name, long id) {
    return name.indexOf(':') >= 0 || name.equals(Long.toString(id)) ? "" : name;
  }

  private void record(PaxHeader.Value value) throws Wrong {
    String key = value.key();
    if (key.startsWith(TarFormat.XATTR)) {
      // libarchive writes each attribute twice, then with every unusual byte of its name encoded.
      String name = key.substring(TarFormat.XATTR.length());
      boolean twice = pax.bytes(OTHER_XATTR + name).isPresent();
      xattr(decoded(name, twice), value.bytes(), value.at());
    } else if (key.startsWith(OTHER_XATTR)) {
      otherXattr(value);
    } else if (key.startsWith(TarFormat.OWN)) {
      byte[] own = decoded(key.substring(TarFormat.OWN.length()), false);
      put(new Property(Name.of(own), value.bytes()));
    } else if (key.equals(TarFormat.ACL) || key.equals(TarFormat.ACL_DEFAULT)) {
      acl(value);
    } else if (key.equals(TarFormat.BIRTH)) {
      Time time = Time.parse(value.text());
      put(Property.of(Property.BIRTH, "%d.%09d".formatted(time.seconds, time.nanos)));
    } else if (!UNDERSTOOD.contains(key) && !key.startsWith("GNU.sparse.")) {
      dropped.add("the record " + Printable.of(key));
    }
  }

  private void acl(PaxHeader.Value value) {
    boolean access = value.key().equals(TarFormat.ACL);
    Optional<String> list = PaxAcl.listed(value.text());
    if (list.isEmpty()) {
      dropped.add("the access list " + Printable.of(value.text()) + ", which cannot be made out");
    } else if (!list.get().isEmpty() && !(access && PaxAcl.isOnlyMode(list.get()))) {
      put(Property.of(access ? Property.ACL : Property.ACL_DEFAULT, list.get()));
    }
  }

  /** libarchive's own form of an attribute, which counts where it is the only one. */
  private void otherXattr(PaxHeader.Value value) throws Wrong {
    String name = value.key().substring(OTHER_XATTR.length());
    if (pax.bytes(TarFormat.XATTR + name).isPresent()) {
      return;
    }
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(value.bytes());
    } catch (IllegalArgumentException e) {
      throw new Wrong("an extended attribute that is not in base64");
    }
    xattr(decoded(name, true), bytes, -1);
  }

  /** An extended attribute; its value lies at {@code at} of the file, or nowhere. */
  private void xattr(byte[] name, byte[] value, long at) {
    switch (AttributeForm.meaning(name, value)) {
      case AttributeForm.Meaning.OfProperties some -> {
        if (some.properties().isEmpty()) {
          dropped.add(Printable.of(name));
        }
        some.properties().forEach(this::put);
      }
      case AttributeForm.Meaning.OfStream stream -> {
        // Samba's attributes have a zero byte behind.
        int size = stream.samba() ? Math.max(0, value.length - 1) : value.length;
        Blob blob =
            at >= 0 ? Blob.of(at, size) : new Blob.Inline(java.util.Arrays.copyOf(value, size));
        if (streams.put(stream.name(), blob) != null) {
          throw new IllegalArgumentException("two streams called " + stream.name());
        }
        if (stream.samba()) {
          samba.add(stream.name());
        }
      }
    }
  }

  /** The bytes of a key: {@code %XX} undone, all or those GNU tar writes. */
  private static byte[] decoded(String key, boolean all) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < key.length(); i++) {
      boolean coded =
          all
              ? key.charAt(i) == '%' && i + 2 < key.length() && isHex(key, i + 1)
              : key.startsWith("%3D", i) || key.startsWith("%25", i);
      bytes.write(coded ? HexFormat.fromHexDigits(key, i + 1, i + 3) : key.charAt(i));
      i += coded ? 2 : 0;
    }
    return bytes.toByteArray();
  }

  private static boolean isHex(String key, int at) {
    return HexFormat.isHexDigit(key.charAt(at)) && HexFormat.isHexDigit(key.charAt(at + 1));
  }

  /** A time of an extended header: seconds since 1970, a fraction of any length. */
  private record Time(long seconds, int nanos) {
    static Time parse(String text) throws Wrong {
      try {
        // Python writes an exponent where a time is close to 1970.
        BigDecimal time = new BigDecimal(text.length() > TIME_LENGTH_MAX ? "" : text);
        if (Math.abs((long) time.scale()) > TIME_LENGTH_MAX) {
          throw new Wrong("a time out of reach");
        }
        BigInteger nanos = time.movePointRight(9).setScale(0, RoundingMode.FLOOR).toBigInteger();
        BigInteger second = BigInteger.valueOf(1_000_000_000);
        int fraction = nanos.mod(second).intValue();
        BigInteger seconds = nanos.subtract(BigInteger.valueOf(fraction)).divide(second);
        if (seconds.abs().compareTo(BigInteger.valueOf(Manifest.INTEGER_MAX)) > 0) {
          throw new Wrong("a time out of reach");
        }
        return new Time(seconds.longValueExact(), fraction);
      } catch (NumberFormatException e) {
        throw new Wrong("a time that is no decimal number");
      }
    }
  }
}
