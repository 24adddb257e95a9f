package io.sluice.content;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How much a library may take. It is kept in the library's folder (docs/formats/data-folder.md).
 *
 * @param quotaBytes of its packs, documents and trash together; {@link #NO_QUOTA} for no limit
 * @param reserveBytes of its file system that content never takes
 */
public record Limits(long quotaBytes, long reserveBytes) {
  /** As much as the disk holds. */
  public static final long NO_QUOTA = Long.MAX_VALUE;

  /** What counts where nothing is said. */
  public static final Limits NONE = new Limits(NO_QUOTA, 0);

  static final String FILE = "limits";

  private static final int FILE_BYTES_MAX = 200;

  private static final Pattern TEXT =
      Pattern.compile(
          "sluice-limits ([0-9]{1,9})\nquota (none|[0-9]{1,18})\nreserve ([0-9]{1,18})\n");

  public Limits {
    if (quotaBytes < 0 || reserveBytes < 0) {
      throw new IllegalArgumentException("a limit below zero");
    }
  }

  /**
   * Sets these limits for a library, durable on return. A process that has it open need not be
   * asked: it heeds them from its next session on.
   *
   * @throws Failure NO_SPACE or DISK_ERROR
   */
  public void write(Disk disk, Path library) throws Failure {
    write(disk, new Stop("the limits of " + library), library);
  }

  void write(Disk disk, Stop stop, Path library) throws Failure {
    Path file = library.resolve(FILE);
    Path part = library.resolve("temporary").resolve(FILE + "-" + ProcessHandle.current().pid());
    ByteBuffer text = ByteBuffer.wrap(text().getBytes(StandardCharsets.US_ASCII));
    WholeFile.put(disk, stop, part, file, writer -> writer.write(text));
  }

  /** The limits of a library; those that count where nothing is said if there is no file. */
  static Limits read(LibraryFiles files) throws Failure {
    Path file = files.folder().resolve(FILE);
    if (!files.disk().exists(file)) {
      return NONE;
    }
    return parse(new String(files.read(file, FILE_BYTES_MAX), StandardCharsets.US_ASCII), file);
  }

  String text() {
    String quota = quotaBytes == NO_QUOTA ? "none" : Long.toString(quotaBytes);
    return "sluice-limits 0\nquota " + quota + "\nreserve " + reserveBytes + "\n";
  }

  /**
   * Reads the file's text.
   *
   * @throws Failure CONFIGURATION_INVALID, or LIBRARY_TOO_NEW
   */
  static Limits parse(String text, Path file) throws Failure {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw Failure.permanent(
          Code.CONFIGURATION_INVALID,
          "reading " + file,
          "it is not three lines that set limits",
          "set them anew with \"sluice library limit\"; until then nothing is stored");
    }
    PackFormat.requireVersion(Integer.parseInt(matcher.group(1)), file, PackFormat.Versions.NOW);
    String quota = matcher.group(2);
    return new Limits(
        quota.equals("none") ? NO_QUOTA : Long.parseLong(quota), Long.parseLong(matcher.group(3)));
  }
}
