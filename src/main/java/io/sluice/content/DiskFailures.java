package io.sluice.content;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;

/** What an operating system's answers mean as failures. */
final class DiskFailures {
  private DiskFailures() {}

  static Failure of(String operation, Path path, IOException cause) {
    if (cause instanceof NoSuchFileException) {
      return missing(operation, path).because(cause);
    }
    return Failure.permanent(
            Code.DISK_ERROR,
            operation + " " + path,
            String.valueOf(cause.getMessage()),
            "check the disk, its mount and the rights of this user there")
        .because(cause);
  }

  static Failure missing(String operation, Path path) {
    return Failure.permanent(
        Code.CONTENT_MISSING,
        operation + " " + path,
        "it is not there",
        "if somebody deleted it, what it held is fetched or captured again");
  }

  static Failure noSpace(String operation, Path path, long needed, long free) {
    return Failure.temporary(
        Code.NO_SPACE,
        operation + " " + path,
        String.format(Locale.ROOT, "needed %,d bytes, free %,d bytes", needed, free),
        "free space on that file system; the work goes on by itself afterwards");
  }

  /**
   * Whether a failed write means a full disk or an exhausted quota. The message is all that Java
   * keeps of the error number, and it may be translated: hence the look at the free space as well.
   */
  static boolean isNoSpace(IOException cause, long needed, long free) {
    String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    return message.contains("no space left")
        || message.contains("quota exceeded")
        || message.contains("not enough space")
        || (free < needed && !(cause instanceof FileSystemException));
  }
}
