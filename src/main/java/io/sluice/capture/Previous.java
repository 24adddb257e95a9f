package io.sluice.capture;

import io.sluice.content.Frame;
import io.sluice.filesystem.Facts;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.Entry;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;

/**
 * An earlier capture of the same source, whose chunks are all held.
 *
 * @param entries in canonical order
 * @param chunks of the content sequence of these entries
 * @param states of the entries
 * @param trusted which entries' chunks hold what the entries held in these states, beyond doubt
 */
record Previous(List<Entry> entries, List<Frame.Chunk> chunks, States states, BitSet trusted) {
  /** Nothing to reuse. */
  static Previous none() {
    return new Previous(List.of(), List.of(), new States(), new BitSet());
  }

  /** A state so recent could be one of several within one tick of the file system's clock. */
  static final Duration RACY = Duration.ofSeconds(2);

  /**
   * What a scan saw and a pass cut, or what was kept of them.
   *
   * @param begun when the scan began; states changed less than {@link #RACY} before are not trusted
   * @param changed entries whose bytes may not be those of their states
   */
  static Previous of(
      Instant begun, List<Entry> entries, List<Frame.Chunk> chunks, States states, BitSet changed) {
    Instant latest = begun.minus(RACY);
    BitSet trusted = new BitSet(entries.size());
    int i = 0;
    for (Entry entry : entries) {
      State state = states.get(i);
      boolean old = state.known() && nanos(state.changedNanos()).isBefore(latest);
      trusted.set(i, old && !changed.get(i) && isOld(entry, latest));
      i++;
    }
    return new Previous(entries, chunks, states, trusted);
  }

  /**
   * True if an entry's bytes are those it had then; of its named streams only if that tells all.
   */
  boolean isUnchanged(Comparison.Old old, Facts now) {
    return trusted.get(old.index()) && states.get(old.index()).isStill(old.entry(), now);
  }

  private static boolean isOld(Entry entry, Instant latest) {
    return switch (entry) {
      case Entry.Directory directory -> modified(directory.attributes()).isBefore(latest);
      case Entry.File file -> modified(file.attributes()).isBefore(latest);
      case Entry.Symlink link -> false;
      case Entry.HardLink link -> false;
    };
  }

  private static Instant modified(Attributes attributes) {
    long seconds = attributes.mtimeSeconds();
    boolean known =
        Instant.MIN.getEpochSecond() < seconds && seconds < Instant.MAX.getEpochSecond();
    return known ? Instant.ofEpochSecond(seconds, attributes.mtimeNanos()) : Instant.MAX;
  }

  private static Instant nanos(long nanos) {
    return Instant.ofEpochSecond(0, nanos);
  }
}
