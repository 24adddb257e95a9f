package io.sluice.content;

import io.sluice.failure.Failure;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * The disk as the library and the ledgers' files see it, with durability spelled out. Paths are
 * absolute. Every failure is DISK_ERROR, NO_SPACE (both naming path and operation), CONTENT_MISSING
 * (the file is not there) or, of {@link #lock}, LIBRARY_IN_USE.
 *
 * <p>Durability: bytes written are durable after {@link Writer#force}; a created, renamed or
 * deleted name is durable after {@link #forceDirectory} on its folder. Anything else may be lost
 * or, for bytes, partly lost when the machine stops. A failed force is fatal: the component stops
 * and never forces again, because a second force may falsely succeed.
 *
 * <p>All methods may be called from any thread; one {@link Writer} or {@link Reader} by one thread
 * at a time ({@link Reader#read} at positions is safe from several, and {@link Writer#force} may
 * run beside {@link Writer#write}: it covers the bytes written before it was called). An
 * interruption of the calling thread neither fails nor shortens an operation; the thread stays
 * interrupted.
 */
public interface Disk {
  /** Creates a new file for writing; it must not exist. Its folder must. */
  Writer create(Path file) throws Failure;

  /**
   * Opens an existing file for writing on from {@code length}, the rest of it cut off. What was
   * forced of the part that stays is still durable.
   */
  Writer resume(Path file, long length) throws Failure;

  /** Opens an existing file for positional reading. */
  Reader open(Path file) throws Failure;

  /** Renames within one file system, replacing a file of the new name in one atomic step. */
  void rename(Path from, Path to) throws Failure;

  /** Makes the names in a folder durable. */
  void forceDirectory(Path folder) throws Failure;

  /** Creates a folder and its missing parents, durably. */
  void createFolders(Path folder) throws Failure;

  /** Deletes a file; no error if it is not there. */
  void delete(Path file) throws Failure;

  boolean exists(Path file) throws Failure;

  /** Names of files and folders in a folder, sorted; empty if the folder is not there. */
  List<String> list(Path folder) throws Failure;

  /** Bytes available to this process on the folder's file system. */
  long freeBytes(Path folder) throws Failure;

  /**
   * Takes a lock that no other process, and nobody else in this one, can take until it is closed or
   * the process ends. Makes the file if it is not there; it stays.
   *
   * @throws Failure LIBRARY_IN_USE if it is taken
   */
  Lock lock(Path file) throws Failure;

  /**
   * Says that a named step of a durable sequence has been reached. Does nothing; a test's disk may
   * end the process here. Names are listed in docs/operations/crash-points.md.
   */
  void reached(String point);

  /** A lock that is held. */
  interface Lock extends AutoCloseable {
    @Override
    void close();
  }

  /** A file being written from its start to its end. */
  interface Writer extends AutoCloseable {
    /** Appends all remaining bytes. */
    void write(ByteBuffer bytes) throws Failure;

    /** Where the next byte goes: the file's length, unless a write has failed. */
    long position();

    /** Makes all written bytes durable. */
    void force() throws Failure;

    @Override
    void close() throws Failure;
  }

  /** A file open for reading at any position. */
  interface Reader extends AutoCloseable {
    long size() throws Failure;

    /** Fills the buffer from the position; fewer bytes only at the end of the file. */
    int read(ByteBuffer into, long position) throws Failure;

    /**
     * The whole file for reading, as it is now; usable after the reader is closed. For files that
     * are never changed. On a real disk it is mapped and takes no heap.
     */
    default MemorySegment map() throws Failure {
      ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(size()));
      read(bytes, 0);
      return MemorySegment.ofBuffer(bytes.flip()).asReadOnly();
    }

    @Override
    void close() throws Failure;
  }
}
