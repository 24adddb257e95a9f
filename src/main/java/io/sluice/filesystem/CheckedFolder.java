package io.sluice.filesystem;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.LinkTarget;
import io.sluice.manifest.Name;
import io.sluice.manifest.Stream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A directory as a path, for platforms that open nothing relative to a directory. Before and after
 * each step it looks whether the path still leads to this directory, all the way from the one that
 * was opened first. What somebody does between the look and the step is seen only behind it: then
 * the step fails, though an empty entry may have been made elsewhere.
 */
final class CheckedFolder implements Folder {
  private final Platform platform;
  private final Path path;
  private final Optional<Id> id;
  private final @Nullable CheckedFolder parent;

  private CheckedFolder(Platform platform, Path path, @Nullable CheckedFolder parent)
      throws Failure {
    this.platform = platform;
    this.path = path;
    this.parent = parent;
    this.id = look(platform, path);
  }

  static CheckedFolder open(Platform platform, Path directory) throws Failure {
    return new CheckedFolder(platform, directory, null);
  }

  private static Optional<Id> look(Platform platform, Path directory) throws Failure {
    Facts facts;
    try {
      facts = platform.facts(directory);
    } catch (Failure e) {
      throw replaced(directory, e.why()).because(e);
    }
    if (facts.kind() != Facts.Kind.DIRECTORY) {
      throw replaced(directory, "it is a " + facts.kind());
    }
    return facts.identity().map(found -> new Id(found.device(), found.inode()));
  }

  private static Failure replaced(Path directory, String why) {
    return Failure.temporary(
            Code.PLACE_UNAVAILABLE,
            "writing in the folder " + directory,
            why,
            "see who else changes it; only Sluice may write there meanwhile")
        .about(List.of(directory.toString()));
  }

  /** A step in this folder. */
  private interface Step<T> {
    T on(Path entry) throws Failure;
  }

  private <T> T checked(Name name, Step<T> step) throws Failure {
    Path entry = platform.child(path, name);
    check();
    T result = step.on(entry);
    check();
    return result;
  }

  /** A step that makes an entry, which fails if there is one. */
  private <T> T making(Name name, Step<T> step) throws Failure {
    return checked(
        name,
        entry -> {
          try {
            return step.on(entry);
          } catch (Failure e) {
            throw e.code() == Code.PLACE_UNAVAILABLE && exists(entry) ? Folder.taken(entry) : e;
          }
        });
  }

  private void check() throws Failure {
    for (CheckedFolder at = this; at != null; at = at.parent) {
      if (!look(platform, at.path).equals(at.id)) {
        throw replaced(at.path, "another folder stands in its place");
      }
    }
  }

  private boolean exists(Path entry) {
    try {
      return platform.facts(entry).kind() != null;
    } catch (Failure e) {
      return false;
    }
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public Optional<Id> id() {
    return id;
  }

  @Override
  public Folder open(Name directory) throws Failure {
    check();
    return new CheckedFolder(platform, platform.child(path, directory), this);
  }

  @Override
  public Folder create(Name directory) throws Failure {
    return making(
        directory,
        entry -> {
          platform.createDirectory(entry);
          return new CheckedFolder(platform, entry, this);
        });
  }

  @Override
  public Optional<Facts> facts(Name entry) throws Failure {
    check();
    Path there = platform.child(path, entry);
    return exists(there) ? Optional.of(platform.facts(there)) : Optional.empty();
  }

  @Override
  public void delete(Name entry) throws Failure {
    checked(
        entry,
        there -> {
          try {
            return Files.deleteIfExists(there);
          } catch (IOException e) {
            throw PortablePlatform.writing(there, e);
          }
        });
  }

  @Override
  public boolean dividesFiles() {
    return false;
  }

  @Override
  public NewFile createFile(Name file) throws Failure {
    return making(file, entry -> new CheckedFile(entry, platform.createFile(entry)));
  }

  @Override
  public void createSymlink(Name link, LinkTarget target, Optional<Attributes> attributes)
      throws Failure {
    making(
        link,
        entry -> {
          platform.createSymlink(entry, target);
          return entry;
        });
    if (attributes.isPresent()) {
      platform.setAttributes(platform.child(path, link), attributes.get());
    }
  }

  @Override
  public void createHardLink(Name link, Folder folder, Name file) throws Failure {
    if (!(folder instanceof CheckedFolder other)) {
      throw new IllegalArgumentException(folder.path() + " is a folder of another platform");
    }
    other.check();
    making(
        link,
        entry -> {
          platform.createHardLink(entry, platform.child(other.path, file));
          return entry;
        });
  }

  @Override
  public OutputStream writeStream(Stream stream) throws Failure {
    check();
    return platform.writeStream(path, stream);
  }

  @Override
  public void setAttributes(Attributes attributes) throws Failure {
    check();
    platform.setAttributes(path, attributes);
  }

  @Override
  public void close() {
    // A path holds nothing open.
  }

  /** A file being made. */
  private final class CheckedFile extends NewFile {
    private final Path entry;
    private final OutputStream out;
    private @Nullable Attributes attributes;
    private boolean closed;

    CheckedFile(Path entry, OutputStream out) {
      this.entry = entry;
      this.out = out;
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
      Platform.skip(out, bytes);
    }

    @Override
    public OutputStream writeStream(Stream stream) throws Failure {
      check();
      return platform.writeStream(entry, stream);
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
      out.close();
      if (attributes != null) {
        try {
          check();
          platform.setAttributes(entry, attributes);
        } catch (Failure e) {
          throw LinuxFailures.carried(e);
        }
      }
    }
  }
}
