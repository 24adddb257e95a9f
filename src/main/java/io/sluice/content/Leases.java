package io.sluice.content;

import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Which chunks writing sessions rely on before a document says so, and against whom: a collection
 * drops nothing that a session was told is held, or stored itself
 * (docs/design/0018-a-session-leases-what-it-asked-about.md). Safe from any thread.
 */
final class Leases {
  private final LibraryIndex index;

  /** Shared by sessions that ask; held alone by a collection while it takes chunks out. */
  private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock();

  private final Set<Lease> open = ConcurrentHashMap.newKeySet();

  /**
   * Those that ended since the running collection began: their documents may have come too late to
   * be read by it.
   */
  private final Set<Lease> ended = ConcurrentHashMap.newKeySet();

  /** Guarded by this. */
  private boolean isCollecting;

  Leases(LibraryIndex index) {
    this.index = index;
  }

  /** What one session relies on. */
  final class Lease implements AutoCloseable {
    private final ChunkIndex claimed = new ChunkIndex();
    private final ChunkIndex reliedOn = new ChunkIndex();

    /** Lists of chunks relied on that no collection has asked about yet. */
    private final Queue<List<Frame.Chunk>> listed = new ConcurrentLinkedQueue<>();

    /** As {@link ChunkStore.Intake#claim}. */
    boolean claim(Digest chunk) {
      gate.readLock().lock();
      try {
        if (index.find(chunk) != ChunkIndex.ABSENT) {
          reliedOn.add(chunk, 0);
          return false;
        }
        return claimed.add(chunk, 0);
      } finally {
        gate.readLock().unlock();
      }
    }

    /** As {@link ChunkStore.Intake#relyOn}. */
    boolean relyOn(List<Frame.Chunk> chunks) {
      gate.readLock().lock();
      try {
        listed.add(chunks);
      } finally {
        gate.readLock().unlock();
      }
      // A collection that held the gate before has taken out what it takes out; one that holds it
      // after knows the list.
      return chunks.stream().allMatch(chunk -> index.find(chunk.digest()) != ChunkIndex.ABSENT);
    }

    /** Relies on what the session stores itself, asked about or not. */
    void stored(Frame frame) {
      for (Frame.Chunk chunk : frame.chunks()) {
        claimed.add(chunk.digest(), 0);
      }
    }

    /** For one collection at a time. */
    boolean covers(Digest chunk) {
      for (List<Frame.Chunk> chunks = listed.poll(); chunks != null; chunks = listed.poll()) {
        chunks.forEach(each -> reliedOn.add(each.digest(), 0));
      }
      return claimed.find(chunk) != ChunkIndex.ABSENT || reliedOn.find(chunk) != ChunkIndex.ABSENT;
    }

    @Override
    public void close() {
      synchronized (Leases.this) {
        if (open.remove(this) && isCollecting) {
          ended.add(this);
        }
      }
    }
  }

  /** Begins a lease; what it covers is left alone until it is closed. */
  Lease open() {
    Lease lease = new Lease();
    open.add(lease);
    return lease;
  }

  /** A lease of the collection's own session: it covers nothing against itself. */
  Lease unheeded() {
    return new Lease();
  }

  /** From now on what ends stays heeded; to be called before any root is read. */
  synchronized void beginCollection() {
    isCollecting = true;
  }

  synchronized void endCollection() {
    isCollecting = false;
    ended.clear();
  }

  /** Whether a session relies on the chunk. */
  boolean covers(Digest chunk) {
    return open.stream().anyMatch(lease -> lease.covers(chunk))
        || ended.stream().anyMatch(lease -> lease.covers(chunk));
  }

  /** Runs while no session is told that a chunk is held. */
  void alone(Runnable taking) {
    gate.writeLock().lock();
    try {
      taking.run();
    } finally {
      gate.writeLock().unlock();
    }
  }
}
