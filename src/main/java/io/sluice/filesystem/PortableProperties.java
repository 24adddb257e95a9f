package io.sluice.filesystem;

import io.sluice.fidelity.Remark;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.AclEntry;
import java.nio.file.attribute.AclEntryFlag;
import java.nio.file.attribute.AclEntryPermission;
import java.nio.file.attribute.AclEntryType;
import java.nio.file.attribute.AclFileAttributeView;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.DosFileAttributeView;
import java.nio.file.attribute.DosFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What java.nio's views show beside mode, time and streams: owner on POSIX, DOS attributes and
 * access control lists on Windows, time of birth.
 */
final class PortableProperties {
  private static final int READ_ONLY = 0x1;
  private static final int HIDDEN = 0x2;
  private static final int SYSTEM = 0x4;
  private static final int ARCHIVE = 0x20;
  private static final LinkOption SELF = LinkOption.NOFOLLOW_LINKS;

  private PortableProperties() {}

  /** Properties kept by a policy, in order, and what is seen and not kept. */
  static Streams of(Path entry, Keep keep) throws IOException {
    List<Property> all = new ArrayList<>();
    Set<String> views = entry.getFileSystem().supportedFileAttributeViews();
    if (views.contains("posix")) {
      if (keep.keeps(Property.OWNER)) {
        all.add(owner(entry));
      }
    } else if (views.contains("dos")) {
      all.add(dos(entry));
    }
    AclFileAttributeView acl = Files.getFileAttributeView(entry, AclFileAttributeView.class, SELF);
    if (acl != null) {
      all.add(Property.of(Property.ACL_NFS4, text(acl.getAcl())));
    }
    if (keep.keeps(Property.BIRTH)) {
      all.add(birth(entry));
    }
    List<Remark> dropped = new ArrayList<>();
    for (Property property : all) {
      if (!keep.keeps(property.key())) {
        dropped.add(Remark.dropped(shown(property.key())));
      }
    }
    all.removeIf(property -> !keep.keeps(property.key()));
    all.sort(Comparator.comparing(Property::key));
    return new Streams(List.of(), all, dropped);
  }

  private static String shown(Name key) {
    return key.equals(Property.DOS) ? "DOS attributes" : "access control list";
  }

  private static Property owner(Path entry) throws IOException {
    PosixFileAttributes posix = Files.readAttributes(entry, PosixFileAttributes.class, SELF);
    Object uid = Files.getAttribute(entry, "unix:uid", SELF);
    Object gid = Files.getAttribute(entry, "unix:gid", SELF);
    return Property.of(
        Property.OWNER,
        uid
            + ":"
            + name(posix.owner().getName(), uid)
            + ":"
            + gid
            + ":"
            + name(posix.group().getName(), gid));
  }

  private static String name(String name, Object number) {
    return name.equals(String.valueOf(number)) || name.indexOf(':') >= 0 ? "" : name;
  }

  private static Property dos(Path entry) throws IOException {
    DosFileAttributes dos = Files.readAttributes(entry, DosFileAttributes.class, SELF);
    int bits =
        (dos.isReadOnly() ? READ_ONLY : 0)
            | (dos.isHidden() ? HIDDEN : 0)
            | (dos.isSystem() ? SYSTEM : 0)
            | (dos.isArchive() ? ARCHIVE : 0);
    return Property.of(Property.DOS, Integer.toHexString(bits));
  }

  private static Property birth(Path entry) throws IOException {
    Instant birth =
        Files.getFileAttributeView(entry, BasicFileAttributeView.class, SELF)
            .readAttributes()
            .creationTime()
            .toInstant();
    return Property.of(
        Property.BIRTH, "%d.%09d".formatted(birth.getEpochSecond(), birth.getNano()));
  }

  /** One entry a line: type, flags, permissions (in order of name, joined by +), who. */
  static String text(List<AclEntry> acl) {
    StringBuilder text = new StringBuilder();
    for (AclEntry entry : acl) {
      text.append(entry.type()).append(' ').append(joined(entry.flags())).append(' ');
      text.append(joined(entry.permissions())).append(' ').append(entry.principal().getName());
      text.append('\n');
    }
    return text.toString();
  }

