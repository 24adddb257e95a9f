package io.sluice.filesystem;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.LinkTarget;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.Name;
import io.sluice.manifest.Stream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Linux on ext4, xfs, btrfs, tmpfs, on NTFS through ntfs-3g, and on what else can be mounted. */
final class LinuxPlatform implements Platform {
  /** PATH_MAX less its zero byte: the longest path one system call takes. */
  private static final int PATH_BYTES_MAX = 4095;

  /** Why a name cannot be used where streams are opened as {@code file:stream}. */
  static final String COLON = "in this mount of NTFS a colon separates a file from its stream";

  private static final int NAME_BYTES_MAX = 255;
  private static final long TICKS_TO_1970 = 116_444_736_000_000_000L;
  private static final long TICKS_PER_SECOND = 10_000_000L;

  /** Offsets in struct linux_dirent64. */
  private static final int RECORD_LENGTH = 16;

  private static final int RECORD_NAME = 19;

  private final LinuxCalls calls = new LinuxCalls();
  private final NativeBuffers buffers = new NativeBuffers(NativeBuffers.CONTENT_BYTES);
  private final ReparsePoints points = new ReparsePoints(calls);
  private final LinuxProperties properties = new LinuxProperties(calls, points);
  private final LinuxAttributes attributes = new LinuxAttributes(calls, properties, points);
  private final LinuxAttributes ofOpenFiles = ofOpenFiles(LinuxCalls.following());
  private final LinuxStreams streams = new LinuxStreams(calls, buffers, properties);
  private final ChangeTimes changeTimes = new ChangeTimes(calls);

  private static LinuxAttributes ofOpenFiles(LinuxCalls following) {
    ReparsePoints points = new ReparsePoints(following);
    return new LinuxAttributes(following, new LinuxProperties(following, points), points);
  }

  @Override
  public Facts facts(Path entry) throws Failure {
    return facts(entry, PathNames.bytes(entry));
  }

  /**
   * What is kept about an entry.
   *
   * @param entry for messages
   * @param path leads to the entry
   */
  Facts facts(Path entry, byte[] path) throws Failure {
    LinuxCalls.Stat stat = stat(entry, path);
    if (!isWithinReach(stat.modified())) {
      throw LinuxFailures.timeOutOfReach(entry.toString(), stat.modified().seconds());
    }
    boolean link = kind(stat.mode()) == Facts.Kind.SYMLINK;
    return facts(stat, attributes(path, stat), link ? target(entry, path) : Optional.empty());
  }

  private static Facts facts(
      LinuxCalls.Stat stat, Attributes attributes, Optional<LinkTarget> target) {
    Facts.Kind kind = kind(stat.mode());
    return new Facts(
        kind,
        kind == Facts.Kind.FILE ? stat.size() : new Facts.Size(0, stat.size().links()),
        attributes,
        Optional.of(stat.identity()),
        target,
        stat.more());
  }

  @Override
  public void facts(Path directory, List<Name> names, ChildFacts into) throws Failure {
    int descriptor = open(directory);
    try {
      facts(descriptor, directory, names, into);
    } finally {
      calls.close(descriptor);
    }
  }

  private void facts(int descriptor, Path directory, List<Name> names, ChildFacts into) {
    int rest = PATH_BYTES_MAX - PathNames.bytes(directory).length - 1;
    for (Name name : names) {
      byte[] bytes = name.bytes();
      LinuxCalls.Stat stat = calls.statx(descriptor, bytes);
      if (isPlain(stat) && bytes.length <= rest && !hasColon(bytes)) {
        into.found(name, facts(stat, modeAndTime(stat), Optional.empty()));
        continue;
      }
      // Links, times of NTFS, paths out of reach, failures: rare enough to be asked by path.
      try {
        into.found(name, facts(child(directory, name)));
      } catch (Failure failure) {
        into.failed(name, failure);
      }
    }
  }

  private static boolean isPlain(LinuxCalls.Stat stat) {
    return stat.result() == 0
        && kind(stat.mode()) != Facts.Kind.SYMLINK
        && stat.modified().seconds() > 0
        && isWithinReach(stat.modified());
  }

