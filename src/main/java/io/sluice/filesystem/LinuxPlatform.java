package io.sluice.filesystem;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.LinkTarget;
import io.sluice.manifest.Name;
import io.sluice.manifest.Stream;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Linux on ext4, xfs, btrfs, tmpfs, on NTFS through ntfs-3g, and on what else can be mounted. */
final class LinuxPlatform implements Platform {
  /** PATH_MAX less its zero byte: the longest path one system call takes. */
  private static final int PATH_BYTES_MAX = 4095;

  private static final int NAME_BYTES_MAX = 255;
  private static final long TICKS_TO_1970 = 116_444_736_000_000_000L;
  private static final long TICKS_PER_SECOND = 10_000_000L;

  /** Offsets in struct statx (linux/stat.h). */
  private static final int LINKS = 16;

  private static final int MODE = 28;
  private static final int INODE = 32;
  private static final int SIZE = 40;
  private static final int CHANGED = 96;
  private static final int MODIFIED = 112;
  private static final int DEVICE_MAJOR = 136;
  private static final int DEVICE_MINOR = 140;

  /** Offsets in struct linux_dirent64. */
  private static final int RECORD_LENGTH = 16;

  private static final int RECORD_NAME = 19;

  private final NativeBuffers buffers = new NativeBuffers();
  private final LinuxStreams streams = new LinuxStreams(buffers);

