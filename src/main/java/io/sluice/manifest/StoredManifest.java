package io.sluice.manifest;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.sluice.content.Frame;
import io.sluice.failure.Failure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
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
    return read(stored, ManifestReader::whole);
  }

  /** The manifest with its chunks and without its entries. */
  public static Manifest chunksOnly(byte[] stored) throws Failure {
    List<Frame.Chunk> chunks = new ArrayList<>();
    ManifestReader.Visitor collector = new ManifestReader.ChunksOnly(chunks);
    return read(
        stored, plain -> new Manifest(ManifestReader.read(plain, collector), List.of(), chunks));
  }

  /** Reads a manifest from its plain bytes. */
  private interface Read {
    Manifest from(InputStream plain) throws IOException, Failure;
  }

  private static Manifest read(byte[] stored, Read read) throws Failure {
    try (ZstdInputStreamNoFinalizer plain =
        new ZstdInputStreamNoFinalizer(new ByteArrayInputStream(stored))) {
      plain.setLongMax(WINDOW_LOG_MAX);
      return read.from(plain);
    } catch (IOException e) {
      throw new IllegalStateException("a verified document does not decode", e);
    }
  }
}
