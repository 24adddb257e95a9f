package io.sluice.capture;

import io.sluice.content.Frame;
import io.sluice.fidelity.Remarks;
import io.sluice.manifest.EntryList;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * What a walk over the source saw.
 *
 * @param begun wall clock before the first entry was looked at
 * @param entries in canonical order, the root first
 * @param states of the entries
 * @param remarks on what was seen and is not kept as it is
 * @param comparison with the previous capture
 * @param isSettled true if all entries are on the root's device, and none had changed so shortly
 *     before that it may have changed again unseen
 */
record Scan(
    Instant begun,
    EntryList entries,
    States states,
    Remarks remarks,
    Comparison comparison,
    boolean isSettled) {
  /** The scan of a directory that cannot be looked at. */
  static Scan nothing(Instant begun) {
    return new Scan(
        begun,
        EntryList.of(List.of()),
        new States(),
        new Remarks.Collector().remarks(),
        new Comparison(Previous.none()),
        false);
  }

  /** This scan and the chunks a pass over it cut, for the next attempt. */
  Previous asPrevious(List<Frame.Chunk> chunks, BitSet changed) {
    return new Previous(begun, Optional.empty(), entries, chunks, states, changed);
  }
}
