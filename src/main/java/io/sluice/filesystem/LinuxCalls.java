package io.sluice.filesystem;

import io.sluice.filesystem.NativeBuffers.Buffer;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The system calls {@link LinuxPlatform} needs, through java.lang.foreign. Paths and names are raw
 * bytes. Every method returns what the call returned, or the negated error number; calls broken by
 * a signal are repeated. 64-bit Linux only. Any thread.
 */
final class LinuxCalls {
  static final int O_RDONLY = 0;
  static final int O_WRONLY = 1;
  static final int O_CREAT = 0100;
  static final int O_EXCL = 0200;
  static final int O_TRUNC = 01000;
  static final int O_NONBLOCK = 04000;
  static final int O_CLOEXEC = 02000000;
  static final int AT_FDCWD = -100;
  static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final int AT_REMOVEDIR = 0x200;
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final byte[] NO_NAME = new byte[0];

  /** {@code lseek}'s ways to find where data and holes begin. */
  static final int SEEK_DATA = 3;

  static final int SEEK_HOLE = 4;

  private static final int STATX_BASIC_STATS = 0x7ff;
  static final int STATX_BTIME = 0x800;

  /** Since Linux 6.8; an older one leaves it out of its answer. */
  static final int STATX_MNT_ID_UNIQUE = 0x4000;

  private static final int STATX_WANTED = STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID_UNIQUE;

  /** Some architectures number these two flags their own way (include/uapi/asm/fcntl.h). */
  private static final boolean ARM_FLAGS =
      List.of("aarch64", "arm64", "ppc64", "ppc64le").contains(System.getProperty("os.arch", ""));

  /** Shares all blocks of another file; ioctl numbers say "writes" in another bit on POWER. */
  private static final long FICLONE =
      System.getProperty("os.arch", "").startsWith("ppc") ? 0x8004_9409L : 0x4004_9409L;

  static final int O_DIRECTORY = ARM_FLAGS ? 040000 : 0200000;
  static final int O_NOFOLLOW = ARM_FLAGS ? 0100000 : 0400000;

  /** Opens nothing but the way to an entry, which then leads to it whatever its name becomes. */
  static final int O_PATH = 010000000;

  /** Makes a file without a name in the directory opened. */
  static final int O_TMPFILE = 020000000 | O_DIRECTORY;

  /** The longest attribute and the longest list of their names (linux/limits.h). */
  static final int VALUE_BYTES_MAX = 65_536;

  private static final MemorySegment OPENAT = Scratch.symbol("openat");
  private static final MemorySegment CLOSE = Scratch.symbol("close");
  private static final MemorySegment READ = Scratch.symbol("read");
  private static final MemorySegment PWRITE = Scratch.symbol("pwrite");
  private static final MemorySegment GETDENTS = Scratch.symbol("getdents64");
  private static final MemorySegment FSYNC = Scratch.symbol("fsync");
  private static final MemorySegment SYNCFS = Scratch.symbol("syncfs");
  private static final MemorySegment STATX = Scratch.symbol("statx");
  private static final MemorySegment STATFS = Scratch.symbol("statfs");
  private static final MemorySegment GETXATTR = Scratch.symbol("getxattr");
  private static final MemorySegment LGETXATTR = Scratch.symbol("lgetxattr");
  private static final MemorySegment LISTXATTR = Scratch.symbol("llistxattr");
  private static final MemorySegment SETXATTR = Scratch.symbol("setxattr");
  private static final MemorySegment LSETXATTR = Scratch.symbol("lsetxattr");
  private static final MemorySegment FSETXATTR = Scratch.symbol("fsetxattr");
  private static final MemorySegment FREMOVEXATTR = Scratch.symbol("fremovexattr");
  private static final MemorySegment REMOVEXATTR = Scratch.symbol("removexattr");
  private static final MemorySegment LREMOVEXATTR = Scratch.symbol("lremovexattr");
  private static final MemorySegment LSEEK = Scratch.symbol("lseek");
  private static final MemorySegment FTRUNCATE = Scratch.symbol("ftruncate");
  private static final MemorySegment IOCTL = Scratch.symbol("ioctl");
  private static final MemorySegment COPY_FILE_RANGE = Scratch.symbol("copy_file_range");
  private static final MemorySegment UNLINKAT = Scratch.symbol("unlinkat");
  private static final MemorySegment UTIMENSAT = Scratch.symbol("utimensat");
  private static final MemorySegment FUTIMENS = Scratch.symbol("futimens");
  private static final MemorySegment FCHMODAT = Scratch.symbol("fchmodat");
  private static final MemorySegment FCHMOD = Scratch.symbol("fchmod");
  private static final MemorySegment CHMOD = Scratch.symbol("chmod");
  private static final MemorySegment CHOWN = Scratch.symbol("chown");
  private static final MemorySegment LCHOWN = Scratch.symbol("lchown");
  private static final MemorySegment MKDIRAT = Scratch.symbol("mkdirat");
  private static final MemorySegment SYMLINKAT = Scratch.symbol("symlinkat");
  private static final MemorySegment LINKAT = Scratch.symbol("linkat");
  private static final MemorySegment READLINK = Scratch.symbol("readlink");

