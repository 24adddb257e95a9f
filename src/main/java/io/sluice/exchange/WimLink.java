package io.sluice.exchange;

import io.sluice.filesystem.Wtf8;
import io.sluice.manifest.Entry;
import io.sluice.manifest.EntryPath;
import io.sluice.manifest.LinkTarget;
import io.sluice.manifest.Name;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;

/**
 * A symbolic link as a WIM holds it: one Windows follows if it is relative and stays in the
 * version, else Interix's.
 *
 * @param relative true for Windows' form
 * @param directory true if it leads to a folder of the version, which Windows wants to know
 */
record WimLink(boolean relative, boolean directory, byte[] bytes) {
  private static final int HEAD_BYTES = 12;
  private static final int FLAG_RELATIVE = 1;
  private static final long NOT_FIXED_UP = 1L << 48;

  /** What it is, for its entry. */
  int attributes() {
    if (!relative) {
      return WimFormat.ATTRIBUTE_SYSTEM;
    }
    return WimFormat.ATTRIBUTE_REPARSE | (directory ? WimFormat.ATTRIBUTE_DIRECTORY : 0);
  }

  /** A reparse point's tag and that it is as it was made. */
  long union() {
    return relative ? NOT_FIXED_UP | Integer.toUnsignedLong(WimFormat.TAG_SYMLINK) : 0;
  }

  /** Empty if the target is not text Windows can hold. */
  static Optional<WimLink> of(Entry.Symlink link, Set<EntryPath> directories) {
    Optional<EntryPath> leads = lookedUp(link);
    return Wtf8.decode(link.target().bytes())
        .map(
            text ->
                leads.isEmpty() || text.indexOf('\\') >= 0 || text.indexOf(':') >= 0
                    ? new WimLink(false, false, interix(text))
                    : new WimLink(true, directories.contains(leads.get()), reparse(text)));
  }

  private static byte[] interix(String target) {
    byte[] text = WimFormat.utf16(target);
    byte[] lead = WimFormat.INTERIX_LINK;
    return ByteBuffer.allocate(lead.length + text.length).put(lead).put(text).array();
  }

  /** The name to follow and the name to show, the same, each with a zero behind. */
  private static byte[] reparse(String target) {
    byte[] text = WimFormat.utf16(target.replace('/', '\\'));
    byte[] bytes = new byte[HEAD_BYTES + 2 * (text.length + 2)];
    ByteBuffer to = WimFormat.little(bytes);
    to.putShort((short) 0).putShort((short) text.length);
    to.putShort((short) (text.length + 2)).putShort((short) text.length).putInt(FLAG_RELATIVE);
    to.put(text).putShort((short) 0).put(text);
    return bytes;
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
