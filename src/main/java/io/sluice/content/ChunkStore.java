package io.sluice.content;

import io.sluice.failure.Failure;
import java.util.List;
import java.util.Optional;

/**
 * A site's store of chunks. Reading is safe from any thread.
 *
 * <p>A chunk is <em>held</em> once its frame is in a sealed pack, or in an open pack this process
 * appended it to; held chunks are durable only after {@link Intake#commit}. Implementations: {@link
 * Library}'s and, in tests, a memory store.
 */
public interface ChunkStore {
  boolean holds(Digest chunk);

  /**
   * Copies a chunk's plain bytes into {@code into} from {@code at} and returns its length. The
   * bytes were decoded and compared with the digest.
   *
   * @throws Failure CONTENT_MISSING, CONTENT_CORRUPT (the chunk is then no longer held, so that it
   *     can be fetched again) or DISK_ERROR
   */
  int read(Digest chunk, byte[] into, int at) throws Failure;

  /** Where the chunk's frame lies; chunks with equal places share a frame. Empty if not held. */
  Optional<Place> place(Digest chunk);

  /**
   * Reads a whole frame as stored. Its check sum was compared; its chunks' digests were not (they
   * were before it was stored).
   */
  Frame frame(Place place) throws Failure;

  /** Opens a writing session. Several may be open at once; each writes packs of its own. */
  Intake intake() throws Failure;

  /** A frame's address: pack number and byte offset. */
  record Place(long pack, long offset) {}

  /**
   * A writing session. {@link #claim}, {@link #relyOn} and {@link #append} are safe from any
   * thread; {@link #commit} and {@link #close} belong to the thread that opened it.
   */
  interface Intake extends AutoCloseable {
    /**
     * True exactly once per digest that neither the store holds nor this session has claimed: the
     * caller then appends a frame with it, or fails the session unless another session does so.
     */
    boolean claim(Digest chunk);

    /**
     * Relies on chunks that a list names: true if all are held. Until the session ends no
     * collection takes out what is held of them, whatever becomes of the document that named them.
     *
     * @param chunks kept as it is, and not looked through before it matters; it never changes
     */
    boolean relyOn(List<Frame.Chunk> chunks);

    /**
     * Sets room aside that no other session gets, in place of what this one has set aside: until it
     * has stored so many bytes, commits or ends. False if there is less; then nothing is set aside.
     */
    boolean reserve(long bytes) throws Failure;

    /**
     * Appends a frame to this session's open pack and makes its chunks held. The caller has
     * verified that the frame decodes to its digests. Survives the death of the process, not of the
     * machine.
     */
    void append(Frame frame) throws Failure;

    /**
     * Makes everything appended durable, by this session and by any other until now: also the
     * chunks this session did not claim because they were held. Until it returns nothing may be
     * acknowledged, so a session commits even if it appended nothing. May be called again after
     * more was appended. After a failure of {@link #append} or {@code commit} the session fails for
     * good.
     */
    void commit() throws Failure;

    /** Bytes of frames appended by this session, headers included. */
    long storedBytes();

    /** Ends the session. What was appended stays held, whether or not it was committed. */
    @Override
    void close() throws Failure;
  }
}
