package io.sluice.filesystem;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.Name;
import io.sluice.manifest.Stream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Named streams on Linux. How they are reached depends on the file system and, for NTFS, on how it
 * was mounted; it is asked for every entry, because a mount can be replaced while the process
 * lives.
 */
final class LinuxStreams {
  /** The kernel passes no attribute value and no list of names longer than this. */
  static final int XATTR_BYTES_MAX = LinuxCalls.VALUE_BYTES_MAX;

  private static final long MAGIC_FUSE = 0x65735546L;
  private static final long MAGIC_NTFS3 = 0x7366746eL;
  private static final long MAGIC_NTFS = 0x5346544eL;
  private static final long MAGIC_CIFS = 0xff534d42L;
  private static final long MAGIC_SMB2 = 0xfe534d42L;

  private static final byte[] LIST = ascii("ntfs.streams.list");
  private static final byte[] NTFS_ATTRIBUTES = ascii("system.ntfs_attrib");
  private static final byte[] NTFS_TIMES = ascii("system.ntfs_times");
  private static final byte[] PROBE = ascii("user.sluice.probe");
  private static final byte[] REPARSE = ascii("unsupported reparse ");
  private static final byte[] USER = ascii("user.");
  private static final byte[] NOTHING = new byte[0];
  private static final String WINDOWS_MODE =
      "mount the volume with ntfs-3g -o streams_interface=windows";

  private final LinuxCalls calls;
  private final NativeBuffers buffers;

  LinuxStreams(LinuxCalls calls, NativeBuffers buffers) {
    this.calls = calls;
    this.buffers = buffers;
  }

  /** How named streams are reached. */
  enum Way {
    /** Extended attributes called {@code user.NAME}. */
    ATTRIBUTES,
    /** The same on NTFS: what is longer than an attribute may be exists and cannot be read. */
    NTFS_ATTRIBUTES,
    /** Files called {@code entry:NAME}. */
    NTFS_FILES,
    /** The volume has streams and does not show them. */
    HIDDEN
  }

  /** Which way leads to the streams of this file or directory. */
  Way way(byte[] entry) {
    return way(entry, calls.fileSystem(entry));
  }

  private Way way(byte[] entry, long magic) {
    if (magic == MAGIC_NTFS3 || magic == MAGIC_NTFS) {
      return Way.HIDDEN;
    }
    if (magic != MAGIC_FUSE) {
      return Way.ATTRIBUTES;
    }
    if (calls.getAttribute(entry, LIST, NOTHING) >= 0) {
      return Way.NTFS_FILES;
    }
    if (calls.getAttribute(entry, NTFS_ATTRIBUTES, NOTHING) < 0) {
      return Way.ATTRIBUTES;
    }
    int probe = calls.getAttribute(entry, PROBE, NOTHING);
    return probe == -Errno.EOPNOTSUPP ? Way.HIDDEN : Way.NTFS_ATTRIBUTES;
  }

  /** What an entry of this kind has; every named stream is known to be readable. */
  Streams of(Path entry, Facts.Kind kind) throws Failure {
    byte[] path = PathNames.bytes(entry);
    return switch (kind) {
      case FILE -> of(entry, path, false);
      case DIRECTORY -> of(entry, path, true);
      case SYMLINK -> new Streams(List.of(), linkStreams(path));
      case SPECIAL -> Streams.NONE;
    };
  }

  private Streams of(Path entry, byte[] path, boolean directory) throws Failure {
    long magic = calls.fileSystem(path);
    Way way = way(path, magic);
    List<Stream> named = new ArrayList<>();
    List<String> dropped = new ArrayList<>();
    switch (way) {
      case HIDDEN -> throw hidden(entry);
      case NTFS_FILES -> {
        for (byte[] bytes : split(value(entry, path, LIST))) {
          Name name = name(entry, bytes);
          named.add(new Stream(name, fileStreamSize(entry, path, name, directory)));
        }
      }
      case ATTRIBUTES, NTFS_ATTRIBUTES -> attributes(entry, path, way, named, dropped);
    }
    if (magic == MAGIC_FUSE) {
      dropped.addAll(ntfsAttributes(path));
    } else if (directory && (magic == MAGIC_CIFS || magic == MAGIC_SMB2)) {
      dropped.add("alternate data streams, which CIFS mounts do not show");
    }
    if (named.isEmpty() && dropped.isEmpty()) {
      return Streams.NONE;
    }
    named.sort((a, b) -> a.name().compareTo(b.name()));
    return new Streams(named, dropped);
  }

