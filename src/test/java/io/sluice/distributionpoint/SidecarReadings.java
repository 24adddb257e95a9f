package io.sluice.distributionpoint;

import io.sluice.content.Digest;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.io.ByteArrayOutputStream;

/** Lists of sidecars of any origin, read. */
public final class SidecarReadings {
  private SidecarReadings() {}

  public static void sidecar(byte[] bytes) throws Failure {
    Sidecar.Listed listed;
    try {
      listed = Sidecar.parse(bytes);
    } catch (IllegalArgumentException e) {
      String why = String.valueOf(e.getMessage());
      throw Failure.permanent(Code.CONTENT_CORRUPT, "reading a sidecar", why, "restore it again")
          .because(e);
    }
    ByteArrayOutputStream again = new ByteArrayOutputStream();
    again.writeBytes(Sidecar.header(listed.manifest()));
    listed.streams().forEach(line -> again.writeBytes(Sidecar.line(line)));
    listed.attributes().forEach(line -> again.writeBytes(Sidecar.line(line)));
    if (!Sidecar.parse(again.toByteArray(), Digest.parse(listed.manifest().hex())).equals(listed)) {
      throw new AssertionError("what was accepted is written as something else");
    }
  }
}
