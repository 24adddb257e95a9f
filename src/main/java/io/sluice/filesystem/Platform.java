package io.sluice.filesystem;

import io.sluice.failure.Failure;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.LinkTarget;
import io.sluice.manifest.Name;
import io.sluice.manifest.Stream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * One machine's file systems: everything Sluice reads from a source or puts on a distribution point
 * goes through here. No method follows a symbolic link in the last element. Safe from any thread.
 *
 * <p>Failures while reading are SOURCE_UNREADABLE (naming entry and cause), STREAM_UNREADABLE
 * (naming file and stream) or SOURCE_CHANGED (it was there and is gone); while writing NO_SPACE,
 * STREAMS_UNSUPPORTED, NAME_UNSUPPORTED or PLACE_UNAVAILABLE. Where a stream's own methods fail
 * with an {@link java.io.IOException}, its cause is that failure if one is known: {@link
 * #failureIn}.
 */
public interface Platform {
  /** What is kept about an entry. */
  Facts facts(Path entry) throws Failure;

  /** The names in a directory, in order of unsigned bytes. */
  List<Name> children(Path directory) throws Failure;

  /** Takes the facts of children, one after the other. */
  interface ChildFacts {
    void found(Name name, Facts facts);

    /** What {@link #child} or {@link #facts(Path)} would have said of this one. */
    void failed(Name name, Failure failure);
  }

  /**
   * What is kept about children of a directory, told in the order asked; cheaper than to ask for
   * each by its path.
   */
  default void facts(Path directory, List<Name> names, ChildFacts into) throws Failure {
    for (Name name : names) {
      try {
        into.found(name, facts(child(directory, name)));
      } catch (Failure failure) {
        into.failed(name, failure);
      }
    }
  }

  /**
   * True if whatever changes an entry's bytes, streams or properties in this directory's file
   * system surely moves the time in its {@link Facts.Identity}; then the streams of an entry whose
   * facts are the same need not be listed again. Found out by trying, without a trace.
   *
   * @param writable an existing directory where it may be tried if it cannot in the other one; it
   *     counts only where both are of one kind of file system
   */
  default boolean tellsEveryChange(Path directory, Path writable) {
    return false;
  }

  /** Compares entries with the state they were in, more cheaply than by their facts. One thread. */
  interface StateCheck extends AutoCloseable {
    /**
     * True if, on the device of the directory below which is looked, there is that file in that
     * state: its {@link Facts.Identity} is still the same.
     *
     * @param path the entry's path below that directory, names in the platform's bytes with slashes
     *     in between; empty for the directory itself
     */
    boolean isStill(byte[] path, int length, long inode, long changedNanos);

    @Override
    void close();
  }

  /** A check of entries below a directory, if the platform can do it. */
  default Optional<StateCheck> stateCheck(Path directory) {
    return Optional.empty();
  }

  /** The path of a child, whatever bytes its name has; NAME_UNSUPPORTED if it cannot exist here. */
  Path child(Path directory, Name name) throws Failure;

  /**
   * What an entry has beside its facts: named streams, properties, and what else is seen and not
   * kept. A stream that exists but cannot be read through this interface is a STREAM_UNREADABLE
   * failure here, before any byte is read.
   *
   * @param facts the entry's own, asked just before
   * @param keep which properties are kept
   */
  Streams streams(Path entry, Facts facts, Keep keep) throws Failure;

  /** The named streams of an entry. */
  default List<Stream> streams(Path entry) throws Failure {
    return streams(entry, facts(entry), Keep.USUAL).named();
  }

  /**
   * Opens the unnamed stream of a file. Reads throw IOException; sizes are not promised to hold.
   */
  InputStream read(Path file) throws Failure;

  /** Opens a named stream. */
  InputStream readStream(Path entry, Name stream) throws Failure;

  /** What named streams the file system below this existing directory can hold, found by trying. */
  StreamCapacity streamCapacity(Path directory) throws Failure;

  /** Which kinds and attributes the file system below this directory can hold, found by trying. */
  default EntryCapacity entryCapacity(Path directory) throws Failure {
    return new Prober(this, directory).entries();
  }

  /** Which names this directory holds as different ones, found by trying. */
  NameCapacity nameCapacity(Path directory) throws Failure;

  /** True if a directory made in this one holds these as one name, found by trying. */
  default boolean isOneName(Path directory, Name one, Name other) throws Failure {
    return new Prober(this, directory).isOne(one, other);
  }

  /**
   * Those of the names that no entry below this directory can have, in the order given. Their whole
   * paths' length is not looked at.
   */
  List<Name> unsupportedNames(Path directory, Collection<Name> names) throws Failure;

  /**
   * Those of the targets that no symbolic link below this directory can have, in the order given.
   */
  default List<LinkTarget> unsupportedTargets(Path directory, Collection<LinkTarget> targets)
      throws Failure {
    return new Prober(this, directory).unsupportedTargets(targets);
  }

  /**
   * Opens an existing directory in which a tree is to be written; no link in the last element is
   * followed.
   */
  default Folder folder(Path directory) throws Failure {
    return CheckedFolder.open(this, directory);
  }

  /** Creates a directory; it must not exist. */
  void createDirectory(Path directory) throws Failure;

  /** Creates a file for writing its unnamed stream; it must not exist. */
  OutputStream createFile(Path file) throws Failure;

  /**
   * Goes on behind so many zeros in a file that {@link #createFile} made, as a hole where that can
   * be.
   */
  static void skip(OutputStream file, long bytes) throws IOException {
    if (file instanceof NativeOutput output) {
      output.skip(bytes);
      return;
    }
    byte[] zeros = new byte[(int) Math.min(bytes, NativeBuffers.CONTENT_BYTES)];
    for (long left = bytes; left > 0; left -= zeros.length) {
      file.write(zeros, 0, (int) Math.min(left, zeros.length));
    }
  }

  /** Creates a symbolic link; nothing of that name may exist. */
  void createSymlink(Path link, LinkTarget target) throws Failure;

  /** Creates another name for a file. */
  void createHardLink(Path link, Path file) throws Failure;

  /** Writes a named stream whole; {@code size} bytes follow before close. */
  OutputStream writeStream(Path entry, Stream stream) throws Failure;

  /**
   * Sets properties, mode and time, last of all; on a symbolic link owner and time only, where the
   * platform can, but a link with the data of a reparse point becomes one, with all it has. A
   * property whose key the platform does not know is left out: {@link EntryCapacity} tells
   * beforehand which are held.
   */
  void setAttributes(Path entry, Attributes attributes) throws Failure;

  /**
   * Remembers the file system below a directory before the first write there; {@link Barrier#force}
   * then makes everything written below it since durable.
   */
  Barrier barrier(Path directory) throws Failure;

  /**
   * True if a directory of this name, in one whose capacities were asked for, was made to find them
   * out. It is removed again unless the process dies meanwhile.
   */
  static boolean isTrial(Name name) {
    return Prober.isTrial(name);
  }

  /** The failure an input or output stream of this room carried out of a read, write or close. */
  static Optional<Failure> failureIn(IOException e) {
    return e.getCause() instanceof Failure failure ? Optional.of(failure) : Optional.empty();
  }

  /** Makes writes durable in one step. */
  interface Barrier extends AutoCloseable {
    /**
     * Durable when it returns; a failure means nothing written since the barrier may be trusted.
     */
    void force() throws Failure;

    @Override
    void close();
  }
}
