package io.sluice.filesystem;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.List;

/**
 * The system calls {@link LinuxPlatform} needs, through java.lang.foreign. Paths and names are raw
 * bytes. Every method returns what the call returned, or the negated error number; calls broken by
 * a signal are repeated. 64-bit Linux only.
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

  /** Bytes of {@code struct statx}. */
  static final int STATX_BYTES = 256;

  private static final int STATX_BASIC_STATS = 0x7ff;
  private static final int STATFS_BYTES = 256;

  /** Some architectures number these two flags their own way (include/uapi/asm/fcntl.h). */
  private static final boolean ARM_FLAGS =
      List.of("aarch64", "arm64", "ppc64", "ppc64le").contains(System.getProperty("os.arch", ""));

  static final int O_DIRECTORY = ARM_FLAGS ? 040000 : 0200000;
  static final int O_NOFOLLOW = ARM_FLAGS ? 0100000 : 0400000;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final MemoryLayout POINTER = ValueLayout.ADDRESS;

  private static final MethodHandle OPEN = variadic("open", 2, INT, POINTER, INT, INT);
  private static final MethodHandle CLOSE = handle("close", INT, INT);
  private static final MethodHandle READ = handle("read", LONG, INT, POINTER, LONG);
  private static final MethodHandle WRITE = handle("write", LONG, INT, POINTER, LONG);
  private static final MethodHandle GETDENTS = handle("getdents64", LONG, INT, POINTER, LONG);
  private static final MethodHandle FSYNC = handle("fsync", INT, INT);
  private static final MethodHandle SYNCFS = handle("syncfs", INT, INT);
  private static final MethodHandle STATX = handle("statx", INT, INT, POINTER, INT, INT, POINTER);
  private static final MethodHandle STATFS = handle("statfs", INT, POINTER, POINTER);
  private static final MethodHandle GETXATTR =
      handle("lgetxattr", LONG, POINTER, POINTER, POINTER, LONG);
  private static final MethodHandle LISTXATTR = handle("llistxattr", LONG, POINTER, POINTER, LONG);
  private static final MethodHandle SETXATTR =
      handle("lsetxattr", INT, POINTER, POINTER, POINTER, LONG, INT);
  private static final MethodHandle UTIMENSAT =
      handle("utimensat", INT, INT, POINTER, POINTER, INT);
  private static final MethodHandle FCHMODAT = handle("fchmodat", INT, INT, POINTER, INT, INT);
  private static final MethodHandle CHMOD = handle("chmod", INT, POINTER, INT);
  private static final MethodHandle MKDIR = handle("mkdir", INT, POINTER, INT);
  private static final MethodHandle SYMLINK = handle("symlink", INT, POINTER, POINTER);
  private static final MethodHandle LINK = handle("link", INT, POINTER, POINTER);
  private static final MethodHandle READLINK = handle("readlink", LONG, POINTER, POINTER, LONG);

  private LinuxCalls() {}

  /** True if this machine is a 64-bit Linux whose C library has every call needed. */
  static boolean areAvailable() {
    if (!System.getProperty("os.name", "").equals("Linux") || POINTER.byteSize() != 8) {
      return false;
    }
    SymbolLookup lookup = Linker.nativeLinker().defaultLookup();
    return List.of("statx", "getdents64", "syncfs", "utimensat", "fchmodat", "lsetxattr").stream()
        .allMatch(name -> lookup.find(name).isPresent());
  }

  static int open(byte[] path, int flags, int mode) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      MemorySegment name = text(arena, path);
      int result;
      do {
        result = result(state, (int) OPEN.invokeExact(state, name, flags | O_CLOEXEC, mode));
      } while (result == -Errno.EINTR);
      return result;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static int close(int descriptor) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      return result(state, (int) CLOSE.invokeExact(state, descriptor));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static int read(int descriptor, MemorySegment into, int length) {
    return transfer(READ, descriptor, into, length);
  }

  static int write(int descriptor, MemorySegment from, int length) {
    return transfer(WRITE, descriptor, from, length);
  }

  /** Fills {@code into} with {@code struct linux_dirent64}s. */
  static int directoryEntries(int descriptor, MemorySegment into) {
    return transfer(GETDENTS, descriptor, into, (int) into.byteSize());
  }

  private static int transfer(MethodHandle call, int descriptor, MemorySegment bytes, int length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      long result;
      do {
        result = result(state, (long) call.invokeExact(state, descriptor, bytes, (long) length));
      } while (result == -Errno.EINTR);
      return (int) result;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static int fsync(int descriptor) {
    return sync(FSYNC, descriptor);
  }

  static int syncfs(int descriptor) {
    return sync(SYNCFS, descriptor);
  }

  private static int sync(MethodHandle call, int descriptor) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      return result(state, (int) call.invokeExact(state, descriptor));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Fills {@code into}, {@link #STATX_BYTES} long, about the entry itself. */
  static int statx(byte[] path, MemorySegment into) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      int flags = AT_SYMLINK_NOFOLLOW;
      return result(
          state,
          (int)
              STATX.invokeExact(
                  state, AT_FDCWD, text(arena, path), flags, STATX_BASIC_STATS, into));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** The magic number of the file system (linux/magic.h). Follows a symbolic link. */
  static long fileSystem(byte[] path) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      MemorySegment into = arena.allocate(STATFS_BYTES, 8);
      int result = result(state, (int) STATFS.invokeExact(state, text(arena, path), into));
      return result < 0 ? result : into.get(LONG, 0) & 0xffff_ffffL;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Reads an attribute's value; with an empty array only its length is asked. */
  static int getAttribute(byte[] path, byte[] name, byte[] into) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      MemorySegment value = arena.allocate(Math.max(1, into.length));
      MemorySegment file = text(arena, path);
      MemorySegment key = text(arena, name);
      long size = into.length;
      int result = (int) result(state, (long) GETXATTR.invokeExact(state, file, key, value, size));
      MemorySegment.copy(
          value, ValueLayout.JAVA_BYTE, 0, into, 0, Math.clamp(result, 0, into.length));
      return result;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Reads the names of all attributes; with an empty array only their length is asked. */
  static int listAttributes(byte[] path, byte[] into) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      MemorySegment value = arena.allocate(Math.max(1, into.length));
      MemorySegment file = text(arena, path);
      long size = into.length;
      int result = (int) result(state, (long) LISTXATTR.invokeExact(state, file, value, size));
      MemorySegment.copy(
          value, ValueLayout.JAVA_BYTE, 0, into, 0, Math.clamp(result, 0, into.length));
      return result;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static int setAttribute(byte[] path, byte[] name, byte[] value, int length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      MemorySegment bytes = arena.allocate(Math.max(1, length));
      MemorySegment.copy(value, 0, bytes, ValueLayout.JAVA_BYTE, 0, length);
      MemorySegment file = text(arena, path);
      MemorySegment key = text(arena, name);
      return result(state, (int) SETXATTR.invokeExact(state, file, key, bytes, (long) length, 0));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Sets the modification time of the entry itself, leaving the access time alone. */
  static int setModified(byte[] path, long seconds, long nanos) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      MemorySegment times = arena.allocate(32, 8);
      long omit = (1L << 30) - 2;
      times.set(LONG, 8, omit);
      times.set(LONG, 16, seconds);
      times.set(LONG, 24, nanos);
      return result(
          state,
          (int)
              UTIMENSAT.invokeExact(
                  state, AT_FDCWD, text(arena, path), times, AT_SYMLINK_NOFOLLOW));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Sets the permissions of an entry that is no symbolic link. */
  static int setMode(byte[] path, int mode) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      MemorySegment file = text(arena, path);
      int flags = AT_SYMLINK_NOFOLLOW;
      int result = result(state, (int) FCHMODAT.invokeExact(state, AT_FDCWD, file, mode, flags));
      if (result != -Errno.EOPNOTSUPP && result != -Errno.ENOSYS) {
        return result;
      }
      // C libraries before glibc 2.32 cannot do it without following; the caller made this entry.
      return result(state, (int) CHMOD.invokeExact(state, file, mode));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static int makeDirectory(byte[] path, int mode) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      return result(state, (int) MKDIR.invokeExact(state, text(arena, path), mode));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static int symlink(byte[] target, byte[] link) {
    return twoPaths(SYMLINK, target, link);
  }

  static int link(byte[] file, byte[] link) {
    return twoPaths(LINK, file, link);
  }

  private static int twoPaths(MethodHandle call, byte[] first, byte[] second) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      MemorySegment a = text(arena, first);
      MemorySegment b = text(arena, second);
      return result(state, (int) call.invokeExact(state, a, b));
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Reads a symbolic link's target. */
  static int readLink(byte[] link, byte[] into) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      MemorySegment value = arena.allocate(into.length);
      MemorySegment file = text(arena, link);
      int result =
          (int) result(state, (long) READLINK.invokeExact(state, file, value, (long) into.length));
      MemorySegment.copy(value, ValueLayout.JAVA_BYTE, 0, into, 0, Math.max(0, result));
      return result;
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private static MemorySegment text(Arena arena, byte[] bytes) {
    MemorySegment text = arena.allocate(bytes.length + 1L);
    MemorySegment.copy(bytes, 0, text, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return text;
  }

  /** The error number counts only after a failed call: a success leaves an old one standing. */
  private static int result(MemorySegment state, int returned) {
    return returned == -1 ? -(int) ERRNO.get(state, 0L) : returned;
  }

  private static long result(MemorySegment state, long returned) {
    return returned == -1 ? -(int) ERRNO.get(state, 0L) : returned;
  }

  private static MethodHandle handle(String name, MemoryLayout result, MemoryLayout... arguments) {
    return link(name, FunctionDescriptor.of(result, arguments), CAPTURE);
  }

  private static MethodHandle variadic(
      String name, int first, MemoryLayout result, MemoryLayout... arguments) {
    FunctionDescriptor descriptor = FunctionDescriptor.of(result, arguments);
    return link(name, descriptor, CAPTURE, Linker.Option.firstVariadicArg(first));
  }

  // Restricted, because a wrong descriptor may crash the process: each is the C library's
  // prototype.
  @SuppressWarnings("restricted")
  private static MethodHandle link(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    MemorySegment symbol = LINKER.defaultLookup().find(name).orElseThrow();
    return LINKER.downcallHandle(symbol, descriptor, options);
  }

  private static IllegalStateException unexpected(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return new IllegalStateException("a native call with wrong arguments", e);
  }
}
