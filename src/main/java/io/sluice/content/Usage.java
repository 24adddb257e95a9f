package io.sluice.content;

import java.util.List;

/**
 * What a library holds and who needs it.
 *
 * @param packs sealed and open
 * @param stored all frames
 * @param needed frames with a chunk that somebody needs; whole frames, other chunks in them too
 * @param quarantined damaged frames, whose chunks are not held
 * @param wanted the different chunks that somebody needs, and their plain bytes; held or not
 */
public record Usage(long packs, Amount stored, Amount needed, Amount quarantined, Wanted wanted) {
  /**
   * An amount of frames.
   *
   * @param storedBytes as in the pack, heads included
   * @param chunks listed in these frames
   * @param contentBytes plain bytes of these chunks
   */
  public record Amount(long frames, long storedBytes, long chunks, long contentBytes) {
    static final Amount NONE = new Amount(0, 0, 0, 0);

    Amount plus(Amount other) {
      return new Amount(
          frames + other.frames,
          storedBytes + other.storedBytes,
          chunks + other.chunks,
          contentBytes + other.contentBytes);
    }

    Amount minus(Amount other) {
      return plus(
          new Amount(-other.frames, -other.storedBytes, -other.chunks, -other.contentBytes));
    }
  }

  /** Different chunks and their plain bytes. */
  public record Wanted(long chunks, long contentBytes) {}

  /** Frames of which nobody needs anything. */
  public Amount unneeded() {
    return stored.minus(needed).minus(quarantined);
  }

  static Usage of(List<PackSurvey> packs, Marks marks) {
    Amount stored = Amount.NONE;
    Amount needed = Amount.NONE;
    Amount quarantined = Amount.NONE;
    for (PackSurvey pack : packs) {
      for (PackSurvey.FrameUse frame : pack.frames()) {
        stored = stored.plus(frame.amount());
        if (frame.isQuarantined()) {
          quarantined = quarantined.plus(frame.amount());
        } else if (frame.isNeeded()) {
          needed = needed.plus(frame.amount());
        }
      }
    }
    Wanted wanted = new Wanted(marks.count(), marks.contentBytes());
    return new Usage(packs.size(), stored, needed, quarantined, wanted);
  }
}
