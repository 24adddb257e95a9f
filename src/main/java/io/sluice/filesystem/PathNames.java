package io.sluice.filesystem;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.Name;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Names as the platform keeps them, to and from {@link Path}, whatever the locale. On Unix a path
 * is bytes inside; text made from it loses those that do not fit the locale's encoding, but a
 * {@code file:} URI shows and takes every byte. On Windows names are UTF-16 and become WTF-8.
 */
final class PathNames {
  private static final boolean WINDOWS = java.io.File.separatorChar == '\\';
  private static final boolean UTF_8_PATHS =
      System.getProperty("sun.jnu.encoding", "").equalsIgnoreCase("UTF-8");
  private static final char REPLACEMENT = '\uFFFD';
  private static final String HEX = "0123456789ABCDEF";

  private PathNames() {}

  /** The bytes of a path as system calls take them; Unix only. */
  static byte[] bytes(Path path) {
    String text = path.toString();
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    // As many bytes as chars: all ASCII, in every locale the same. This is asked often.
    if (utf8.length == text.length() || isExact(text)) {
      return text.isEmpty() ? new byte[] {'.'} : utf8;
    }
    return unescape(path.toUri().getRawPath(), text.endsWith("/"));
  }

  /** The bytes of a path's last element or of a link's target: relative, never made absolute. */
  static byte[] relativeBytes(Path path) {
    String text = path.toString();
    if (WINDOWS) {
      return Wtf8.encode(text);
    }
    if (path.isAbsolute() || isExact(text)) {
      return bytes(path);
    }
    byte[] whole = unescape(Path.of("/").resolve(path).toUri().getRawPath(), text.endsWith("/"));
    return java.util.Arrays.copyOfRange(whole, 1, whole.length);
  }

  /** The name of a path's last element. */
  static Name nameOf(Path path) {
    Path last = path.getFileName();
    if (last == null) {
      throw new IllegalArgumentException(path + " has no name");
    }
    return Name.of(relativeBytes(last));
  }

  /** The path of a child of this name; NAME_UNSUPPORTED if this platform has no such path. */
  static Path child(Path directory, Name name) throws Failure {
    try {
      Path relative = relative(name);
      Path child = directory.resolve(relative);
      // On Windows "\\foo" and "D:foo" are one name long, not absolute, and lead elsewhere.
      if (relative.getNameCount() == 1 && relative.getRoot() == null) {
        return child;
      }
    } catch (InvalidPathException e) {
      throw unsupported(directory, name, "this platform has no such name").because(e);
    }
    throw unsupported(directory, name, "this platform reads it as several names");
  }

  static Failure unsupported(Path directory, Name name, String why) {
    return Failure.permanent(
            Code.NAME_UNSUPPORTED,
            "using the name " + name + " in " + directory,
            why,
            "rename the entry in the source, or use a file system that can hold the name")
        .about(java.util.List.of(directory + "/" + name));
  }

  /** A relative path of one element, or of any number for a link's target. */
  static Path relative(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (WINDOWS) {
      Optional<String> wide = Wtf8.decode(bytes);
      return Path.of(wide.orElseThrow(() -> new InvalidPathException(text, "not WTF-8")));
    }
    if (isExact(text)) {
      return Path.of(text);
    }
    Path whole = Path.of(URI.create("file:///" + escape(bytes)));
    return bytes[0] == '/' ? whole : Path.of("/").relativize(whole);
  }

  private static Path relative(Name name) {
    return relative(name.bytes());
  }

  /** True if text and bytes convert into each other without loss in this locale. */
  private static boolean isExact(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x80 && (!UTF_8_PATHS || c == REPLACEMENT)) {
        return false;
      }
    }
    return true;
  }

  private static String escape(byte[] bytes) {
    StringBuilder escaped = new StringBuilder(bytes.length * 3);
    for (byte b : bytes) {
      boolean plain = (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || b == '/';
      if (plain) {
        escaped.append((char) b);
      } else {
        escaped.append('%').append(HEX.charAt((b >> 4) & 15)).append(HEX.charAt(b & 15));
      }
    }
    return escaped.toString();
  }

  /** A URI of an existing directory ends in a slash that the path does not have. */
  private static byte[] unescape(String raw, boolean keepSlash) {
    java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream(raw.length());
    for (int i = 0; i < raw.length(); i++) {
      if (raw.charAt(i) == '%') {
        bytes.write(Integer.parseInt(raw, i + 1, i + 3, 16));
        i += 2;
      } else {
        bytes.write(raw.charAt(i));
      }
    }
    byte[] whole = bytes.toByteArray();
    boolean slash = whole.length > 1 && whole[whole.length - 1] == '/' && !keepSlash;
    return slash ? java.util.Arrays.copyOf(whole, whole.length - 1) : whole;
  }
}