  /** Some file systems take times that no manifest holds. */
  private static boolean isWithinReach(LinuxCalls.Modified modified) {
    return modified.seconds() <= Manifest.INTEGER_MAX
        && modified.seconds() >= -Manifest.INTEGER_MAX;
  }

  private static boolean hasColon(byte[] name) {
    for (byte b : name) {
      if (b == ':') {
        return true;
      }
    }
    return false;
  }

  private int open(Path directory) throws Failure {
    int flags = LinuxCalls.O_RDONLY | LinuxCalls.O_DIRECTORY | LinuxCalls.O_NOFOLLOW;
    int descriptor = calls.open(PathNames.bytes(directory), flags, 0);
    if (descriptor < 0) {
      throw LinuxFailures.reading(directory.toString(), -descriptor);
    }
    return descriptor;
  }

  @Override
  public boolean tellsEveryChange(Path directory, Path writable) {
    return changeTimes.tellAll(PathNames.bytes(directory), PathNames.bytes(writable));
  }

  @Override
  public Optional<StateCheck> stateCheck(Path directory) {
    return LinuxStateCheck.open(calls, PathNames.bytes(directory));
  }

  private LinuxCalls.Stat stat(Path entry, byte[] path) throws Failure {
    LinuxCalls.Stat stat = calls.statx(path);
    if (stat.result() < 0) {
      throw LinuxFailures.reading(entry.toString(), -stat.result());
    }
    return stat;
  }

  private static Facts.Kind kind(int mode) {
    return switch (mode & 0170000) {
      case 0100000 -> Facts.Kind.FILE;
      case 0040000 -> Facts.Kind.DIRECTORY;
      case 0120000 -> Facts.Kind.SYMLINK;
      default -> Facts.Kind.SPECIAL;
    };
  }

  private Attributes attributes(byte[] path, LinuxCalls.Stat stat) {
    Attributes attributes = modeAndTime(stat);
    long[] ntfs = stat.modified().seconds() <= 0 ? streams.ntfsModified(path) : new long[0];
    if (ntfs.length == 0) {
      return attributes;
    }
    long ticks = ntfs[0] - TICKS_TO_1970;
    long seconds = Math.floorDiv(ticks, TICKS_PER_SECOND);
    return attributes.at(seconds, (int) Math.floorMod(ticks, TICKS_PER_SECOND) * 100);
  }

  private static Attributes modeAndTime(LinuxCalls.Stat stat) {
    LinuxCalls.Modified modified = stat.modified();
    return new Attributes(stat.mode() & 0777, modified.seconds(), modified.nanos());
  }

  private Optional<LinkTarget> target(Path link, byte[] path) throws Failure {
    LinuxCalls.Value target = calls.readLink(path, LinkTarget.BYTES_MAX);
    if (target.result() < 0) {
      // A link no more: something else has taken its place since it was looked at.
      int errno = target.result() == -Errno.EINVAL ? Errno.ESTALE : -target.result();
      throw LinuxFailures.reading(link.toString(), errno);
    }
    return target.result() == 0
        ? Optional.empty()
        : Optional.of(points.target(link, path, target.bytes()));
  }

  @Override
  public List<Name> children(Path directory) throws Failure {
    int descriptor = open(directory);
    try {
      return names(descriptor, directory);
    } finally {
      calls.close(descriptor);
    }
  }

  /** The names in an open directory that was not read yet, in order. */
  private List<Name> names(int descriptor, Path directory) throws Failure {
    List<Name> names = new ArrayList<>();
    NativeBuffers.Buffer buffer = buffers.take();
    try {
      int length;
      while ((length = calls.directoryEntries(descriptor, buffer)) > 0) {
        collect(buffer.bytes(), length, names);
      }
      if (length < 0) {
        throw LinuxFailures.reading(directory.toString(), -length);
      }
    } finally {
      buffers.giveBack(buffer);
    }
    Collections.sort(names);
    return names;
  }

  private static void collect(ByteBuffer records, int length, List<Name> names) {
    for (int at = 0; at < length; ) {
      int next = at + Short.toUnsignedInt(records.getShort(at + RECORD_LENGTH));
      int end = at + RECORD_NAME;
      while (records.get(end) != 0) {
        end++;
      }
      byte[] name = new byte[end - at - RECORD_NAME];
      records.get(at + RECORD_NAME, name);
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
      throw PathNames.unsupported(directory, name, COLON);
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
      if (calls.fileSystem(path) >= 0) {
        return streams.way(path) == LinuxStreams.Way.NTFS_FILES;
      }
    }
    return false;
  }

