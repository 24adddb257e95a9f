package io.sluice.filesystem;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.LinkTarget;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import io.sluice.manifest.Stream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.DosFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Any platform Java runs on, through java.nio alone: Windows, macOS, and Linux where native calls
 * are not to be had. Named streams are {@link
 * java.nio.file.attribute.UserDefinedFileAttributeView}'s: alternate data streams on NTFS, extended
 * attributes elsewhere. On Windows a directory's mode reads as 0755 and a file's as 0644, or 0444
 * if it is read-only, and only the read-only flag is put back.
 */
final class PortablePlatform implements Platform {
  /** Windows takes 32,767 UTF-16 units, macOS 1,024 bytes, Linux 4,095. */
  private static final int PATH_BYTES_MAX_WINDOWS = 32_000;

  private static final int PATH_BYTES_MAX_UNIX = 1_000;
  private static final int OWNER_WRITE = 0200;

  private final PortableStreams streams = new PortableStreams();

  @Override
  public Facts facts(Path entry) throws Failure {
    try {
      BasicFileAttributes basic =
          Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      Facts.Kind kind = kind(basic);
      Map<String, Object> unix = unix(entry);
      int mode = mode(entry, kind, unix);
      Instant modified = basic.lastModifiedTime().toInstant();
      if (Math.abs(modified.getEpochSecond()) > Manifest.INTEGER_MAX) {
        throw LinuxFailures.timeOutOfReach(entry.toString(), modified.getEpochSecond());
      }
      return new Facts(
          kind,
          new Facts.Size(
              kind == Facts.Kind.FILE ? basic.size() : 0,
              unix.get("nlink") instanceof Integer links ? links : 1),
          new Attributes(mode & 0777, modified.getEpochSecond(), modified.getNano()),
          identity(unix),
          kind == Facts.Kind.SYMLINK ? Optional.of(target(entry)) : Optional.empty(),
          Facts.More.ofMode(mode & 07000));
    } catch (IOException e) {
      throw reading(entry, e);
    }
  }

  private static Facts.Kind kind(BasicFileAttributes basic) {
    if (basic.isSymbolicLink()) {
      return Facts.Kind.SYMLINK;
    }
    // A Windows junction is a directory and something else: never walked into.
    if (basic.isOther()) {
      return Facts.Kind.SPECIAL;
    }
    return basic.isDirectory() ? Facts.Kind.DIRECTORY : Facts.Kind.FILE;
  }

  private static Map<String, Object> unix(Path entry) throws IOException {
    return entry.getFileSystem().supportedFileAttributeViews().contains("unix")
        ? Files.readAttributes(entry, "unix:mode,ino,dev,nlink,ctime", LinkOption.NOFOLLOW_LINKS)
        : Map.of();
  }

  private static int mode(Path entry, Facts.Kind kind, Map<String, Object> unix)
      throws IOException {
    if (unix.get("mode") instanceof Integer mode) {
      return mode & Attributes.MODE_MAX;
    }
    if (kind != Facts.Kind.FILE) {
      return kind == Facts.Kind.SYMLINK ? 0777 : 0755;
    }
    DosFileAttributeView view =
        Files.getFileAttributeView(entry, DosFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    if (view == null) {
      return 0644;
    }
    return view.readAttributes().isReadOnly() ? 0444 : 0644;
  }

  private static Optional<Facts.Identity> identity(Map<String, Object> unix) {
    if (unix.get("dev") instanceof Long device
        && unix.get("ino") instanceof Long inode
        && unix.get("ctime") instanceof FileTime changed) {
      Instant instant = changed.toInstant();
      long nanos = instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
      return Optional.of(new Facts.Identity(device, inode, nanos));
    }
    return Optional.empty();
  }

  private static LinkTarget target(Path link) throws IOException {
    return LinkTarget.of(PathNames.relativeBytes(Files.readSymbolicLink(link)));
  }

  @Override
  public List<Name> children(Path directory) throws Failure {
    if (facts(directory).kind() != Facts.Kind.DIRECTORY) {
      throw reading(directory, new NotDirectoryException(directory.toString()));
    }
    List<Name> names = new ArrayList<>();
    try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
      for (Path child : children) {
        names.add(PathNames.nameOf(child));
      }
    } catch (DirectoryIteratorException e) {
      throw reading(directory, new IOException(String.valueOf(e.getMessage()), e));
    } catch (IOException e) {
      throw reading(directory, e);
    }
    Collections.sort(names);
    return names;
  }

