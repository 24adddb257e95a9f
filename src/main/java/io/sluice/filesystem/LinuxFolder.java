package io.sluice.filesystem;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.LinkTarget;
import io.sluice.manifest.Name;
import io.sluice.manifest.Stream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A directory as a descriptor. Entries are made by openat and its like; calls that know no
 * directories, those for extended attributes, get {@code /proc/self/fd/N/NAME}, which the kernel
 * resolves from the open directory and not from any path. Attributes of a file go to the file that
 * was made, through {@code /proc/self/fd/FILE}.
 */
final class LinuxFolder implements Folder {
  private static final String OPEN_FILES = "/proc/self/fd/";
  private static final int DIRECTORY =
      LinuxCalls.O_RDONLY | LinuxCalls.O_DIRECTORY | LinuxCalls.O_NOFOLLOW;
  private static final int NEW =
      LinuxCalls.O_WRONLY | LinuxCalls.O_CREAT | LinuxCalls.O_EXCL | LinuxCalls.O_NOFOLLOW;
  private static final byte[] ITSELF = {'.'};

  private final Parts parts;
  private final Path path;
  private final int descriptor;

  /**
   * True on Linux's own file systems: attributes of an open file stay as they are when it is
   * closed.
   */
  private final boolean exact;

  private LinuxFolder(Parts parts, Path path, int descriptor, boolean exact) {
    this.parts = parts;
    this.path = path;
    this.descriptor = descriptor;
    this.exact = exact;
  }

  /**
   * What all folders of a platform share.
   *
   * @param ofOpenFiles sets attributes of files by {@link #pathOfOpen}
   */
  record Parts(
      LinuxPlatform platform,
      LinuxCalls calls,
      NativeBuffers buffers,
      LinuxStreams streams,
      LinuxAttributes attributes,
      LinuxAttributes ofOpenFiles) {}

  /** True if open files can be named here, as they can wherever /proc is mounted. */
  static boolean canBeUsed() {
    return Files.isDirectory(Path.of(OPEN_FILES));
  }