  @Override
  public Facts facts(Path entry) throws Failure {
    byte[] path = PathNames.bytes(entry);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment facts = arena.allocate(LinuxCalls.STATX_BYTES, 8);
      int result = LinuxCalls.statx(path, facts);
      if (result < 0) {
        throw LinuxFailures.reading(entry.toString(), -result);
      }
      int mode = Short.toUnsignedInt(facts.get(ValueLayout.JAVA_SHORT, MODE));
      Facts.Kind kind = kind(mode);
      return new Facts(
          kind,
          new Facts.Size(
              kind == Facts.Kind.FILE ? facts.get(ValueLayout.JAVA_LONG, SIZE) : 0,
              Integer.toUnsignedLong(facts.get(ValueLayout.JAVA_INT, LINKS))),
          attributes(path, mode, facts),
          Optional.of(identity(facts)),
          kind == Facts.Kind.SYMLINK ? Optional.of(target(entry, path)) : Optional.empty(),
          dropped(entry, path, mode));
    }
  }

  private static Facts.Kind kind(int mode) {
    return switch (mode & 0170000) {
      case 0100000 -> Facts.Kind.FILE;
      case 0040000 -> Facts.Kind.DIRECTORY;
      case 0120000 -> Facts.Kind.SYMLINK;
      default -> Facts.Kind.SPECIAL;
    };
  }

  private Attributes attributes(byte[] path, int mode, MemorySegment facts) {
    long seconds = facts.get(ValueLayout.JAVA_LONG, MODIFIED);
    int nanos = facts.get(ValueLayout.JAVA_INT, MODIFIED + 8);
    if (seconds <= 0) {
      long[] ntfs = streams.ntfsModified(path);
      if (ntfs.length == 1) {
        long ticks = ntfs[0] - TICKS_TO_1970;
        seconds = Math.floorDiv(ticks, TICKS_PER_SECOND);
        nanos = (int) Math.floorMod(ticks, TICKS_PER_SECOND) * 100;
      }
    }
    return new Attributes(mode & 0777, seconds, nanos);
  }

  private static Facts.Identity identity(MemorySegment facts) {
    long major = Integer.toUnsignedLong(facts.get(ValueLayout.JAVA_INT, DEVICE_MAJOR));
    long minor = Integer.toUnsignedLong(facts.get(ValueLayout.JAVA_INT, DEVICE_MINOR));
    long changed =
        facts.get(ValueLayout.JAVA_LONG, CHANGED) * 1_000_000_000L
            + facts.get(ValueLayout.JAVA_INT, CHANGED + 8);
    return new Facts.Identity(
        major << 32 | minor, facts.get(ValueLayout.JAVA_LONG, INODE), changed);
  }

  private static LinkTarget target(Path link, byte[] path) throws Failure {
    byte[] target = new byte[LinkTarget.BYTES_MAX];
    int length = LinuxCalls.readLink(path, target);
    if (length < 0) {
      throw LinuxFailures.reading(link.toString(), -length);
    }
    return LinkTarget.of(Arrays.copyOf(target, length));
  }

  private List<String> dropped(Path entry, byte[] path, int mode) throws Failure {
    List<String> dropped = new ArrayList<>();
    String[] bits = {"sticky", "setgid", "setuid"};
    for (int i = 0; i < bits.length; i++) {
      if ((mode & (01000 << i)) != 0) {
        dropped.add(bits[i]);
      }
    }
    switch (kind(mode)) {
      case FILE -> dropped.addAll(streams.otherAttributes(entry, path, false));
      case DIRECTORY -> dropped.addAll(streams.otherAttributes(entry, path, true));
      case SYMLINK -> dropped.addAll(streams.linkStreams(path));
      case SPECIAL -> {}
    }
    return dropped;
  }

  @Override
  public List<Name> children(Path directory) throws Failure {
    int flags = LinuxCalls.O_RDONLY | LinuxCalls.O_DIRECTORY | LinuxCalls.O_NOFOLLOW;
    int descriptor = LinuxCalls.open(PathNames.bytes(directory), flags, 0);
    if (descriptor < 0) {
      throw LinuxFailures.reading(directory.toString(), -descriptor);
    }
    List<Name> names = new ArrayList<>();
    MemorySegment buffer = buffers.take();
    try {
      int length;
      while ((length = LinuxCalls.directoryEntries(descriptor, buffer)) > 0) {
        collect(buffer, length, names);
      }
      if (length < 0) {
        throw LinuxFailures.reading(directory.toString(), -length);
      }
    } finally {
      buffers.giveBack(buffer);
      LinuxCalls.close(descriptor);
    }
    Collections.sort(names);
    return names;
  }

  private static void collect(MemorySegment records, int length, List<Name> names) {
    for (int at = 0; at < length; ) {
      int next = at + Short.toUnsignedInt(records.get(ValueLayout.JAVA_SHORT, at + RECORD_LENGTH));
      int end = at + RECORD_NAME;
      while (records.get(ValueLayout.JAVA_BYTE, end) != 0) {
        end++;
      }
      byte[] name = new byte[end - at - RECORD_NAME];
      MemorySegment.copy(records, ValueLayout.JAVA_BYTE, at + RECORD_NAME, name, 0, name.length);
      boolean dots = name[0] == '.' && (name.length == 1 || (name.length == 2 && name[1] == '.'));
      if (!dots) {
        names.add(Name.of(name));
      }
      at = next;
    }
  }

  @Override
  public Path child(Path directory, Name name) throws Failure {
    Path child = PathNames.child(directory, name);
    // A char is at most three bytes, so that most paths need no counting.
    if (child.toString().length() > PATH_BYTES_MAX / 3
        && PathNames.bytes(child).length > PATH_BYTES_MAX) {
      throw PathNames.unsupported(
          directory, name, "the whole path is longer than the 4,095 bytes Linux takes");
    }
    if (child.toString().indexOf(':') >= 0 && isStreamSyntax(directory, name)) {
      throw PathNames.unsupported(
          directory, name, "in this mount of NTFS a colon separates a file from its stream");
    }
    return child;
  }

  /** True if {@code name} would name a stream of another file rather than a file. */
  private boolean isStreamSyntax(Path directory, Name name) {
    if (name.toString().indexOf(':') < 0) {
      return false;
    }
    for (Path at = directory.toAbsolutePath(); at != null; at = at.getParent()) {
      byte[] path = PathNames.bytes(at);
      if (LinuxCalls.fileSystem(path) >= 0) {
        return streams.way(path) == LinuxStreams.Way.NTFS_FILES;
      }
    }
    return false;
  }

  @Override
  public List<Stream> streams(Path entry) throws Failure {
    Facts.Kind kind = kindOf(entry);
    return switch (kind) {
      case FILE, DIRECTORY -> streams.list(entry, kind == Facts.Kind.DIRECTORY);
      case SYMLINK, SPECIAL -> List.of();
    };
  }

  Facts.Kind kindOf(Path entry) throws Failure {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment facts = arena.allocate(LinuxCalls.STATX_BYTES, 8);
      int result = LinuxCalls.statx(PathNames.bytes(entry), facts);
      if (result < 0) {
        throw LinuxFailures.reading(entry.toString(), -result);
      }
      return kind(Short.toUnsignedInt(facts.get(ValueLayout.JAVA_SHORT, MODE)));
    }
  }

  @Override
  public InputStream read(Path file) throws Failure {
    // Without O_NONBLOCK a pipe put in the file's place would be waited on for ever.
    int flags = LinuxCalls.O_RDONLY | LinuxCalls.O_NOFOLLOW | LinuxCalls.O_NONBLOCK;
    int descriptor = LinuxCalls.open(PathNames.bytes(file), flags, 0);
    if (descriptor < 0) {
      throw LinuxFailures.reading(file.toString(), -descriptor);
    }
    return new NativeInput(descriptor, file.toString(), buffers);
  }

  @Override
  public InputStream readStream(Path entry, Name stream) throws Failure {
    return streams.read(entry, stream, kindOf(entry) == Facts.Kind.DIRECTORY);
  }

  @Override
  public StreamCapacity streamCapacity(Path directory) throws Failure {
    return switch (streams.way(PathNames.bytes(directory))) {
      case HIDDEN -> StreamCapacity.NONE;
      case NTFS_FILES ->
          new StreamCapacity(Long.MAX_VALUE, Long.MAX_VALUE, StreamCapacity.StreamNames.NTFS);
      case ATTRIBUTES, NTFS_ATTRIBUTES -> new Prober(this, directory).streams();
    };
  }

  @Override
  public NameCapacity nameCapacity(Path directory) throws Failure {
    return new Prober(this, directory).names(PATH_BYTES_MAX);
  }

  @Override
  public List<Name> unsupportedNames(Path directory, Collection<Name> names) throws Failure {
    if (!FileSystems.takesAnyBytes(LinuxCalls.fileSystem(PathNames.bytes(directory)))) {
      return new Prober(this, directory).unsupported(names);
    }
    return names.stream().filter(name -> name.length() > NAME_BYTES_MAX).toList();
  }

  @Override
  public List<LinkTarget> unsupportedTargets(Path directory, Collection<LinkTarget> targets)
      throws Failure {
    return FileSystems.takesAnyBytes(LinuxCalls.fileSystem(PathNames.bytes(directory)))
        ? List.of()
        : new Prober(this, directory).unsupportedTargets(targets);
  }

  @Override
  public void createDirectory(Path directory) throws Failure {
    done(directory, LinuxCalls.makeDirectory(PathNames.bytes(directory), 0700));
  }

  @Override
  public OutputStream createFile(Path file) throws Failure {
    int flags =
        LinuxCalls.O_WRONLY | LinuxCalls.O_CREAT | LinuxCalls.O_EXCL | LinuxCalls.O_NOFOLLOW;
    int descriptor = LinuxCalls.open(PathNames.bytes(file), flags, 0600);
    done(file, descriptor);
    return new NativeOutput(descriptor, file.toString(), buffers);
  }

  @Override
  public void createSymlink(Path link, LinkTarget target) throws Failure {
    done(link, LinuxCalls.symlink(target.bytes(), PathNames.bytes(link)));
  }

  @Override
  public void createHardLink(Path link, Path file) throws Failure {
    done(link, LinuxCalls.link(PathNames.bytes(file), PathNames.bytes(link)));
  }

  @Override
  public OutputStream writeStream(Path entry, Stream stream) throws Failure {
    Facts.Kind kind = kindOf(entry);
    if (kind != Facts.Kind.FILE && kind != Facts.Kind.DIRECTORY) {
      throw new IllegalArgumentException(entry + " is a " + kind + " and has no streams");
    }
    return streams.write(entry, stream, kind == Facts.Kind.DIRECTORY);
  }

  @Override
  public void setAttributes(Path entry, Attributes attributes) throws Failure {
    byte[] path = PathNames.bytes(entry);
    if (kindOf(entry) != Facts.Kind.SYMLINK) {
      int result = LinuxCalls.setMode(path, attributes.mode());
      // Mounts that cannot keep modes may say so; EntryCapacity tells the caller beforehand.
      if (result != -Errno.EOPNOTSUPP && result != -Errno.EPERM) {
        done(entry, result);
      }
    }
    done(entry, LinuxCalls.setModified(path, attributes.mtimeSeconds(), attributes.mtimeNanos()));
  }

  @Override
  public Barrier barrier(Path directory) throws Failure {
    byte[] path = PathNames.bytes(directory);
    int flags = LinuxCalls.O_RDONLY | LinuxCalls.O_DIRECTORY | LinuxCalls.O_NOFOLLOW;
    int descriptor = LinuxCalls.open(path, flags, 0);
    done(directory, descriptor);
    boolean whole = FileSystems.syncfsTellsErrors(LinuxCalls.fileSystem(path));
    return new LinuxBarrier(this, directory, descriptor, whole);
  }

  private static void done(Path entry, int result) throws Failure {
    if (result < 0) {
      throw LinuxFailures.writing(entry.toString(), -result);
    }
  }

  /** A failed synchronisation: nothing written since the barrier may be trusted. */
  static Failure notDurable(Path entry, int errno) {
    return Failure.temporary(
            errno == Errno.ENOSPC || errno == Errno.EDQUOT ? Code.NO_SPACE : Code.DISK_ERROR,
            "making " + entry + " durable",
            Errno.text(errno),
            "check the disk; what was written is thrown away and written anew")
        .about(List.of(entry.toString()));
  }
}
