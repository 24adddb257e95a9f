package io.sluice.capture;

import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.filesystem.Facts;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.Entry;
import io.sluice.manifest.EntryList;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * An earlier capture of the same source, whose chunks are all held: what a scan saw and a pass cut,
 * or what was kept of them.
 *
 * @param begun when the scan began; states changed less than {@link #RACY} before are not trusted
 * @param manifest its digest, if one was stored of it
 * @param chunks of the content sequence of these entries
 * @param states of the entries
 * @param changed entries whose bytes may not be those of their states
 */
record Previous(
    Instant begun,
    Optional<Digest> manifest,
    EntryList entries,
    List<Frame.Chunk> chunks,
    States states,
    BitSet changed) {
  /** Nothing to reuse. */
  static Previous none() {
    return new Previous(
        Instant.EPOCH,
        Optional.empty(),
        EntryList.of(List.of()),
        List.of(),
        new States(),
        new BitSet());
  }

  /** A state so recent could be one of several within one tick of the file system's clock. */
  static final Duration RACY = Duration.ofSeconds(2);

  private static final long NANOS = 1_000_000_000;

  /**
   * True if a file's or directory's bytes are, beyond doubt, those it had then; of its named
   * streams only if ctime tells of them.
   */
  boolean isUnchanged(Comparison.Old old, Facts now) {
    State state = states.get(old.index());
    boolean hasBytes = old.entry() instanceof Entry.File || old.entry() instanceof Entry.Directory;
    return hasBytes
        && state.known()
        && !changed.get(old.index())
        && state.isStill(old.entry(), now)
        && isOld(begun, state.changedNanos(), now.attributes());
  }

  /** True if an entry's times lie so long before a scan that no later change can have left them. */
  static boolean isOld(Instant begun, long changedNanos, Attributes attributes) {
    Instant latest = begun.minus(RACY);
    int changedFraction = (int) Math.floorMod(changedNanos, NANOS);
    return isBefore(Math.floorDiv(changedNanos, NANOS), changedFraction, latest)
        && isBefore(attributes.mtimeSeconds(), attributes.mtimeNanos(), latest);
  }

  private static boolean isBefore(long seconds, int nanos, Instant latest) {
    return seconds < latest.getEpochSecond()
        || (seconds == latest.getEpochSecond() && nanos < latest.getNano());
  }
}