  static LinuxFolder open(Parts parts, Path directory) throws Failure {
    byte[] path = PathNames.bytes(directory);
    int opened = parts.calls.open(path, DIRECTORY, 0);
    done(directory, opened);
    boolean exact = FileSystems.takesAnyBytes(parts.calls.fileSystem(path));
    return new LinuxFolder(parts, directory, opened, exact);
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public Optional<Id> id() throws Failure {
    LinuxCalls.Stat stat = parts.calls.statx(descriptor, ITSELF);
    done(path, stat.result());
    return Optional.of(new Id(stat.identity().device(), stat.identity().inode()));
  }

  @Override
  public Folder open(Name directory) throws Failure {
    Path child = PathNames.child(path, directory);
    int opened = parts.calls.open(descriptor, bytes(directory), DIRECTORY, 0);
    done(child, opened);
    return new LinuxFolder(parts, child, opened, exact);
  }

  @Override
  public Folder create(Name directory) throws Failure {
    made(directory, parts.calls.makeDirectory(descriptor, bytes(directory), 0700));
    return open(directory);
  }

  @Override
  public Optional<Facts> facts(Name entry) throws Failure {
    try {
      return Optional.of(parts.platform.facts(PathNames.child(path, entry), pathOf(entry)));
    } catch (Failure e) {
      if (e.code() == Code.SOURCE_CHANGED) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public void delete(Name entry) throws Failure {
    int result = parts.calls.delete(descriptor, bytes(entry));
    done(new Shown(path, entry), result == -Errno.ENOENT ? 0 : result);
  }

  /** Others (NTFS, FAT, network) may fill a gap with zeros when something is written behind it. */
  @Override
  public boolean dividesFiles() {
    return exact;
  }

  @Override
  public NewFile createFile(Name file) throws Failure {
    int opened = parts.calls.open(descriptor, bytes(file), NEW, 0600);
    made(file, opened);
    return new LinuxFile(file, opened);
  }

  @Override
  public void createSymlink(Name link, LinkTarget target, Optional<Attributes> attributes)
      throws Failure {
    made(link, parts.calls.symlink(target.bytes(), descriptor, bytes(link)));
    if (attributes.isPresent()) {
      parts.attributes.set(PathNames.child(path, link), pathOf(link), true, attributes.get());
    }
  }

  @Override
  public void createHardLink(Name link, Folder folder, Name file) throws Failure {
    if (!(folder instanceof LinuxFolder other)) {
      throw new IllegalArgumentException(folder.path() + " is a folder of another platform");
    }
    made(link, parts.calls.link(other.descriptor, other.bytes(file), descriptor, bytes(link)));
  }

  @Override
  public OutputStream writeStream(Stream stream) throws Failure {
    return parts.streams.write(path, pathOf(ITSELF), stream, true);
  }

  @Override
  public void setAttributes(Attributes attributes) throws Failure {
    if (exact && attributes.properties().isEmpty()) {
      parts.attributes.set(path, descriptor, attributes);
    } else {
      parts.attributes.set(path, pathOf(ITSELF), false, attributes);
    }
  }

  @Override
  public void close() {
    parts.calls.close(descriptor);
  }

  /** A link that leads to an open file itself, whatever has its name by now. */
  private static byte[] pathOfOpen(int file) {
    return (OPEN_FILES + file).getBytes(StandardCharsets.US_ASCII);
  }

  private byte[] pathOf(Name name) throws Failure {
    return pathOf(bytes(name));
  }

  private byte[] pathOf(byte[] name) {
    byte[] folder = (OPEN_FILES + descriptor + "/").getBytes(StandardCharsets.US_ASCII);
    byte[] whole = Arrays.copyOf(folder, folder.length + name.length);
    System.arraycopy(name, 0, whole, folder.length, name.length);
    return whole;
  }

  /** The name as it is given to the kernel; refused if it would name a stream of another file. */
  private byte[] bytes(Name name) throws Failure {
    byte[] bytes = name.bytes();
    for (byte b : bytes) {
      if (b == ':' && parts.streams.way(pathOf(ITSELF)) == LinuxStreams.Way.NTFS_FILES) {
        throw PathNames.unsupported(path, name, LinuxPlatform.COLON);
      }
    }
    return bytes;
  }

  private void made(Name name, int result) throws Failure {
    if (result == -Errno.EEXIST) {
      throw Folder.taken(new Shown(path, name));
    }
    done(new Shown(path, name), result);
  }

  private static void done(Object entry, int result) throws Failure {
    if (result < 0) {
      throw LinuxFailures.writing(entry.toString(), -result);
    }
  }

  /** An entry in messages; put together only if there is one. */
  private record Shown(Path folder, Name name) {
    @Override
    public String toString() {
      return folder + "/" + name;
    }
  }

  /** A file being made. */
  private final class LinuxFile extends NewFile {
    private final Name name;
    private final int opened;
    private final NativeOutput out;
    private @Nullable Attributes attributes;
    private boolean closed;

    LinuxFile(Name name, int opened) {
      this.name = name;
      this.opened = opened;
      this.out = new NativeOutput(parts.calls, opened, new Shown(path, name), parts.buffers);
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
    }

    @Override
    public void write(byte[] from, int at, int length) throws IOException {
      out.write(from, at, length);
    }

    @Override
    public void skip(long bytes) throws IOException {
      out.skip(bytes);
    }

    @Override
    public Bytes part(long offset) {
      return exact ? out.part(offset) : super.part(offset);
    }

    @Override
    public Copied copyOf(InputStream file, long size) throws IOException {
      if (!(file instanceof NativeInput in)) {
        return Copied.NOTHING;
      }
      if (parts.calls.share(in.descriptor(), opened) >= 0) {
        return Copied.SHARED;
      }
      long done = 0;
      while (done < size) {
        long copied = parts.calls.copy(in.descriptor(), done, opened, size - done);
        if (copied <= 0) {
          // Other file systems, other machines: there are many reasons, and a way for all of them.
          out.restart();
          return Copied.NOTHING;
        }
        done += copied;
      }
      return Copied.COPIED;
    }

    @Override
    public OutputStream writeStream(Stream stream) throws Failure {
      return parts.streams.write(PathNames.child(path, name), pathOf(name), stream, false);
    }

    @Override
    public void setAttributes(Attributes wanted) {
      attributes = wanted;
    }

    @Override
    public void close() throws IOException {
      if (closed) {
        return;
      }
      closed = true;
      if (attributes == null) {
        out.close();
        return;
      }
      try {
        if (exact) {
          setAndClose(attributes);
        } else {
          closeAndSet(attributes);
        }
      } catch (Failure e) {
        throw LinuxFailures.carried(e);
      }
    }

    private void setAndClose(Attributes wanted) throws Failure, IOException {
      try (out) {
        if (wanted.properties().isEmpty()) {
          // Without a path all goes faster.
          parts.attributes.set(new Shown(path, name), opened, wanted);
        } else {
          parts.ofOpenFiles.set(PathNames.child(path, name), pathOfOpen(opened), false, wanted);
        }
      }
    }

    /** Other systems change the time once more when a file is closed: the way to it stays open. */
    private void closeAndSet(Attributes wanted) throws Failure, IOException {
      int way = parts.calls.open(pathOfOpen(opened), LinuxCalls.O_PATH, 0);
      try {
        out.close();
        done(new Shown(path, name), way);
        parts.ofOpenFiles.set(PathNames.child(path, name), pathOfOpen(way), false, wanted);
      } finally {
        if (way >= 0) {
          parts.calls.close(way);
        }
      }
    }
  }
}
