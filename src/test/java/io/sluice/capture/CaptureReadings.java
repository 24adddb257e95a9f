package io.sluice.capture;

import com.github.luben.zstd.Zstd;
import io.sluice.content.Digest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** Scan caches of any origin, read. */
public final class CaptureReadings {
  private static final byte[] MAGIC = "SLUSCAN2".getBytes(StandardCharsets.US_ASCII);

  private CaptureReadings() {}

  /** As it is, with its digest put right, and as what stands in the compressed part. */
  public static void scanCache(byte[] bytes) {
    ScanMemory.decode(bytes);
    read(Arrays.copyOf(bytes, Math.max(0, bytes.length - Digest.BYTES)));
    byte[] packed = Zstd.compress(bytes);
    byte[] body = Arrays.copyOf(MAGIC, MAGIC.length + packed.length);
    System.arraycopy(packed, 0, body, MAGIC.length, packed.length);
    read(body);
  }

  private static void read(byte[] body) {
    byte[] whole = Arrays.copyOf(body, body.length + Digest.BYTES);
    Digest.of(body).write(whole, body.length);
    Optional<ScanMemory> memory = ScanMemory.decode(whole);
    if (memory.isEmpty()) {
      return;
    }
    if (!ScanMemory.decode(memory.get().encode()).equals(memory)) {
      throw new AssertionError("what was accepted is written as something else");
    }
    memory.flatMap(ScanMemory::trace).ifPresent(CaptureReadings::walk);
  }

  private static void walk(Trace trace) {
    PathList.Cursor cursor = trace.paths().cursor();
    while (cursor.next()) {
      if (cursor.length() > cursor.path().length) {
        throw new AssertionError("a path longer than its room");
      }
    }
  }
}
