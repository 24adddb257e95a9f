package io.sluice.distribution;

import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.content.Library;
import io.sluice.failure.Failure;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.StoredManifest;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Manifests out of the library. Those who use the same one at the same time share it; nobody keeps
 * it. Safe from any thread.
 */
public final class Manifests {
  private final Library library;
  private final Shared<byte[]> stored = new Shared<>();
  private final Shared<Manifest> whole = new Shared<>();
  private final Shared<Manifest> chunkLists = new Shared<>();

  public Manifests(Library library) {
    this.library = library;
  }

  /**
   * The manifest as it is stored, verified; not to be changed.
   *
   * @throws Failure CONTENT_MISSING, CONTENT_CORRUPT or DISK_ERROR
   */
  public byte[] stored(Digest digest) throws Failure, InterruptedException {
    return stored.get(digest, () -> library.storedDocument(digest));
  }

  /**
   * The whole manifest.
   *
   * @throws Failure CONTENT_MISSING, CONTENT_CORRUPT, MANIFEST_CORRUPT or DISK_ERROR
   */
  public Manifest whole(Digest digest) throws Failure, InterruptedException {
    return whole.get(digest, () -> StoredManifest.whole(library.storedDocument(digest)));
  }

  /** The manifest with its chunks and without its entries; fails as {@link #whole} does. */
  public Manifest chunksOnly(Digest digest) throws Failure, InterruptedException {
    return chunkLists.get(digest, () -> StoredManifest.chunksOnly(library.storedDocument(digest)));
  }

  /**
   * What must be in the library for a version to be whole.
   *
   * @param chunks none if the manifest could not be read
   */
  record Needed(Digest manifest, List<Frame.Chunk> chunks) {}

  /** What a version needs, as far as its manifest can be read. */
  Needed needed(Digest manifest) throws InterruptedException {
    try {
      return new Needed(manifest, chunksOnly(manifest).chunks());
    } catch (Failure e) {
      return new Needed(manifest, List.of());
    }
  }

  /** Whether the library holds all of it by now; nothing is read. */
  boolean isHeld(Needed needed) {
    return library.holdsDocument(needed.manifest)
        && needed.chunks.stream().allMatch(chunk -> library.holds(chunk.digest()));
  }

  private interface Making<T> {
    T make() throws Failure;
  }

  /**
   * One form of manifests, kept while somebody uses it. They are made one at a time, so that many
   * who want the same one at the same time do not each fill the memory with it.
   */
  private static final class Shared<T> {
    private final ReentrantLock making = new ReentrantLock();
    private final Map<Digest, WeakReference<T>> kept = new HashMap<>();

    T get(Digest digest, Making<T> absent) throws Failure, InterruptedException {
      making.lockInterruptibly();
      try {
        kept.values().removeIf(one -> one.get() == null);
        Optional<T> found = Optional.ofNullable(kept.get(digest)).map(WeakReference::get);
        if (found.isPresent()) {
          return found.get();
        }
        T made = absent.make();
        kept.put(digest, new WeakReference<>(made));
        return made;
      } finally {
        making.unlock();
      }
    }
  }
}