  private static String joined(Set<?> words) {
    Set<String> sorted = new TreeSet<>();
    words.forEach(word -> sorted.add(String.valueOf(word)));
    return sorted.isEmpty() ? "-" : String.join("+", sorted);
  }

  /** Turns the name of somebody into somebody. */
  interface Lookup {
    UserPrincipal of(String name) throws IOException;
  }

  /** What {@link #text} wrote. */
  static List<AclEntry> acl(String text, Lookup lookup) throws IOException {
    List<AclEntry> acl = new ArrayList<>();
    for (String line : text.lines().toList()) {
      String[] parts = line.split(" ", 4);
      if (parts.length != 4) {
        throw new IOException("an access control entry that makes no sense: " + line);
      }
      try {
        acl.add(
            AclEntry.newBuilder()
                .setType(AclEntryType.valueOf(parts[0]))
                .setFlags(words(parts[1], AclEntryFlag.class))
                .setPermissions(words(parts[2], AclEntryPermission.class))
                .setPrincipal(lookup.of(parts[3]))
                .build());
      } catch (IllegalArgumentException e) {
        throw new IOException("an access control entry that makes no sense: " + line, e);
      }
    }
    return acl;
  }

  private static <E extends Enum<E>> Set<E> words(String text, Class<E> type) {
    Set<E> words = EnumSet.noneOf(type);
    for (String word : text.equals("-") ? new String[0] : text.split("\\+", -1)) {
      words.add(Enum.valueOf(type, word));
    }
    return words;
  }

  /** Sets what this platform knows; the others are left out. */
  static void set(Path entry, List<Property> properties) throws IOException {
    Set<String> views = entry.getFileSystem().supportedFileAttributeViews();
    for (Property property : properties) {
      switch (property.key().toString()) {
        case "owner" -> {
          if (views.contains("posix")) {
            setOwner(entry, property);
          }
        }
        case "acl-nfs4" -> setAcl(entry, property);
        case "birth" -> setBirth(entry, property);
        default -> {}
      }
    }
  }

  private static void setOwner(Path entry, Property property) throws IOException {
    String[] parts = property.text().split(":", -1);
    if (parts.length != 4) {
      throw new IOException("an owner that makes no sense: " + property);
    }
    var lookup = entry.getFileSystem().getUserPrincipalLookupService();
    PosixFileAttributeView view =
        Files.getFileAttributeView(entry, PosixFileAttributeView.class, SELF);
    view.setOwner(lookup.lookupPrincipalByName(parts[1].isEmpty() ? parts[0] : parts[1]));
    view.setGroup(lookup.lookupPrincipalByGroupName(parts[3].isEmpty() ? parts[2] : parts[3]));
  }

  private static void setAcl(Path entry, Property property) throws IOException {
    AclFileAttributeView view = Files.getFileAttributeView(entry, AclFileAttributeView.class, SELF);
    if (view != null) {
      var lookup = entry.getFileSystem().getUserPrincipalLookupService();
      view.setAcl(acl(property.text(), lookup::lookupPrincipalByName));
    }
  }

  private static void setBirth(Path entry, Property property) throws IOException {
    String[] parts = property.text().split("\\.", 2);
    try {
      Instant birth = Instant.ofEpochSecond(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
      Files.getFileAttributeView(entry, BasicFileAttributeView.class, SELF)
          .setTimes(null, null, FileTime.from(birth));
    } catch (RuntimeException e) {
      throw new IOException("a time of birth that makes no sense: " + property, e);
    }
  }

  /** DOS attributes, last of all: nothing of a read-only file can be changed. */
  static void setDos(Path entry, Property property) throws IOException {
    DosFileAttributeView view = Files.getFileAttributeView(entry, DosFileAttributeView.class, SELF);
    int bits;
    try {
      bits = Integer.parseInt(property.text(), 16);
    } catch (NumberFormatException e) {
      throw new IOException("DOS attributes that make no sense: " + property, e);
    }
    view.setHidden((bits & HIDDEN) != 0);
    view.setSystem((bits & SYSTEM) != 0);
    view.setArchive((bits & ARCHIVE) != 0);
    view.setReadOnly((bits & READ_ONLY) != 0);
  }
}
