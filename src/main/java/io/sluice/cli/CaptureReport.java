package io.sluice.cli;

import io.sluice.capture.Captured;
import io.sluice.capture.Totals;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** What a capture or an import came to, as both print it. */
final class CaptureReport {
  private CaptureReport() {}

  static void print(Captured captured, double seconds, boolean json, PrintStream out) {
    Totals totals = captured.totals();
    if (json) {
      // Field names are part of the command's contract.
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("digest", captured.manifest().hex());
      result.put("entries", totals.entries());
      result.put("streams", totals.streams());
      result.put("bytes_read", totals.bytesRead());
      result.put("bytes_stored", totals.bytesStored());
      result.put("seconds", Math.round(seconds * 1000) / 1000.0);
      result.put("not_captured", captured.receipt().remarks().text());
      out.println(new JsonMapper().writeValueAsString(result));
      return;
    }
    out.println(captured.manifest().hex());
    out.print(
        Quantity.count(totals.entries(), "entry")
            + ", "
            + Quantity.count(totals.streams(), "stream")
            + ", "
            + Quantity.bytes(totals.bytesRead())
            + " read, "
            + Quantity.bytes(totals.bytesStored())
            + " stored, in "
            + Quantity.seconds(seconds)
            + "\n"
            + NotCaptured.text(captured.receipt().remarks().text()));
  }
}