  @Override
  public Streams streams(Path entry, Facts facts, Keep keep) throws Failure {
    return streams.of(entry, facts, keep);
  }

  Facts.Kind kindOf(Path entry) throws Failure {
    return kind(stat(entry, PathNames.bytes(entry)).mode());
  }

  @Override
  public InputStream read(Path file) throws Failure {
    // Without O_NONBLOCK a pipe put in the file's place would be waited on for ever.
    int flags = LinuxCalls.O_RDONLY | LinuxCalls.O_NOFOLLOW | LinuxCalls.O_NONBLOCK;
    int descriptor = calls.open(PathNames.bytes(file), flags, 0);
    if (descriptor < 0) {
      throw LinuxFailures.reading(file.toString(), -descriptor);
    }
    return new NativeInput(calls, descriptor, file.toString(), buffers);
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
    if (!FileSystems.takesAnyBytes(calls.fileSystem(PathNames.bytes(directory)))) {
      return new Prober(this, directory).unsupported(names);
    }
    return names.stream().filter(name -> name.length() > NAME_BYTES_MAX).toList();
  }

  @Override
  public List<LinkTarget> unsupportedTargets(Path directory, Collection<LinkTarget> targets)
      throws Failure {
    return FileSystems.takesAnyBytes(calls.fileSystem(PathNames.bytes(directory)))
        ? List.of()
        : new Prober(this, directory).unsupportedTargets(targets);
  }

  @Override
  public void createDirectory(Path directory) throws Failure {
    done(directory, calls.makeDirectory(LinuxCalls.AT_FDCWD, PathNames.bytes(directory), 0700));
  }

  @Override
  public OutputStream createFile(Path file) throws Failure {
    int flags =
        LinuxCalls.O_WRONLY | LinuxCalls.O_CREAT | LinuxCalls.O_EXCL | LinuxCalls.O_NOFOLLOW;
    int descriptor = calls.open(PathNames.bytes(file), flags, 0600);
    done(file, descriptor);
    return new NativeOutput(calls, descriptor, file.toString(), buffers);
  }

  @Override
  public void createSymlink(Path link, LinkTarget target) throws Failure {
    done(link, calls.symlink(target.bytes(), LinuxCalls.AT_FDCWD, PathNames.bytes(link)));
  }

  @Override
  public void createHardLink(Path link, Path file) throws Failure {
    int here = LinuxCalls.AT_FDCWD;
    done(link, calls.link(here, PathNames.bytes(file), here, PathNames.bytes(link)));
  }

  @Override
  public OutputStream writeStream(Path entry, Stream stream) throws Failure {
    Facts.Kind kind = kindOf(entry);
    if (kind != Facts.Kind.FILE && kind != Facts.Kind.DIRECTORY) {
      throw new IllegalArgumentException(entry + " is a " + kind + " and has no streams");
    }
    return streams.write(entry, PathNames.bytes(entry), stream, kind == Facts.Kind.DIRECTORY);
  }

  @Override
  public void setAttributes(Path entry, Attributes attributes) throws Failure {
    boolean link = kindOf(entry) == Facts.Kind.SYMLINK;
    this.attributes.set(entry, PathNames.bytes(entry), link, attributes);
  }

  @Override
  public Folder folder(Path directory) throws Failure {
    if (!LinuxFolder.canBeUsed()) {
      return Platform.super.folder(directory);
    }
    return LinuxFolder.open(
        new LinuxFolder.Parts(this, calls, buffers, streams, attributes, ofOpenFiles), directory);
  }

  @Override
  public Barrier barrier(Path directory) throws Failure {
    byte[] path = PathNames.bytes(directory);
    int flags = LinuxCalls.O_RDONLY | LinuxCalls.O_DIRECTORY | LinuxCalls.O_NOFOLLOW;
    int descriptor = calls.open(path, flags, 0);
    done(directory, descriptor);
    boolean whole = FileSystems.syncfsTellsErrors(calls.fileSystem(path));
    return new LinuxBarrier(this, calls, directory, descriptor, whole);
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
