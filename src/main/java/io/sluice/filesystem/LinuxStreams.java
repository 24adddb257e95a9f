package io.sluice.filesystem;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.fidelity.Remark;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
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
 * was mounted; it is asked for every entry, because a mount can be replaced while the process lives
 * ({@link Mounts} knows which answers hold).
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
  private static final byte[] DOS_ATTRIBUTE = ascii("user.DOSATTRIB");
  private static final byte[] NOTHING = new byte[0];
  private static final String WINDOWS_MODE =
      "mount the volume with ntfs-3g -o streams_interface=windows";

  private final LinuxCalls calls;
  private final NativeBuffers buffers;
  private final LinuxProperties properties;
  private final Mounts mounts;

  LinuxStreams(LinuxCalls calls, NativeBuffers buffers, LinuxProperties properties) {
    this.calls = calls;
    this.properties = properties;
    this.buffers = buffers;
    this.mounts = new Mounts(calls);
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

  /** What an entry has; every named stream is known to be readable. */
  Streams of(Path entry, Facts facts, Keep keep) throws Failure {
    byte[] path = PathNames.bytes(entry);
    return switch (facts.kind()) {
      case FILE, DIRECTORY -> of(entry, path, facts, keep);
      case SYMLINK -> ofLink(entry, path, facts, keep);
      case SPECIAL -> Streams.NONE;
    };
  }

  private Streams of(Path entry, byte[] path, Facts facts, Keep keep) throws Failure {
    boolean directory = facts.kind() == Facts.Kind.DIRECTORY;
    long magic = mounts.fileSystem(path, facts.more().mount());
    Way way = way(path, magic);
    List<Stream> named = new ArrayList<>();
    List<String> foreign = new ArrayList<>();
    List<Name> samba = new ArrayList<>();
    switch (way) {
      case HIDDEN -> throw hidden(entry);
      case NTFS_FILES -> {
        for (byte[] bytes : LinuxNames.split(value(entry, path, LIST))) {
          Name name = name(entry, bytes);
          named.add(new Stream(name, fileStreamSize(entry, path, name, directory)));
        }
      }
      case ATTRIBUTES, NTFS_ATTRIBUTES -> attributes(entry, way, named, foreign, samba);
    }
    LinuxProperties.Found found =
        properties.of(entry, path, facts, foreign, magic == MAGIC_FUSE, keep);
    if (directory && (magic == MAGIC_CIFS || magic == MAGIC_SMB2)) {
      found.remarks.add(
          Remark.refused("alternate data streams", "a CIFS mount does not show a folder's"));
    }
    if (!samba.isEmpty()) {
      samba.sort(null);
      if (keep.keeps(Property.SAMBA)) {
        found.kept.add(SambaDos.streams(samba));
      }
      for (Name name : samba) {
        found.remarks.add(Remark.mapped("stream " + name, "read from the form Samba keeps it in"));
      }
    }
    if (named.isEmpty() && found.kept.isEmpty() && found.remarks.isEmpty()) {
      return Streams.NONE;
    }
    named.sort((a, b) -> a.name().compareTo(b.name()));
    requireDistinct(entry, named);
    return new Streams(named, found.sorted(), found.remarks);
  }

  private Streams ofLink(Path entry, byte[] path, Facts facts, Keep keep) throws Failure {
    LinuxProperties.Found found = properties.of(entry, path, facts, List.of(), false, keep);
    List<String> seen = linkStreams(path);
    attributeNames(entry, path).forEach(name -> seen.add(new String(name, StandardCharsets.UTF_8)));
    seen.forEach(name -> found.remarks.add(Remark.refused(name, "it is a symbolic link's")));
    return new Streams(List.of(), found.sorted(), found.remarks);
  }

  /** A stream may be there in Samba's form and as a plain attribute, with different bytes. */
  private static void requireDistinct(Path entry, List<Stream> named) throws Failure {
    for (int i = 1; i < named.size(); i++) {
      if (named.get(i - 1).name().equals(named.get(i).name())) {
        throw unreadable(
            entry,
            named.get(i).name(),
            "it is there twice, as an attribute of that name and in Samba's form",
            "remove one of them (setfattr -x), then try again");
      }
    }
  }

  /** Streams that are attributes; those that cannot be read are refused all together. */
  private void attributes(
      Path entry, Way way, List<Stream> named, List<String> foreign, List<Name> samba)
      throws Failure {
    byte[] path = PathNames.bytes(entry);
    List<String> unreadable = new ArrayList<>();
    Optional<Failure> first = Optional.empty();
    for (byte[] attribute : attributeNames(entry, path)) {
      if (!LinuxNames.isUser(attribute) || Arrays.equals(attribute, DOS_ATTRIBUTE)) {
        foreign.add(new String(attribute, StandardCharsets.UTF_8));
        continue;
      }
      Name name = name(entry, LinuxNames.withoutPrefix(attribute));
      try {
        Optional<Stream> theirs = inSamba(entry, path, name, way);
        theirs.map(Stream::name).ifPresent(samba::add);
        named.add(
            theirs.isPresent()
                ? theirs.get()
                : new Stream(name, attributeSize(entry, path, name, way)));
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
      int plain = calls.getAttribute(path, LinuxNames.attribute(stream), NOTHING);
      return new ByteArrayInputStream(
          plain == -Errno.ENODATA
              ? sambaValue(path, stream).orElseThrow(() -> gone(entry, stream))
              : attributeValue(entry, path, stream, way));
    }
    int flags = LinuxCalls.O_RDONLY | LinuxCalls.O_NOFOLLOW;
    int descriptor = calls.open(LinuxNames.streamPath(path, stream, directory), flags, 0);
    if (descriptor < 0) {
      throw descriptor == -Errno.ENOENT
          ? gone(entry, stream)
          : unreadable(entry, stream, Errno.text(-descriptor), "repair the volume");
    }
    return new NativeInput(calls, descriptor, shown(entry, stream), buffers);
  }

  /**
   * Writes a stream whole.
   *
   * @param entry for messages
   * @param path leads to the entry
   */
  OutputStream write(Path entry, byte[] path, Stream stream, boolean directory) throws Failure {
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
    int descriptor = calls.open(LinuxNames.streamPath(path, stream.name(), directory), flags, 0600);
    if (descriptor < 0) {
      throw -descriptor == Errno.ENOSPC
          ? LinuxFailures.writing(shown(entry, stream.name()), -descriptor)
          : unsupported(entry, stream, Errno.text(-descriptor));
    }
    return new NativeOutput(calls, descriptor, shown(entry, stream.name()), buffers);
  }

  /** Streams of a symbolic link, which are not kept. */
  private List<String> linkStreams(byte[] path) {
    byte[] value = new byte[XATTR_BYTES_MAX];
    int length = Math.max(0, calls.getAttribute(path, LIST, value));
    List<String> streams = new ArrayList<>();
    for (byte[] name : LinuxNames.split(Arrays.copyOf(value, length))) {
      streams.add("stream " + new String(name, StandardCharsets.UTF_8));
    }
    return streams;
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

  private long fileStreamSize(Path entry, byte[] path, Name stream, boolean directory)
      throws Failure {
    LinuxCalls.Stat stat = calls.statx(LinuxNames.streamPath(path, stream, directory));
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
    int size = calls.getAttribute(path, LinuxNames.attribute(stream), NOTHING);
    return size >= 0 && size < XATTR_BYTES_MAX
        ? size
        : attributeValue(entry, path, stream, way).length;
  }

  private byte[] attributeValue(Path entry, byte[] path, Name stream, Way way) throws Failure {
    byte[] attribute = LinuxNames.attribute(stream);
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

  /** The stream that an attribute is in Samba's form; empty if it is in no such form. */
  private Optional<Stream> inSamba(Path entry, byte[] path, Name attribute, Way way)
      throws Failure {
    Optional<byte[]> stream = SambaDos.stream(attribute.bytes());
    if (stream.isEmpty()) {
      return Optional.empty();
    }
    byte[] value = attributeValue(entry, path, attribute, way);
    return SambaDos.isWhole(value)
        ? Optional.of(new Stream(name(entry, stream.get()), value.length - 1))
        : Optional.empty();
  }

  /** The bytes of a stream in Samba's form: those of the attribute less the zero byte behind. */
  private Optional<byte[]> sambaValue(byte[] path, Name stream) {
    byte[] value = new byte[XATTR_BYTES_MAX];
    int read = calls.getAttribute(path, SambaDos.attribute(stream.bytes()), value);
    byte[] whole = Arrays.copyOf(value, Math.max(0, read));
    return SambaDos.isWhole(whole) ? Optional.of(Arrays.copyOf(whole, read - 1)) : Optional.empty();
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
    return LinuxNames.split(names.bytes());
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

  private static Failure gone(Path entry, Name stream) {
    return LinuxFailures.reading(shown(entry, stream), Errno.ENOENT);
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
      int result = calls.setAttribute(path, LinuxNames.attribute(stream.name()), value, length);
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
