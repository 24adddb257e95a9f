package io.sluice.capture;

import io.sluice.content.Digest;
import java.util.Optional;

/** Scan caches of any origin, read. */
public final class CaptureReadings {
  private CaptureReadings() {}

  /** As it is and with its digest put right. */
  public static void scanCache(byte[] bytes) {
    ScanMemory.decode(bytes);
    byte[] mended = bytes.clone();
    int body = bytes.length - Digest.BYTES;
    if (body >= 0) {
      Digest.of(bytes, 0, body).write(mended, body);
    }
    Optional<ScanMemory> content = ScanMemory.decode(mended);
    if (content.isPresent() && !ScanMemory.decode(content.get().encode()).equals(content)) {
      throw new AssertionError("what was accepted is written as something else");
    }
  }
}