  private final NativeBuffers buffers = new NativeBuffers(Scratch.BYTES);
  private final boolean follows;

  /** Calls that do not follow a symbolic link in the last element of a path. */
  LinuxCalls() {
    this(false);
  }

  private LinuxCalls(boolean follows) {
    this.follows = follows;
  }

  /** The same for attributes of open files by their names in /proc, which are links to them. */
  static LinuxCalls following() {
    return new LinuxCalls(true);
  }

  /**
   * What {@code statx} says of an entry.
   *
   * @param result 0, or the negated error number and then nothing else counts
   * @param mode kind and permissions
   */
  record Stat(
      int result,
      int mode,
      Facts.Size size,
      Facts.Identity identity,
      Modified modified,
      Facts.More more) {}

  /** A modification time, seconds since 1970. */
  record Modified(long seconds, int nanos) {}

  int open(byte[] path, int flags, int mode) {
    return open(AT_FDCWD, path, flags, mode);
  }

  /** Opens an entry of an open directory; every call that takes a directory takes it so. */
  int open(int directory, byte[] path, int flags, int mode) {
    try (Scratch scratch = scratch()) {
      long name = scratch.text(Scratch.FIRST, path);
      int result;
      do {
        result = scratch.call(OPENAT, directory, name, flags | O_CLOEXEC, mode, 0);
      } while (result == -Errno.EINTR);
      return result;
    }
  }

  int close(int descriptor) {
    try (Scratch scratch = scratch()) {
      return scratch.call(CLOSE, descriptor);
    }
  }

  int fsync(int descriptor) {
    try (Scratch scratch = scratch()) {
      return scratch.call(FSYNC, descriptor);
    }
  }

  int syncfs(int descriptor) {
    try (Scratch scratch = scratch()) {
      return scratch.call(SYNCFS, descriptor);
    }
  }

  int read(int descriptor, Buffer into, int length) {
    return transfer(READ, descriptor, into, length, 0);
  }

  /** Writes at an offset, wherever others write. */
  int write(int descriptor, Buffer from, int length, long offset) {
    return transfer(PWRITE, descriptor, from, length, offset);
  }

  /** Fills {@code into} with {@code struct linux_dirent64}s. */
  int directoryEntries(int descriptor, Buffer into) {
    return transfer(GETDENTS, descriptor, into, into.bytes().capacity(), 0);
  }

  private int transfer(MemorySegment call, int descriptor, Buffer bytes, int length, long at) {
    try (Scratch scratch = scratch()) {
      int result;
      do {
        result = scratch.call(call, descriptor, bytes.address(), length, at, 0);
      } while (result == -Errno.EINTR);
      return result;
    }
  }

