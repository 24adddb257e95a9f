package io.sluice.database;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where the SQLite driver unpacks its native library. By itself it takes the machine's temporary
 * folder, and what a killed process unpacked stays there for ever: the lock file beside it is then
 * nobody's, and keeps everybody from deleting it.
 */
public final class SqliteLibrary {
  /** The driver's own property: read once, when the first database is opened. */
  static final String PROPERTY = "org.sqlite.tmpdir";

  /** The names the driver gives: {@code sqlite-VERSION-UUID-LIBRARY}, and its lock. */
  private static final Pattern UNPACKED =
      Pattern.compile("sqlite-[0-9.]+-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-[\\w.]+");

  private SqliteLibrary() {}

  /**
   * Says where this process unpacks it, and deletes what earlier processes left there. Without
   * effect on where, once a database was opened in this process or where the property is set: it is
   * the way out where programs may not be loaded from the folder.
   *
   * @param folder made if it is not there; nobody else may be using it
   * @throws Failure DISK_ERROR if the folder cannot be made or read
   */
  public static void unpackIn(Path folder) throws Failure {
    try {
      Files.createDirectories(folder);
      for (Path left : unpacked(folder)) {
        delete(left);
      }
    } catch (IOException e) {
      throw Failure.permanent(
              Code.DISK_ERROR,
              "making the folder " + folder,
              e.getMessage() == null ? e.toString() : e.getMessage(),
              "check the disk, its free space and the rights of this user there")
          .because(e);
    }
    if (System.getProperty(PROPERTY) == null) {
      System.setProperty(PROPERTY, folder.toString());
    }
  }

  private static List<Path> unpacked(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> UNPACKED.matcher(file.getFileName().toString()).matches())
          .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
          .toList();
    }
  }

  private static void delete(Path left) {
    try {
      Files.deleteIfExists(left);
    } catch (IOException e) {
      // In use by this very process, where a library in use cannot be deleted: another time.
      return;
    }
  }
}
