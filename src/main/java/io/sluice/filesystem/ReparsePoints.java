package io.sluice.filesystem;

import io.sluice.failure.Failure;
import io.sluice.manifest.LinkTarget;
import io.sluice.manifest.Property;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reparse points of NTFS. ntfs-3g shows them as symbolic links: to a place below its own mount,
 * which is true nowhere else, or to a text that says it cannot tell. Any thread.
 */
final class ReparsePoints {
  private static final byte[] DATA = ascii("system.ntfs_reparse_data");
  private static final byte[] BITS = ascii("system.ntfs_attrib_be");
  private static final byte[] UNSUPPORTED = ascii("unsupported reparse ");
  private static final byte[] NOTHING = {};
  private static final int BIT_DIRECTORY = 0x10;
  private static final int BIT_REPARSE = 0x400;
  private static final int NEW_FILE =
      LinuxCalls.O_WRONLY | LinuxCalls.O_CREAT | LinuxCalls.O_EXCL | LinuxCalls.O_NOFOLLOW;

  private final LinuxCalls calls;

  ReparsePoints(LinuxCalls calls) {
    this.calls = calls;
  }

  /**
   * Where a link leads.
   *
   * @param link for messages
   * @param path leads to the link
   * @param shown what the system says
   * @throws Failure SOURCE_UNREADABLE if it stands for content that is kept elsewhere
   */
  LinkTarget target(Path link, byte[] path, byte[] shown) throws Failure {
    boolean unsupported = Arrays.mismatch(shown, UNSUPPORTED) == UNSUPPORTED.length;
    Optional<byte[]> data = unsupported || shown[0] == '/' ? data(path) : Optional.empty();
    Optional<NtfsReparse> point = data.flatMap(NtfsReparse::parse);
    if (unsupported && point.isEmpty() && (bits(path) & BIT_REPARSE) != 0) {
      throw LinuxFailures.unreadableReparsePoint(link.toString(), data.orElse(NOTHING));
    }
    return point.map(NtfsReparse::target).orElseGet(() -> LinkTarget.of(shown));
  }

  /** The data of what is shown as a link and is a reparse point. */
  Optional<Property> property(byte[] path) {
    return data(path).map(data -> NtfsReparse.property(data, (bits(path) & BIT_DIRECTORY) != 0));
  }

  private Optional<byte[]> data(byte[] path) {
    if (calls.getAttribute(path, DATA, NOTHING) <= 0) {
      return Optional.empty();
    }
    byte[] value = new byte[LinuxCalls.VALUE_BYTES_MAX];
    int length = calls.getAttribute(path, DATA, value);
    return length <= 0 ? Optional.empty() : Optional.of(Arrays.copyOf(value, length));
  }

  /** What NTFS says an entry is; 0 where there is no NTFS. */
  private int bits(byte[] path) {
    byte[] bits = new byte[Integer.BYTES];
    return calls.getAttribute(path, BITS, bits) == bits.length ? ByteBuffer.wrap(bits).getInt() : 0;
  }

  /**
   * Makes a link what it is on NTFS: in its place an empty directory or file gets the data. Nothing
   * is done if it has them.
   *
   * @param entry for messages
   * @param path leads to the link
   */
  void make(Path entry, byte[] path, Property property) throws Failure {
    if (property(path).equals(Optional.of(property))) {
      return;
    }
    // Where there is no NTFS the link stays.
    done(entry, calls.getAttribute(path, BITS, NOTHING));
    done(entry, calls.delete(LinuxCalls.AT_FDCWD, path));
    boolean directory = NtfsReparse.isDirectory(property);
    done(entry, directory ? calls.makeDirectory(LinuxCalls.AT_FDCWD, path, 0777) : file(path));
    byte[] data = property.value();
    int result = calls.setAttribute(path, DATA, data, data.length);
    if (result < 0) {
      calls.delete(LinuxCalls.AT_FDCWD, path);
    }
    done(entry, result);
    // The kernel takes it for what it was made as; it looks again only after it has failed once.
    calls.statx(path);
  }

  private int file(byte[] path) {
    int descriptor = calls.open(path, NEW_FILE, 0666);
    if (descriptor >= 0) {
      calls.close(descriptor);
    }
    return descriptor;
  }

  private static void done(Path entry, int result) throws Failure {
    if (result < 0) {
      throw LinuxFailures.writing(entry.toString(), -result);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