  /** Streams that are attributes; those that cannot be read are refused all together. */
  private void attributes(
      Path entry, byte[] path, Way way, List<Stream> named, List<String> dropped) throws Failure {
    List<String> unreadable = new ArrayList<>();
    Optional<Failure> first = Optional.empty();
    for (byte[] attribute : attributeNames(entry, path)) {
      if (!isUser(attribute)) {
        dropped.add(new String(attribute, StandardCharsets.UTF_8));
        continue;
      }
      Name name = name(entry, withoutPrefix(attribute));
      try {
        named.add(new Stream(name, attributeSize(entry, path, name, way)));
      } catch (Failure failure) {
        if (failure.code() != Code.STREAM_UNREADABLE) {
          throw failure;
        }
        unreadable.addAll(failure.items());
        first = first.isEmpty() ? Optional.of(failure) : first;
      }
    }
    if (first.isPresent()) {
      throw first.get().about(unreadable);
    }
  }

  InputStream read(Path entry, Name stream, boolean directory) throws Failure {
    byte[] path = PathNames.bytes(entry);
    Way way = way(path);
    if (way == Way.HIDDEN) {
      throw hidden(entry);
    }
    if (way != Way.NTFS_FILES) {
      return new ByteArrayInputStream(attributeValue(entry, path, stream, way));
    }
    int flags = LinuxCalls.O_RDONLY | LinuxCalls.O_NOFOLLOW;
    int descriptor = calls.open(streamPath(path, stream, directory), flags, 0);
    if (descriptor < 0) {
      throw unreadable(entry, stream, Errno.text(-descriptor), "repair the volume");
    }
    return new NativeInput(calls, descriptor, shown(entry, stream), buffers);
  }

  OutputStream write(Path entry, Stream stream, boolean directory) throws Failure {
    byte[] path = PathNames.bytes(entry);
    Way way = way(path);
    if (way == Way.HIDDEN) {
      throw unsupported(entry, stream, "this mount hides the streams of NTFS");
    }
    if (way != Way.NTFS_FILES) {
      if (stream.size() > XATTR_BYTES_MAX) {
        throw unsupported(entry, stream, "an extended attribute holds at most 65,536 bytes");
      }
      return new AttributeOutput(entry, path, stream);
    }
    if (!StreamCapacity.StreamNames.NTFS.holds(stream.name())) {
      throw unsupported(entry, stream, "NTFS has no such stream name");
    }
    int flags =
        LinuxCalls.O_WRONLY | LinuxCalls.O_CREAT | LinuxCalls.O_TRUNC | LinuxCalls.O_NOFOLLOW;
    int descriptor = calls.open(streamPath(path, stream.name(), directory), flags, 0600);
    if (descriptor < 0) {
      throw -descriptor == Errno.ENOSPC
          ? LinuxFailures.writing(shown(entry, stream.name()), -descriptor)
          : unsupported(entry, stream, Errno.text(-descriptor));
    }
    return new NativeOutput(calls, descriptor, shown(entry, stream.name()), buffers);
  }

  /**
   * True if what seems to be a symbolic link is a file of NTFS that ntfs-3g cannot show (compressed
   * by the system, deduplicated, in a cloud): it puts up a link that says so.
   */
  boolean isUnreadableReparsePoint(byte[] link, byte[] target) {
    return target.length > REPARSE.length
        && Arrays.equals(target, 0, REPARSE.length, REPARSE, 0, REPARSE.length)
        && calls.getAttribute(link, NTFS_ATTRIBUTES, NOTHING) >= 0;
  }

  /** Streams of a symbolic link, which are not kept. */
  private List<String> linkStreams(byte[] path) {
    byte[] value = new byte[XATTR_BYTES_MAX];
    int length = calls.getAttribute(path, LIST, value);
    if (length <= 0) {
      return List.of();
    }
    return split(Arrays.copyOf(value, length)).stream()
        .map(name -> "stream " + new String(name, StandardCharsets.UTF_8))
        .toList();
  }

  /**
   * The modification time in NTFS's own form, hundreds of nanoseconds since 1601, if the entry has
   * one: ntfs-3g reports wrong fractions for times before 1970.
   */
  long[] ntfsModified(byte[] path) {
    byte[] times = new byte[32];
    if (calls.getAttribute(path, NTFS_TIMES, times) != times.length) {
      return new long[0];
    }
    return new long[] {ByteBuffer.wrap(times).order(ByteOrder.nativeOrder()).getLong(8)};
  }