  @Override
  public Path child(Path directory, Name name) throws Failure {
    return PathNames.child(directory, name);
  }

  @Override
  public Streams streams(Path entry, Facts facts, Keep keep) throws Failure {
    if (facts.kind() != Facts.Kind.FILE && facts.kind() != Facts.Kind.DIRECTORY) {
      return Streams.NONE;
    }
    try {
      Streams others = PortableProperties.of(entry, keep);
      return new Streams(streams.list(entry), others.properties(), others.remarks());
    } catch (IOException e) {
      throw reading(entry, e);
    }
  }

  private boolean hasStreams(Path entry) throws Failure {
    Facts.Kind kind = facts(entry).kind();
    return kind == Facts.Kind.FILE || kind == Facts.Kind.DIRECTORY;
  }

  @Override
  public InputStream read(Path file) throws Failure {
    try {
      return Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      throw reading(file, e);
    }
  }

  @Override
  public InputStream readStream(Path entry, Name stream) throws Failure {
    return streams.read(entry, stream);
  }

  @Override
  public StreamCapacity streamCapacity(Path directory) throws Failure {
    return new Prober(this, directory).streams();
  }

  @Override
  public NameCapacity nameCapacity(Path directory) throws Failure {
    return new Prober(this, directory)
        .names(PortableStreams.WINDOWS ? PATH_BYTES_MAX_WINDOWS : PATH_BYTES_MAX_UNIX);
  }

  @Override
  public List<Name> unsupportedNames(Path directory, Collection<Name> names) throws Failure {
    return new Prober(this, directory).unsupported(names);
  }

  @Override
  public void createDirectory(Path directory) throws Failure {
    try {
      Files.createDirectory(directory);
    } catch (IOException e) {
      throw writing(directory, e);
    }
  }

  @Override
  public OutputStream createFile(Path file) throws Failure {
    try {
      Set<OpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      return Files.newOutputStream(file, options.toArray(OpenOption[]::new));
    } catch (IOException e) {
      throw writing(file, e);
    }
  }

  @Override
  public void createSymlink(Path link, LinkTarget target) throws Failure {
    try {
      Files.createSymbolicLink(link, PathNames.relative(target.bytes()));
    } catch (InvalidPathException | UnsupportedOperationException e) {
      throw Failure.permanent(
              Code.NAME_UNSUPPORTED,
              "creating the symbolic link " + link + " to " + target,
              String.valueOf(e.getMessage()),
              "change the link in the source, or use a file system that can hold it")
          .because(e);
    } catch (IOException e) {
      throw writing(link, e);
    }
  }

  @Override
  public void createHardLink(Path link, Path file) throws Failure {
    try {
      Files.createLink(link, file);
    } catch (IOException | UnsupportedOperationException e) {
      throw writing(link, e);
    }
  }

  @Override
  public OutputStream writeStream(Path entry, Stream stream) throws Failure {
    if (!hasStreams(entry)) {
      throw new IllegalArgumentException(entry + " is a link or special and has no streams");
    }
    return streams.write(entry, stream);
  }

