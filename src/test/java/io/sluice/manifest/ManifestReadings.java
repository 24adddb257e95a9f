package io.sluice.manifest;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.sluice.failure.Failure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Manifests of any origin, read. */
public final class ManifestReadings {
  private ManifestReadings() {}

  public static void manifest(byte[] bytes) throws Failure {
    Manifest manifest = ManifestReader.parse(bytes);
    byte[] again = ManifestWriter.plain(manifest.entries(), manifest.chunks());
    Manifest reread = ManifestReader.parse(again);
    if (!reread.entries().equals(manifest.entries())
        || !reread.chunks().equals(manifest.chunks())) {
      throw new AssertionError("what was accepted is written as something else");
    }
  }

  /** The same as a library holds it: any bytes in a sound zstd frame. */
  public static void stored(byte[] bytes) throws Failure, IOException {
    ByteArrayOutputStream stored = new ByteArrayOutputStream();
    try (OutputStream zstd = new ZstdOutputStreamNoFinalizer(stored, 1)) {
      zstd.write(bytes);
    }
    Manifest whole = StoredManifest.whole(stored.toByteArray());
    Manifest chunks = StoredManifest.chunksOnly(stored.toByteArray());
    if (!whole.digest().equals(chunks.digest()) || !whole.chunks().equals(chunks.chunks())) {
      throw new AssertionError("read for its chunks only it is another manifest");
    }
  }
}
