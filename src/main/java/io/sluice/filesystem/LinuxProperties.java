package io.sluice.filesystem;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.fidelity.Remark;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What Linux keeps of an entry beside mode, time and streams: owner, access control lists, the
 * attributes ntfs-3g shows of NTFS, Samba's DOS attributes, holes, foreign extended attributes. Any
 * thread.
 */
final class LinuxProperties {
  /** How many names of users and groups are remembered. */
  static final int NAMES_MAX = 10_000;

  /**
   * The most data extents of a sparse file that are kept; of one with more, that there are more.
   */
  static final int EXTENTS_MAX = 4_000;

  /** DOS attribute bits that can be set; the others say what a file is. */
  static final int DOS_SETTABLE = 0x1 | 0x2 | 0x4 | 0x20 | 0x100 | 0x1000 | 0x2000;

  private static final int BLOCK_BYTES = 512;
  private static final long TICKS_TO_1970 = 116_444_736_000_000_000L;
  private static final long TICKS_PER_SECOND = 10_000_000L;
  private static final String ACL = "system.posix_acl_access";
  private static final String ACL_DEFAULT = "system.posix_acl_default";
  private static final String DOS_ATTRIBUTE = "user.DOSATTRIB";
  private static final byte[] NTFS_ACL = ascii("system.ntfs_acl");
  private static final byte[] NTFS_BITS = ascii("system.ntfs_attrib_be");
  private static final byte[] NTFS_BIRTH = ascii("system.ntfs_crtime_be");

  private final LinuxCalls calls;
  private final ReparsePoints points;
  private final Map<String, String> names = new ConcurrentHashMap<>();

  LinuxProperties(LinuxCalls calls, ReparsePoints points) {
    this.calls = calls;
    this.points = points;
  }

  /** What was found: properties that are kept, and what is seen and not kept. */
  static final class Found {
    final List<Property> kept = new ArrayList<>();
    final List<Remark> remarks = new ArrayList<>();

    private final Keep keep;

    Found(Keep keep) {
      this.keep = keep;
    }

    void add(Property property, String shown) {
      if (keep.keeps(property.key())) {
        kept.add(property);
      } else {
        remarks.add(Remark.dropped(shown));
      }
    }

    boolean has(Name key) {
      return kept.stream().anyMatch(property -> property.key().equals(key));
    }

    List<Property> sorted() {
      kept.sort(Comparator.comparing(Property::key));
      return kept;
    }
  }

  /**
   * Everything but streams.
   *
   * @param foreign names of extended attributes that are no streams
   * @param ntfs true if the entry may be one of ntfs-3g
   */
  Found of(Path entry, byte[] path, Facts facts, List<String> foreign, boolean ntfs, Keep keep)
      throws Failure {
    Found found = new Found(keep);
    if (ntfs) {
      ntfs(path, found);
    }
    for (String name : foreign) {
      attribute(path, name, found);
    }
    if (facts.kind() == Facts.Kind.SYMLINK) {
      reparse(path, facts, found);
    }
    if (keep.keeps(Property.OWNER)) {
      owner(entry, facts.more().owner()).ifPresent(found.kept::add);
    }
    if (keep.keeps(Property.BIRTH) && !found.has(Property.BIRTH)) {
      birth(facts.more()).ifPresent(found.kept::add);
    }
    if (keep.keeps(Property.SPARSE)
        && facts.kind() == Facts.Kind.FILE
        && facts.more().blocks() >= 0
        && facts.more().blocks() * BLOCK_BYTES < facts.size().bytes()) {
      sparse(path, facts.size().bytes(), found);
    }
    return found;
  }

  /** What a link is more than its target says; then it has what a file of NTFS has, too. */
  private void reparse(byte[] path, Facts facts, Found found) {
    Optional<Property> point = points.property(path);
    if (point.isEmpty()) {
      return;
    }
    if (facts.more().blocks() > 0) {
      found.remarks.add(Remark.refused("content", "it lies behind a reparse point"));
    }
    if (NtfsReparse.parse(point.get().value()).filter(NtfsReparse::relative).isPresent()) {
      found.remarks.add(Remark.mapped("reparse point", "a relative link, kept as any system's"));
      return;
    }
    found.add(point.get(), "reparse point");
    if (found.keep.keeps(Property.REPARSE)) {
      ntfs(path, found);
    }
  }