  @Override
  public void setAttributes(Path entry, Attributes attributes) throws Failure {
    try {
      Facts.Kind kind = facts(entry).kind();
      BasicFileAttributeView view =
          Files.getFileAttributeView(
              entry, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
      // On Unix Java sets a time before 1970 that has a fraction to 1970 itself, unasked.
      boolean early = attributes.mtimeSeconds() < 0 && !PortableStreams.WINDOWS;
      int nanos = early ? 0 : attributes.mtimeNanos();
      Instant modified = Instant.ofEpochSecond(attributes.mtimeSeconds(), nanos);
      Set<String> views = entry.getFileSystem().supportedFileAttributeViews();
      if (kind != Facts.Kind.SYMLINK && views.contains("posix")) {
        Files.setPosixFilePermissions(entry, permissions(attributes.mode()));
      }
      if (kind != Facts.Kind.SYMLINK) {
        PortableProperties.set(entry, attributes.properties());
      }
      view.setTimes(FileTime.from(modified), null, null);
      if (kind == Facts.Kind.FILE && !views.contains("posix") && views.contains("dos")) {
        // Last, because nothing of a read-only file can be changed.
        boolean readOnly = (attributes.mode() & OWNER_WRITE) == 0;
        Files.setAttribute(entry, "dos:readonly", readOnly, LinkOption.NOFOLLOW_LINKS);
      }
      Optional<Property> dos = attributes.property(Property.DOS);
      if (dos.isPresent() && !views.contains("posix") && views.contains("dos")) {
        PortableProperties.setDos(entry, dos.get());
      }
    } catch (IOException e) {
      throw writing(entry, e);
    }
  }

  private static Set<PosixFilePermission> permissions(int mode) {
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    PosixFilePermission[] all = PosixFilePermission.values();
    for (int i = 0; i < all.length; i++) {
      if ((mode >> (all.length - 1 - i) & 1) == 1) {
        permissions.add(all[i]);
      }
    }
    return permissions;
  }

  /** Java knows no way to synchronise a whole file system, so each file is synchronised. */
  @Override
  public Barrier barrier(Path directory) {
    return new Barrier() {
      @Override
      public void force() throws Failure {
        forceEach(directory);
      }

      @Override
      public void close() {}
    };
  }

  private void forceEach(Path directory) throws Failure {
    Deque<Path> directories = new ArrayDeque<>();
    directories.push(directory);
    while (!directories.isEmpty()) {
      Path at = directories.pop();
      for (Name name : children(at)) {
        Path child = child(at, name);
        switch (facts(child).kind()) {
          case FILE -> forceOne(child, StandardOpenOption.WRITE);
          case DIRECTORY -> directories.push(child);
          case SYMLINK, SPECIAL -> {}
        }
      }
      if (!PortableStreams.WINDOWS) {
        forceOne(at, StandardOpenOption.READ);
      }
    }
  }

  private static void forceOne(Path entry, StandardOpenOption how) throws Failure {
    try (FileChannel channel = FileChannel.open(entry, how, LinkOption.NOFOLLOW_LINKS)) {
      channel.force(true);
    } catch (AccessDeniedException e) {
      if (how == StandardOpenOption.WRITE && !PortableStreams.WINDOWS) {
        forceOne(entry, StandardOpenOption.READ);
        return;
      }
      throw notDurable(entry, e);
    } catch (IOException e) {
      throw notDurable(entry, e);
    }
  }

  private static Failure notDurable(Path entry, IOException e) {
    return Failure.temporary(
            Code.DISK_ERROR,
            "making " + entry + " durable",
            String.valueOf(e.getMessage()),
            "check the disk; what was written is thrown away and written anew")
        .because(e);
  }

  static Failure reading(Path entry, IOException e) {
    String shown = entry.toString();
    if (e instanceof NoSuchFileException || e instanceof NotDirectoryException) {
      return LinuxFailures.reading(shown, Errno.ENOENT).because(e);
    }
    return Failure.permanent(
            Code.SOURCE_UNREADABLE,
            "reading " + shown,
            e.getClass().getSimpleName() + ": " + e.getMessage(),
            "let the user Sluice runs as read the entry, or repair the disk")
        .about(List.of(shown))
        .because(e);
  }

  static Failure writing(Path entry, Exception e) {
    String shown = entry.toString();
    String why = String.valueOf(e.getMessage());
    if (e instanceof FileAlreadyExistsException) {
      return LinuxFailures.writing(shown, Errno.EEXIST).because(e);
    }
    if (why.contains("No space left") || why.contains("not enough space")) {
      return LinuxFailures.writing(shown, Errno.ENOSPC).because(e);
    }
    if (why.contains("name too long") || why.contains("Invalid or incomplete multibyte")) {
      return LinuxFailures.writing(shown, Errno.ENAMETOOLONG).because(e);
    }
    return Failure.temporary(
            Code.PLACE_UNAVAILABLE,
            "writing " + shown,
            e.getClass().getSimpleName() + ": " + why,
            "make the folder writable for the user Sluice runs as")
        .about(List.of(shown))
        .because(e);
  }
}
