package io.sluice.exchange;

import io.sluice.content.Disk;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One image of a WIM.
 *
 * @param file the WIM
 * @param number from 1 on; 0 if none was named
 */
public record WimImage(Path file, int number) {
  private static final Pattern NAMED = Pattern.compile("(.+):([1-9][0-9]{0,4})");

  /** Reads {@code FILE:N}; without a number it is the only one, of whatever kind the file is. */
  public static WimImage parse(String text) {
    Matcher named = NAMED.matcher(text);
    return named.matches() && !Files.exists(Path.of(text))
        ? new WimImage(Path.of(named.group(1)), Integer.parseInt(named.group(2)))
        : new WimImage(Path.of(text), 0);
  }

  /** The same by its whole path. */
  public WimImage absolute() {
    return new WimImage(file.toAbsolutePath().normalize(), number);
  }

  /** True if the file begins as WIMs do. */
  public static boolean isWim(ArchiveFile file) throws Failure {
    return WimTables.isWim(file);
  }

  /** True if the file must be unpacked before it is read. */
  public boolean isPacked(ArchiveFile opened) throws Failure {
    return (header(opened).getInt(16) & WimFormat.FLAG_COMPRESSED) != 0;
  }

  /** Writes the image as a WIM of its own that is not compressed, through {@code wimlib-imagex}. */
  public WimImage unpacked(Disk disk, ArchiveFile opened, Path to)
      throws Failure, InterruptedException {
    disk.delete(to);
    Wimlib.unpack(file, chosen(opened), to);
    return new WimImage(to, 1);
  }

  /**
   * The image's number: the only one if none was named.
   *
   * @throws Failure USAGE if there are several, or not that one
   */
  public int chosen(ArchiveFile opened) throws Failure {
    int images = header(opened).getInt(44);
    if (number == 0 && images == 1) {
      return 1;
    }
    if (number < 1 || number > images) {
      throw Failure.permanent(
          Code.USAGE,
          "importing " + file,
          "it has " + images + " images",
          "name one: " + file + ":1 is the first");
    }
    return number;
  }

  private static ByteBuffer header(ArchiveFile opened) throws Failure {
    try {
      return WimTables.header(opened);
    } catch (Wrong wrong) {
      throw Failure.permanent(
          Code.ARCHIVE_CORRUPT,
          "importing " + opened.path(),
          wrong.why(),
          "fetch or make the WIM again");
    }
  }
}
