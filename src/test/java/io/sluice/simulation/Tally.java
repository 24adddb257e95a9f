package io.sluice.simulation;

import java.util.Map;
import java.util.TreeMap;

/** How often each thing went wrong, so that a test can require that it did. */
final class Tally {
  static final String DELAYS = "delays";
  static final String UNFORCED_BYTES_LOST = "unforced bytes lost";
  static final String CHUNKS_AGAIN = "chunks sent again";

  private final Map<String, Long> counts = new TreeMap<>();

  void add(String what, long times) {
    counts.merge(what, times, Long::sum);
  }

  /** The counts so far, by what was counted. */
  Map<String, Long> counts() {
    return new TreeMap<>(counts);
  }
}
