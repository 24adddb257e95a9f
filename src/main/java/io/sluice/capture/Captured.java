package io.sluice.capture;

import io.sluice.manifest.Manifest;
import java.util.List;

/**
 * A captured source; all of it is durable.
 *
 * @param notCaptured what was seen and not kept, a line each with the entry's path
 */
public record Captured(Manifest manifest, Totals totals, List<String> notCaptured) {
  public Captured {
    notCaptured = List.copyOf(notCaptured);
  }
}
