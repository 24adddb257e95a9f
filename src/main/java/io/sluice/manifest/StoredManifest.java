package io.sluice.manifest;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.failure.Failure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads manifests as a library keeps them: one zstd frame, of which it is known that it decodes to
 * bytes of the manifest's digest. Never holds the plain bytes at once. Fails as {@link
 * ManifestReader} does.
 */
public final class StoredManifest {
  private static final int WINDOW_LOG_MAX = 23;

  private StoredManifest() {}

  /** The whole manifest. */
  public static Manifest whole(byte[] stored) throws Failure {
    return read(stored, true);
  }

  /** The manifest with its chunks and without its entries. */
  public static Manifest chunksOnly(byte[] stored) throws Failure {
    return read(stored, false);
  }

  private static Manifest read(byte[] stored, boolean withEntries) throws Failure {
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
        new ZstdInputStreamNoFinalizer(new ByteArrayInputStream(stored))) {
      plain.setLongMax(WINDOW_LOG_MAX);
      Digest digest = ManifestReader.read(plain, collector);
      return new Manifest(digest, entries, chunks);
    } catch (IOException e) {
      throw new IllegalStateException("a verified document does not decode", e);
    }
  }
}