  private List<String> ntfsAttributes(byte[] path) {
    byte[] bits = new byte[4];
    if (calls.getAttribute(path, NTFS_ATTRIBUTES, bits) != bits.length) {
      return List.of();
    }
    boolean little = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    int lowest = bits[little ? 0 : 3];
    List<String> set = new ArrayList<>();
    String[] names = {"ntfs.readonly", "ntfs.hidden", "ntfs.system"};
    for (int bit = 0; bit < names.length; bit++) {
      if ((lowest >> bit & 1) == 1) {
        set.add(names[bit]);
      }
    }
    return set;
  }

  private long fileStreamSize(Path entry, byte[] path, Name stream, boolean directory)
      throws Failure {
    LinuxCalls.Stat stat = calls.statx(streamPath(path, stream, directory));
    if (stat.result() < 0) {
      throw unreadable(
          entry, stream, Errno.text(-stat.result()), "shorten the names or repair the volume");
    }
    return stat.size().bytes();
  }

  /**
   * The size of an attribute. FUSE answers no more than the kernel's limit when asked for a size,
   * so a value that seems to be of just that size is read to be sure.
   */
  private long attributeSize(Path entry, byte[] path, Name stream, Way way) throws Failure {
    int size = calls.getAttribute(path, attribute(stream), NOTHING);
    return size >= 0 && size < XATTR_BYTES_MAX
        ? size
        : attributeValue(entry, path, stream, way).length;
  }

  private byte[] attributeValue(Path entry, byte[] path, Name stream, Way way) throws Failure {
    byte[] attribute = attribute(stream);
    int size = calls.getAttribute(path, attribute, NOTHING);
    byte[] value = new byte[Math.clamp(size, 0, XATTR_BYTES_MAX)];
    int read = size < 0 ? size : calls.getAttribute(path, attribute, value);
    if (read == -Errno.ERANGE || (size == 0 && read > 0)) {
      // It grew in between, or the size asked for was a guess.
      value = new byte[XATTR_BYTES_MAX];
      read = calls.getAttribute(path, attribute, value);
    }
    if (read < 0) {
      boolean tooLong = read == -Errno.E2BIG || read == -Errno.ERANGE;
      throw unreadable(
          entry,
          stream,
          tooLong
              ? "extended attributes carry at most 65,536 bytes and names of 255 and this stream has"
                  + " more"
              : Errno.text(-read),
          tooLong && way == Way.NTFS_ATTRIBUTES ? WINDOWS_MODE : "let the user read the attribute");
    }
    return Arrays.copyOf(value, read);
  }

  private List<byte[]> attributeNames(Path entry, byte[] path) throws Failure {
    LinuxCalls.Value names = calls.listAttributes(path);
    int read = names.result();
    if (read == 0 || read == -Errno.EOPNOTSUPP || read == -Errno.ENOSYS) {
      return List.of();
    }
    if (read == -Errno.E2BIG || read == -Errno.ERANGE) {
      throw tooManyNames(entry);
    }
    if (read < 0) {
      throw LinuxFailures.reading(entry.toString(), -read);
    }
    return split(names.bytes());
  }

  private byte[] value(Path entry, byte[] path, byte[] attribute) throws Failure {
    byte[] value = new byte[XATTR_BYTES_MAX];
    int read = calls.getAttribute(path, attribute, value);
    if (read == -Errno.E2BIG || read == -Errno.ERANGE) {
      throw tooManyNames(entry);
    }
    if (read < 0) {
      throw LinuxFailures.reading(entry.toString(), -read);
    }
    return Arrays.copyOf(value, read);
  }

  /**
   * The path that reaches a stream. A directory's is written {@code directory/:stream}: without the
   * slash, a mount point's would name a file of the file system it is mounted on.
   */
  private static byte[] streamPath(byte[] entry, Name stream, boolean directory) {
    byte[] name = stream.bytes();
    byte[] joint = ascii(directory ? "/:" : ":");
    byte[] whole = Arrays.copyOf(entry, entry.length + joint.length + name.length);
    System.arraycopy(joint, 0, whole, entry.length, joint.length);
    System.arraycopy(name, 0, whole, entry.length + joint.length, name.length);
    return whole;
  }

  private static Name name(Path entry, byte[] bytes) throws Failure {
    try {
      return Name.of(bytes);
    } catch (IllegalArgumentException e) {
      String shown = entry + " : " + new String(bytes, StandardCharsets.UTF_8);
      throw Failure.permanent(
              Code.NAME_UNSUPPORTED,
              "listing the streams of " + entry,
              "a stream or user attribute has " + e.getMessage(),
              "remove or rename it (setfattr -x), then try again")
          .about(List.of(shown));
    }
  }

