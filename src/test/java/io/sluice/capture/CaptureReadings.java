package io.sluice.capture;

import io.sluice.content.Digest;
import java.util.Optional;

/** Scan caches of any origin, read. */
public final class CaptureReadings {
  private CaptureReadings() {}

  /** As it is and with its digest put right. */
  public static void scanCache(byte[] bytes) {
    ScanCache.Content.decode(bytes);
    byte[] mended = bytes.clone();
    int body = bytes.length - Digest.BYTES;
    if (body >= 0) {
      Digest.of(bytes, 0, body).write(mended, body);
    }
    Optional<ScanCache.Content> content = ScanCache.Content.decode(mended);
    if (content.isPresent() && !ScanCache.Content.decode(content.get().encode()).equals(content)) {
      throw new AssertionError("what was accepted is written as something else");
    }
  }
}
