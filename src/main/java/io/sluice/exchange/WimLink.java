package io.sluice.exchange;

import io.sluice.filesystem.NtfsReparse;
import io.sluice.filesystem.Wtf8;
import io.sluice.manifest.Entry;
import io.sluice.manifest.EntryPath;
import io.sluice.manifest.LinkTarget;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * A symbolic link as a WIM holds it: what it was on NTFS if the version tells; else one Windows
 * follows if it is relative and stays in the version; else Interix's.
 *
 * @param attributes what it is, for its entry
 * @param union a reparse point's tag and that it is as it was made
 * @param bytes of the reparse point but for its head, or of the file it is
 */
record WimLink(int attributes, long union, byte[] bytes) {
  private static final int HEAD_BYTES = 12;
  private static final int FLAG_RELATIVE = 1;
  private static final long NOT_FIXED_UP = 1L << 48;

  /** Empty if the target is not text Windows can hold. */
  static Optional<WimLink> of(Entry.Symlink link, Set<EntryPath> directories) {
    Optional<Property> recorded = NtfsReparse.in(link.attributes());
    if (recorded.isPresent()) {
      return Optional.of(recorded(recorded.get()));
    }
    Optional<EntryPath> leads = lookedUp(link);
    return Wtf8.decode(link.target().bytes())
        .map(
            text ->
                leads.isEmpty() || text.indexOf('\\') >= 0 || text.indexOf(':') >= 0
                    ? interix(text)
                    : relative(text, directories.contains(leads.get())));
  }

  /** With the tag and the reserved field of its own head, without the length. */
  private static WimLink recorded(Property property) {
    byte[] data = property.value();
    long head = WimFormat.little(data).getLong(0);
    long tag = head & 0xffff_ffffL;
    long reserved = head >>> 48;
    return reparse(
        NtfsReparse.isDirectory(property),
        tag | reserved << 32,
        Arrays.copyOfRange(data, NtfsReparse.HEAD_BYTES, data.length));
  }

  private static WimLink reparse(boolean directory, long union, byte[] bytes) {
    int kind = WimFormat.ATTRIBUTE_REPARSE | (directory ? WimFormat.ATTRIBUTE_DIRECTORY : 0);
    return new WimLink(kind, NOT_FIXED_UP | union, bytes);
  }

  private static WimLink interix(String target) {
    byte[] text = WimFormat.utf16(target);
    byte[] lead = WimFormat.INTERIX_LINK;
    byte[] bytes = ByteBuffer.allocate(lead.length + text.length).put(lead).put(text).array();
    return new WimLink(WimFormat.ATTRIBUTE_SYSTEM, 0, bytes);
  }

  /**
   * The name to follow and the name to show, the same, each with a zero behind.
   *
   * @param directory true if it leads to a folder of the version, which Windows wants to know
   */
  private static WimLink relative(String target, boolean directory) {
    byte[] text = WimFormat.utf16(target.replace('/', '\\'));
    byte[] bytes = new byte[HEAD_BYTES + 2 * (text.length + 2)];
    ByteBuffer to = WimFormat.little(bytes);
    to.putShort((short) 0).putShort((short) text.length);
    to.putShort((short) (text.length + 2)).putShort((short) text.length).putInt(FLAG_RELATIVE);
    to.put(text).putShort((short) 0).put(text);
    return reparse(directory, Integer.toUnsignedLong(WimFormat.TAG_SYMLINK), bytes);
  }

  /** Where a link leads; empty if it is not relative or leads out of the version. */
  private static Optional<EntryPath> lookedUp(Entry.Symlink link) {
    String target = text(link.target());
    EntryPath at = link.path().parent();
    if (target.startsWith("/")) {
      return Optional.empty();
    }
    for (String element : target.split("/", -1)) {
      byte[] name = element.getBytes(StandardCharsets.ISO_8859_1);
      if (element.equals("..")) {
        if (at.isRoot()) {
          return Optional.empty();
        }
        at = at.parent();
      } else if (!element.isEmpty() && !element.equals(".")) {
        if (name.length > Name.BYTES_MAX || at.depth() == EntryPath.DEPTH_MAX) {
          return Optional.empty();
        }
        at = at.child(Name.of(name));
      }
    }
    return Optional.of(at);
  }

  /** Byte for char. */
  private static String text(LinkTarget target) {
    return new String(target.bytes(), StandardCharsets.ISO_8859_1);
  }
}