  private static List<byte[]> split(byte[] names) {
    List<byte[]> split = new ArrayList<>();
    int from = 0;
    for (int i = 0; i <= names.length; i++) {
      if (i == names.length || names[i] == 0) {
        if (i > from) {
          split.add(Arrays.copyOfRange(names, from, i));
        }
        from = i + 1;
      }
    }
    return split;
  }

  private static boolean isUser(byte[] attribute) {
    return attribute.length > USER.length
        && Arrays.equals(attribute, 0, USER.length, USER, 0, USER.length);
  }

  private static byte[] withoutPrefix(byte[] attribute) {
    return Arrays.copyOfRange(attribute, USER.length, attribute.length);
  }

  private static byte[] attribute(Name stream) {
    byte[] name = stream.bytes();
    byte[] attribute = Arrays.copyOf(USER, USER.length + name.length);
    System.arraycopy(name, 0, attribute, USER.length, name.length);
    return attribute;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static String shown(Path entry, Name stream) {
    return entry + " : " + stream;
  }

  private static Failure hidden(Path entry) {
    return Failure.permanent(
            Code.STREAMS_HIDDEN,
            "listing the streams of " + entry,
            "the volume is NTFS and this mount does not show alternate data streams, so they would be"
                + " lost unnoticed",
            WINDOWS_MODE)
        .about(List.of(entry.toString()));
  }

  private static Failure unreadable(Path entry, Name stream, String why, String next) {
    return Failure.permanent(
            Code.STREAM_UNREADABLE, "reading stream " + stream + " of " + entry, why, next)
        .about(List.of(shown(entry, stream)));
  }

  private static Failure tooManyNames(Path entry) {
    return Failure.permanent(
            Code.STREAM_UNREADABLE,
            "listing the streams of " + entry,
            "their names together are longer than the 65,536 bytes the kernel lists",
            "remove or rename streams of this entry until they fit")
        .about(List.of(entry.toString()));
  }

  private static Failure unsupported(Path entry, Stream stream, String why) {
    return Failure.permanent(
            Code.STREAMS_UNSUPPORTED,
            "writing stream " + stream.name() + " (" + stream.size() + " bytes) of " + entry,
            why,
            "use a file system that holds the stream, or let the distribution point keep sidecars")
        .about(List.of(shown(entry, stream.name())));
  }

  /** Gathers a stream's bytes; the attribute is set whole when it is closed. */
  private final class AttributeOutput extends OutputStream {
    private final Path entry;
    private final byte[] path;
    private final Stream stream;
    private final byte[] value;
    private int length;
    private boolean closed;

    AttributeOutput(Path entry, byte[] path, Stream stream) {
      this.entry = entry;
      this.path = path;
      this.stream = stream;
      this.value = new byte[(int) stream.size()];
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] from, int at, int count) throws IOException {
      if (count > value.length - length) {
        throw new IOException(shown(entry, stream.name()) + " got more bytes than announced");
      }
      System.arraycopy(from, at, value, length, count);
      length += count;
    }

    @Override
    public void close() throws IOException {
      if (closed) {
        return;
      }
      closed = true;
      if (length != value.length) {
        throw new IOException(shown(entry, stream.name()) + " got fewer bytes than announced");
      }
      int result = calls.setAttribute(path, attribute(stream.name()), value, length);
      if (result < 0) {
        throw LinuxFailures.carried(failure(-result));
      }
    }

    /**
     * On ext4 "no space" means the one block of this file's attributes, unless the disk is full.
     */
    private Failure failure(int errno) {
      boolean full = errno == Errno.EDQUOT;
      if (errno == Errno.ENOSPC) {
        full = entry.toFile().getAbsoluteFile().getParentFile().getUsableSpace() < XATTR_BYTES_MAX;
      }
      if (full) {
        return LinuxFailures.writing(shown(entry, stream.name()), errno);
      }
      boolean limit =
          errno == Errno.ENOSPC
              || errno == Errno.E2BIG
              || errno == Errno.ERANGE
              || errno == Errno.EOPNOTSUPP
              || errno == Errno.EPERM
              || errno == Errno.EINVAL
              || errno == Errno.EILSEQ;
      String why =
          errno == Errno.ENOSPC
              ? "the file system has no more room for this entry's attributes"
              : Errno.text(errno);
      return limit
          ? unsupported(entry, stream, why)
          : LinuxFailures.writing(shown(entry, stream.name()), errno);
    }
  }
}