  /** What is known of the entry itself, a symbolic link if it is one. */
  Stat statx(byte[] path) {
    return statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW);
  }

  /** The same of an entry in an open directory. */
  Stat statx(int directory, byte[] name) {
    return statx(directory, name, AT_SYMLINK_NOFOLLOW);
  }

  /** The same of an open file. */
  Stat statx(int descriptor) {
    return statx(descriptor, NO_NAME, AT_EMPTY_PATH);
  }

  private Stat statx(int directory, byte[] path, int flags) {
    try (Scratch scratch = scratch()) {
      long name = scratch.text(Scratch.FIRST, path);
      long into = scratch.at(Scratch.STRUCT);
      int result = scratch.call(STATX, directory, name, flags, STATX_WANTED, into);
      return Statx.stat(result, scratch.bytes(), Scratch.STRUCT);
    }
  }

  /** True if an entry below an open directory, or that itself, is this file in this state. */
  boolean isStill(int directory, byte[] path, int length, Facts.Identity identity) {
    try (Scratch scratch = scratch()) {
      long name = scratch.text(Scratch.FIRST, path, length);
      int flags = AT_SYMLINK_NOFOLLOW | (length == 0 ? AT_EMPTY_PATH : 0);
      int result =
          scratch.call(
              STATX, directory, name, flags, STATX_BASIC_STATS, scratch.at(Scratch.STRUCT));
      return result == 0 && Statx.identity(scratch.bytes(), Scratch.STRUCT).equals(identity);
    }
  }

  /** The magic number of the file system (linux/magic.h). Follows a symbolic link. */
  long fileSystem(byte[] path) {
    try (Scratch scratch = scratch()) {
      int result =
          scratch.call(STATFS, scratch.text(Scratch.FIRST, path), scratch.at(Scratch.STRUCT), 0);
      return result < 0 ? result : scratch.bytes().getLong(Scratch.STRUCT) & 0xffff_ffffL;
    }
  }

  /** Reads an attribute's value; with an empty array only its length is asked. */
  int getAttribute(byte[] path, byte[] name, byte[] into) {
    try (Scratch scratch = scratch()) {
      long file = scratch.text(Scratch.FIRST, path);
      long key = scratch.text(Scratch.SECOND, name);
      int result =
          scratch.call(
              follows ? GETXATTR : LGETXATTR, file, key, scratch.at(Scratch.VALUE), into.length, 0);
      scratch.bytes().get(Scratch.VALUE, into, 0, Math.clamp(result, 0, into.length));
      return result;
    }
  }

  /**
   * What a call wrote.
   *
   * @param result the number of bytes, or the negated error number and then there are none
   */
  record Value(int result, byte[] bytes) {}

  /** The names of all attributes, each followed by a zero byte. */
  Value listAttributes(byte[] path) {
    return value(LISTXATTR, path, VALUE_BYTES_MAX);
  }

  /** A symbolic link's target, cut off at {@code most} bytes. */
  Value readLink(byte[] link, int most) {
    return value(READLINK, link, most);
  }

  private Value value(MemorySegment function, byte[] path, int most) {
    try (Scratch scratch = scratch()) {
      int result =
          scratch.call(
              function, scratch.text(Scratch.FIRST, path), scratch.at(Scratch.VALUE), most);
      byte[] bytes = new byte[Math.max(0, result)];
      scratch.bytes().get(Scratch.VALUE, bytes);
      return new Value(result, bytes);
    }
  }

  /** Sets an attribute to the first {@code length} bytes; more than the kernel takes are E2BIG. */
  int setAttribute(byte[] path, byte[] name, byte[] value, int length) {
    if (length > VALUE_BYTES_MAX) {
      return -Errno.E2BIG;
    }
    try (Scratch scratch = scratch()) {
      scratch.bytes().put(Scratch.VALUE, value, 0, length);
      long file = scratch.text(Scratch.FIRST, path);
      long key = scratch.text(Scratch.SECOND, name);
      return scratch.call(
          follows ? SETXATTR : LSETXATTR, file, key, scratch.at(Scratch.VALUE), length, 0);
    }
  }

  int removeAttribute(byte[] path, byte[] name) {
    try (Scratch scratch = scratch()) {
      return scratch.call(
          follows ? REMOVEXATTR : LREMOVEXATTR,
          scratch.text(Scratch.FIRST, path),
          scratch.text(Scratch.SECOND, name),
          0);
    }
  }

  /** Sets an attribute of an open file. */
  int setAttribute(int descriptor, byte[] name, byte[] value) {
    try (Scratch scratch = scratch()) {
      scratch.bytes().put(Scratch.VALUE, value);
      long key = scratch.text(Scratch.SECOND, name);
      return scratch.call(FSETXATTR, descriptor, key, scratch.at(Scratch.VALUE), value.length, 0);
    }
  }

  int removeAttribute(int descriptor, byte[] name) {
    try (Scratch scratch = scratch()) {
      return scratch.call(FREMOVEXATTR, descriptor, scratch.text(Scratch.SECOND, name), 0);
    }
  }

  /** Where data or a hole begins at or after an offset; ENXIO if nowhere. */
  long seek(int descriptor, long offset, int whence) {
    try (Scratch scratch = scratch()) {
      return scratch.longCall(LSEEK, descriptor, offset, whence);
    }
  }

  /** Cuts a file off, or goes on with a hole. */
  int setLength(int descriptor, long bytes) {
    try (Scratch scratch = scratch()) {
      return (int) Math.min(0, scratch.longCall(FTRUNCATE, descriptor, bytes, 0));
    }
  }

  /** Makes a new file one whose blocks are those of another, until either is written. */
  int share(int from, int to) {
    try (Scratch scratch = scratch()) {
      return scratch.call(IOCTL, to, FICLONE, from);
    }
  }

  /** Copies from an offset on to where the other file is written next, within the kernel. */
  long copy(int from, long offset, int to, long bytes) {
    try (Scratch scratch = scratch()) {
      scratch.bytes().putLong(Scratch.STRUCT, offset);
      return scratch.longCall(COPY_FILE_RANGE, from, scratch.at(Scratch.STRUCT), to, 0, bytes);
    }
  }

  /** Deletes an entry; a directory only if it is empty. */
  int delete(int directory, byte[] path) {
    try (Scratch scratch = scratch()) {
      long name = scratch.text(Scratch.FIRST, path);
      int done = scratch.call(UNLINKAT, directory, name, 0);
      return done != -Errno.EISDIR ? done : scratch.call(UNLINKAT, directory, name, AT_REMOVEDIR);
    }
  }

  /** Sets the modification time of the entry itself, leaving the access time alone. */
  int setModified(byte[] path, long seconds, long nanos) {
    try (Scratch scratch = scratch()) {
      long times = scratch.times(seconds, nanos);
      long name = scratch.text(Scratch.FIRST, path);
      return scratch.call(UTIMENSAT, AT_FDCWD, name, times, flags(), 0);
    }
  }

  int setModified(int descriptor, long seconds, long nanos) {
    try (Scratch scratch = scratch()) {
      return scratch.call(FUTIMENS, descriptor, scratch.times(seconds, nanos), 0);
    }
  }

  /** Sets the permissions of an entry that is no symbolic link. */
  int setMode(byte[] path, int mode) {
    try (Scratch scratch = scratch()) {
      long file = scratch.text(Scratch.FIRST, path);
      int result = scratch.call(FCHMODAT, AT_FDCWD, file, mode, flags(), 0);
      if (result != -Errno.EOPNOTSUPP && result != -Errno.ENOSYS) {
        return result;
      }
      // C libraries before glibc 2.32 cannot do it without following; the caller made this entry.
      return scratch.call(CHMOD, file, mode, 0);
    }
  }

  int setMode(int descriptor, int mode) {
    try (Scratch scratch = scratch()) {
      return scratch.call(FCHMOD, descriptor, mode, 0);
    }
  }

  private int flags() {
    return follows ? 0 : AT_SYMLINK_NOFOLLOW;
  }

  /** Sets owner and group of the entry itself. */
  int setOwner(byte[] path, int uid, int gid) {
    try (Scratch scratch = scratch()) {
      return scratch.call(follows ? CHOWN : LCHOWN, scratch.text(Scratch.FIRST, path), uid, gid);
    }
  }

  int makeDirectory(int directory, byte[] path, int mode) {
    try (Scratch scratch = scratch()) {
      return scratch.call(MKDIRAT, directory, scratch.text(Scratch.FIRST, path), mode);
    }
  }

  int symlink(byte[] target, int directory, byte[] link) {
    try (Scratch scratch = scratch()) {
      long text = scratch.text(Scratch.FIRST, target);
      return scratch.call(SYMLINKAT, text, directory, scratch.text(Scratch.SECOND, link));
    }
  }

  /** Makes another name for a file; a symbolic link is not followed, but gets the name. */
  int link(int fromDirectory, byte[] file, int directory, byte[] link) {
    try (Scratch scratch = scratch()) {
      long from = scratch.text(Scratch.FIRST, file);
      return scratch.call(
          LINKAT, fromDirectory, from, directory, scratch.text(Scratch.SECOND, link), 0);
    }
  }

  private Scratch scratch() {
    return new Scratch(buffers, buffers.take());
  }
}
