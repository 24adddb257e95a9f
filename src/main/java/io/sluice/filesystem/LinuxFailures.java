package io.sluice.filesystem;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** What a failed system call means for the one who asked. */
final class LinuxFailures {
  private LinuxFailures() {}

  /** A failure as an exception a stream may throw; its cause is the failure. */
  static IOException carried(Failure failure) {
    return new IOException(failure.getMessage(), failure);
  }

  static Failure reading(String entry, int errno) {
    if (errno == Errno.ENOENT || errno == Errno.ESTALE || errno == Errno.ENOTDIR) {
      return Failure.temporary(
              Code.SOURCE_CHANGED,
              "reading " + entry,
              "it was there and is gone: " + Errno.text(errno),
              "let whatever changes the folder finish, then try again")
          .about(List.of(entry));
    }
    return Failure.permanent(
            Code.SOURCE_UNREADABLE,
            "reading " + entry,
            Errno.text(errno),
            "let the user Sluice runs as read the entry, or repair the disk")
        .about(List.of(entry));
  }

  static Failure timeOutOfReach(String entry, long seconds) {
    return Failure.permanent(
            Code.SOURCE_UNREADABLE,
            "reading " + entry,
            "its time of modification is " + seconds + " s from 1970, and at most 2^53 are kept",
            "set another time (touch), then try again")
        .about(List.of(entry));
  }

  /** {@code data} is what NTFS has of it. */
  static Failure unreadableReparsePoint(String entry, byte[] data) {
    int tag =
        ByteBuffer.wrap(Arrays.copyOf(data, Integer.BYTES)).order(ByteOrder.LITTLE_ENDIAN).getInt();
    return Failure.permanent(
            Code.SOURCE_UNREADABLE,
            "reading " + entry,
            "it is a reparse point of NTFS ("
                + NtfsReparse.kind(tag)
                + ") that this mount cannot read, so its content would be lost unnoticed",
            "make it a plain file (on Windows: compact /U, or pin the cloud file), or install the"
                + " ntfs-3g plug-in for its kind")
        .about(List.of(entry));
  }

  static Failure writing(String entry, int errno) {
    return switch (errno) {
      case Errno.ENOSPC, Errno.EDQUOT ->
          Failure.temporary(
              Code.NO_SPACE,
              "writing " + entry,
              Errno.text(errno),
              "make room on the file system; Sluice then continues by itself");
      case Errno.ENAMETOOLONG, Errno.EILSEQ, Errno.EINVAL ->
          Failure.permanent(
                  Code.NAME_UNSUPPORTED,
                  "creating " + entry,
                  Errno.text(errno),
                  "rename the entry in the source, or use a file system that can hold the name")
              .about(List.of(entry));
      case Errno.EMLINK ->
          Failure.permanent(
                  Code.NAME_UNSUPPORTED,
                  "creating " + entry,
                  "the file system takes no more names of one file",
                  "use a file system that takes as many hard links as the source has")
              .about(List.of(entry));
      default ->
          Failure.temporary(
                  Code.PLACE_UNAVAILABLE,
                  "writing " + entry,
                  Errno.text(errno),
                  "make the folder writable for the user Sluice runs as")
              .about(List.of(entry));
    };
  }
}