  private void attribute(byte[] path, String name, Found found) {
    Optional<byte[]> value = value(path, name.getBytes(StandardCharsets.UTF_8));
    if (value.isEmpty()) {
      found.remarks.add(Remark.refused(name, "it cannot be read"));
      return;
    }
    Name acl = name.equals(ACL) ? Property.ACL : Property.ACL_DEFAULT;
    if (name.equals(ACL) || name.equals(ACL_DEFAULT)) {
      PosixAcl.text(value.get())
          .ifPresentOrElse(
              text -> found.add(Property.of(acl, text), name),
              () -> found.remarks.add(Remark.refused(name, "its form is not known")));
      return;
    }
    Optional<Name> key = Keep.xattr(name);
    if (key.isEmpty()) {
      found.remarks.add(Remark.refused(name, "its name is too long"));
      return;
    }
    if (name.equals(DOS_ATTRIBUTE)) {
      // Kept as it is too, so that Samba finds again what it wrote.
      found.kept.add(new Property(key.get(), value.get()));
      // On NTFS those count that the file has.
      SambaDos.bits(value.get())
          .filter(bits -> !found.has(Property.DOS))
          .ifPresent(bits -> found.add(dos(bits), "DOS attributes in " + name));
    } else {
      found.add(new Property(key.get(), value.get()), name);
    }
  }

  private static Property dos(int bits) {
    return Property.of(Property.DOS, Integer.toHexString(bits & DOS_SETTABLE));
  }

  private void ntfs(byte[] path, Found found) {
    byte[] bits = new byte[4];
    if (calls.getAttribute(path, NTFS_BITS, bits) != bits.length) {
      return;
    }
    found.add(dos(ByteBuffer.wrap(bits).getInt()), "DOS attributes");
    value(path, NTFS_ACL)
        .filter(value -> value.length > 0)
        .ifPresent(
            value ->
                found.add(
                    new Property(Property.SECURITY_DESCRIPTOR, value), "security descriptor"));
    byte[] birth = new byte[8];
    if (found.keep.keeps(Property.BIRTH)
        && calls.getAttribute(path, NTFS_BIRTH, birth) == birth.length) {
      long ticks = ByteBuffer.wrap(birth).getLong() - TICKS_TO_1970;
      found.kept.add(
          birth(
              Math.floorDiv(ticks, TICKS_PER_SECOND),
              (int) Math.floorMod(ticks, TICKS_PER_SECOND) * 100));
    }
  }

  private static Property birth(long seconds, int nanos) {
    return Property.of(Property.BIRTH, "%d.%09d".formatted(seconds, nanos));
  }

  private static Optional<Property> birth(Facts.More more) {
    return more.birthNanos() < 0
        ? Optional.empty()
        : Optional.of(birth(more.birthSeconds(), more.birthNanos()));
  }

  private Optional<Property> owner(Path entry, Facts.Owner owner) {
    if (owner.uid() < 0) {
      return Optional.empty();
    }
    String user = name(entry, "owner", owner.uid());
    String group = name(entry, "group", owner.gid());
    return Optional.of(
        Property.of(Property.OWNER, owner.uid() + ":" + user + ":" + owner.gid() + ":" + group));
  }

  /** The name of the entry's user or group; empty if it has none that can be written down. */
  private String name(Path entry, String which, long id) {
    String key = which + id;
    String known = names.get(key);
    if (known != null) {
      return known;
    }
    String name;
    try {
      Object principal = Files.getAttribute(entry, "posix:" + which, LinkOption.NOFOLLOW_LINKS);
      name = String.valueOf(principal);
    } catch (IOException | UnsupportedOperationException e) {
      return "";
    }
    String kept = name.equals(Long.toString(id)) || name.indexOf(':') >= 0 ? "" : name;
    if (names.size() < NAMES_MAX) {
      names.put(key, kept);
    }
    return kept;
  }

  /** Where the file has data, if it has a hole and the file system says so. */
  private void sparse(byte[] path, long size, Found found) {
    int descriptor = calls.open(path, LinuxCalls.O_RDONLY | LinuxCalls.O_NOFOLLOW, 0);
    if (descriptor < 0) {
      return;
    }
    try {
      List<Extents.Extent> extents = new ArrayList<>();
      long at = 0;
      while (at < size && extents.size() <= EXTENTS_MAX) {
        long data = calls.seek(descriptor, at, LinuxCalls.SEEK_DATA);
        if (data == -Errno.ENXIO || data >= size) {
          break;
        }
        long hole = data < 0 ? data : calls.seek(descriptor, data, LinuxCalls.SEEK_HOLE);
        if (hole < 0) {
          // It does not say; what it cannot read is found out by reading.
          return;
        }
        at = Math.min(size, hole);
        extents.add(new Extents.Extent(data, at - data));
      }
      if (extents.size() > EXTENTS_MAX) {
        found.remarks.add(Remark.refused("holes", "data in more than " + EXTENTS_MAX + " places"));
        return;
      }
      Extents.property(extents, size).ifPresent(found.kept::add);
    } finally {
      calls.close(descriptor);
    }
  }

