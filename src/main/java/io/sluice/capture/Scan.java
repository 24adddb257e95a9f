package io.sluice.capture;

import io.sluice.content.Frame;
import io.sluice.fidelity.Remarks;
import io.sluice.manifest.Entry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * What a walk over the source saw.
 *
 * @param begun wall clock before the first entry was looked at
 * @param seen in canonical order, the root first
 * @param remarks on what was seen and is not kept as it is
 */
record Scan(Instant begun, List<Seen> seen, Remarks remarks) {
  List<Entry> entries() {
    List<Entry> entries = new ArrayList<>(seen.size());
    for (Seen each : seen) {
      entries.add(each.entry());
    }
    return entries;
  }

  /** This scan and the chunks a pass over it cut, for the next attempt. */
  Previous asPrevious(List<Frame.Chunk> chunks, BitSet changed) {
    return Previous.of(begun, entries(), chunks, states(), changed);
  }

  List<Seen.State> states() {
    List<Seen.State> states = new ArrayList<>(seen.size());
    for (Seen each : seen) {
      states.add(each.state());
    }
    return states;
  }
}
