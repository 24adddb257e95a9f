package io.sluice.distribution;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.content.Library;
import io.sluice.failure.Failure;
import io.sluice.manifest.Entry;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.ManifestReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Manifests out of the library. Those who use the same one at the same time share it; nobody keeps
 * it. Safe from any thread.
 */
public final class Manifests {
  private static final int WINDOW_LOG_MAX = 23;

  private final Library library;
  private final Map<Digest, WeakReference<Manifest>> chunkLists = new ConcurrentHashMap<>();

  public Manifests(Library library) {
    this.library = library;
  }

  /**
   * The manifest as it is stored, verified.
   *
   * @throws Failure CONTENT_MISSING, CONTENT_CORRUPT or DISK_ERROR
   */
  public byte[] stored(Digest digest) throws Failure {
    return library.storedDocument(digest);
  }

  /**
   * The whole manifest.
   *
   * @throws Failure CONTENT_MISSING, CONTENT_CORRUPT, MANIFEST_CORRUPT or DISK_ERROR
   */
  public Manifest whole(Digest digest) throws Failure {
    return parse(digest, true);
  }

  /** The manifest with its chunks and without its entries; fails as {@link #whole} does. */
  public Manifest chunksOnly(Digest digest) throws Failure {
    chunkLists.values().removeIf(kept -> kept.get() == null);
    Optional<Manifest> shared = Optional.ofNullable(chunkLists.get(digest)).map(WeakReference::get);
    if (shared.isPresent()) {
      return shared.get();
    }
    Manifest parsed = parse(digest, false);
    chunkLists.put(digest, new WeakReference<>(parsed));
    return parsed;
  }

  private Manifest parse(Digest digest, boolean withEntries) throws Failure {
    List<Entry> entries = new ArrayList<>();
    List<Frame.Chunk> chunks = new ArrayList<>();
    ManifestReader.Visitor collector =
        new ManifestReader.Visitor() {
          @Override
          public void entry(Entry entry) {
            if (withEntries) {
              entries.add(entry);
            }
          }

          @Override
          public void chunk(Frame.Chunk chunk) {
            chunks.add(chunk);
          }
        };
    try (ZstdInputStreamNoFinalizer plain =
        new ZstdInputStreamNoFinalizer(new ByteArrayInputStream(library.storedDocument(digest)))) {
      plain.setLongMax(WINDOW_LOG_MAX);
      return new Manifest(ManifestReader.read(plain, collector), entries, chunks);
    } catch (IOException e) {
      throw new IllegalStateException("a verified document does not decode", e);
    }
  }
}