  /**
   * Sets one property.
   *
   * @return false if this platform has nothing of this kind
   * @throws Failure what the file system says, or PLACE_UNAVAILABLE if the value makes no sense
   */
  boolean set(Path entry, byte[] path, Property property) throws Failure {
    String key = property.key().toString();
    if (key.startsWith(Property.XATTR)) {
      setAttribute(entry, path, key.substring(Property.XATTR.length()), property.value());
      return true;
    }
    switch (key) {
      case "acl", "acl-default" -> {
        byte[] value =
            PosixAcl.value(property.text()).orElseThrow(() -> senseless(entry, property));
        setAttribute(entry, path, key.equals("acl") ? ACL : ACL_DEFAULT, value);
      }
      case "sd" ->
          setAttribute(
              entry, path, new String(NTFS_ACL, StandardCharsets.US_ASCII), property.value());
      case "dos" -> setDos(entry, path, property);
      case "birth" -> setBirth(entry, path, property);
      case "owner" -> setOwner(entry, path, property);
      case "samba" -> setSamba(entry, path, property);
      default -> {
        return false;
      }
    }
    return true;
  }

  private void setDos(Path entry, byte[] path, Property property) throws Failure {
    byte[] now = new byte[4];
    if (calls.getAttribute(path, NTFS_BITS, now) != now.length) {
      throw LinuxFailures.writing(entry.toString(), Errno.EOPNOTSUPP);
    }
    int wanted;
    try {
      wanted = Integer.parseInt(property.text(), 16) & DOS_SETTABLE;
    } catch (NumberFormatException e) {
      throw senseless(entry, property);
    }
    int bits = (ByteBuffer.wrap(now).getInt() & ~DOS_SETTABLE) | wanted;
    byte[] value = ByteBuffer.allocate(4).putInt(bits).array();
    setAttribute(entry, path, new String(NTFS_BITS, StandardCharsets.US_ASCII), value);
  }

  private void setBirth(Path entry, byte[] path, Property property) throws Failure {
    String[] parts = property.text().split("\\.", 2);
    long ticks;
    try {
      long nanos = Long.parseLong(parts[1]);
      ticks =
          Math.addExact(
              Math.addExact(
                  Math.multiplyExact(Long.parseLong(parts[0]), TICKS_PER_SECOND), nanos / 100),
              TICKS_TO_1970);
    } catch (ArithmeticException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
      throw senseless(entry, property);
    }
    byte[] value = ByteBuffer.allocate(8).order(ByteOrder.BIG_ENDIAN).putLong(ticks).array();
    setAttribute(entry, path, new String(NTFS_BIRTH, StandardCharsets.US_ASCII), value);
  }

  /** By name where this machine knows it, else by number. */
  private void setOwner(Path entry, byte[] path, Property property) throws Failure {
    String[] parts = property.text().split(":", -1);
    if (parts.length != 4) {
      throw senseless(entry, property);
    }
    int result;
    try {
      result = calls.setOwner(path, id(parts[1], parts[0], "uid"), id(parts[3], parts[2], "gid"));
    } catch (NumberFormatException e) {
      throw senseless(entry, property);
    }
    if (result < 0) {
      throw LinuxFailures.writing(entry.toString(), -result);
    }
  }

  private static int id(String name, String number, String which) {
    OptionalInt known = name.isEmpty() ? OptionalInt.empty() : Principals.id(name, which);
    return known.isPresent() ? known.getAsInt() : Integer.parseUnsignedInt(number);
  }

  /** Puts streams that were written as attributes into Samba's form. */
  private void setSamba(Path entry, byte[] path, Property property) throws Failure {
    for (byte[] stream : SambaDos.names(property)) {
      byte[] plain = LinuxNames.attribute(stream);
      Optional<byte[]> value = value(path, plain);
      if (value.isEmpty()) {
        // In a sidecar, because it is too long for an attribute here.
        continue;
      }
      byte[] longer = java.util.Arrays.copyOf(value.get(), value.get().length + 1);
      setAttribute(entry, path, SambaDos.attribute(stream), longer);
      int removed = calls.removeAttribute(path, plain);
      if (removed < 0) {
        throw LinuxFailures.writing(entry.toString(), -removed);
      }
    }
  }

  private void setAttribute(Path entry, byte[] path, String name, byte[] value) throws Failure {
    setAttribute(entry, path, name.getBytes(StandardCharsets.UTF_8), value);
  }

  private void setAttribute(Path entry, byte[] path, byte[] name, byte[] value) throws Failure {
    int result = calls.setAttribute(path, name, value, value.length);
    if (result < 0) {
      String shown = new String(name, StandardCharsets.UTF_8);
      throw LinuxFailures.writing(entry + " : " + shown, -result);
    }
  }

  private Optional<byte[]> value(byte[] path, byte[] name) {
    byte[] value = new byte[LinuxCalls.VALUE_BYTES_MAX];
    int read = calls.getAttribute(path, name, value);
    return read < 0 ? Optional.empty() : Optional.of(java.util.Arrays.copyOf(value, read));
  }

  private static Failure senseless(Path entry, Property property) {
    return Failure.permanent(
            Code.PLACE_UNAVAILABLE,
            "setting " + property.key() + " of " + entry,
            "its value makes no sense here: " + property,
            "capture the package again without it (--keep -" + property.key() + ")")
        .about(List.of(entry.toString()));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
