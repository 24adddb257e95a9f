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
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * An open directory, in which a tree is written name by name. It stays this directory whatever
 * becomes of the path it was opened by: one that is moved away, or replaced by a symbolic link,
 * never leads a step elsewhere. No method follows a link, or replaces what is there. Safe from any
 * thread until it is closed.
 *
 * <p>Failures are those of {@link Platform}'s writing. NAME_UNSUPPORTED also says that a name is
 * taken: then this directory takes two names for one.
 */
public interface Folder extends AutoCloseable {
  /** Which directory this is, whatever its path. */
  record Id(long device, long inode) {}

  /** Where it stood when it was opened; for messages. */
  Path path();

  /** Which directory this is; empty where the platform does not tell. */
  Optional<Id> id() throws Failure;

  /** Opens a directory in this one; PLACE_UNAVAILABLE if there is none, or something else is. */
  Folder open(Name directory) throws Failure;

  /** Makes a directory, and opens it. */
  Folder create(Name directory) throws Failure;

  /** What stands in this directory by that name; empty if nothing does. */
  Optional<Facts> facts(Name entry) throws Failure;

  /**
   * Deletes a file, link or empty directory; no error if nothing is there, PLACE_UNAVAILABLE if a
   * directory is that holds something.
   */
  void delete(Name entry) throws Failure;

  /** True if files made here can be written in parts, and that is worth while. */
  boolean dividesFiles();

  /** Makes a file, and opens it for writing. */
  NewFile createFile(Name file) throws Failure;

  /**
   * Makes a symbolic link.
   *
   * @param attributes owner and time; empty if they cannot be set
   */
  void createSymlink(Name link, LinkTarget target, Optional<Attributes> attributes) throws Failure;

  /** Makes another name, in this directory, for a file. */
  void createHardLink(Name link, Folder folder, Name file) throws Failure;

  /** Writes a named stream of the directory itself; {@code size} bytes follow before close. */
  OutputStream writeStream(Stream stream) throws Failure;

  /** Sets attributes of the directory itself, after everything in it. */
  void setAttributes(Attributes attributes) throws Failure;

  @Override
  void close();

  /** Bytes of a file, written one behind the other. One thread at a time. */
  abstract class Bytes extends OutputStream {
    /** Goes on behind so many zeros, as a hole where that can be. */
    public abstract void skip(long bytes) throws IOException;
  }

  /** A file being made: what is written becomes its unnamed stream. One thread at a time. */
  abstract class NewFile extends Bytes {
    /**
     * Bytes of the file from an offset on, which another thread may write at the same time. The
     * file is as long before, and is closed after all its parts.
     *
     * @throws IllegalStateException unless the folder {@linkplain Folder#dividesFiles divides}
     */
    public Bytes part(long offset) {
      throw new IllegalStateException("files of this folder are written as a whole");
    }

    /**
     * Makes the file the same as another one, without its bytes passing through this process.
     *
     * @param file open, from {@link Platform#read}; where it is read next counts for nothing
     * @param size of it
     * @return NOTHING if this cannot be done here: then nothing is written, and the bytes must be
     */
    public Copied copyOf(InputStream file, long size) throws IOException {
      return Copied.NOTHING;
    }

    /** Writes a named stream of the file; {@code size} bytes follow before that one's close. */
    public abstract OutputStream writeStream(Stream stream) throws Failure;

    /** Sets its attributes when it is closed, as nothing else is done to it then. */
    public abstract void setAttributes(Attributes attributes);
  }

  /** How a file was copied. */
  enum Copied {
    NOTHING,
    /** Both have the same blocks, until one is written. */
    SHARED,
    /** It has blocks of its own. */
    COPIED
  }

  /** A name is taken that nothing was given. */
  static Failure taken(Object entry) {
    return Failure.permanent(
            Code.NAME_UNSUPPORTED,
            "creating " + entry,
            "something of that name exists already: the file system takes two names for one, or"
                + " somebody else made it",
            "rename the entry in the source, or use a file system that tells the names apart")
        .about(List.of(entry.toString()));
  }
}
