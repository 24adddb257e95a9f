package io.sluice.simulation;

/**
 * One life of a site's process, from its start to its death. Every seam the process holds asks here
 * before it does anything, so that a dead process changes nothing any more: what still runs of it
 * is only unwinding.
 *
 * <p>Faults: it can end at the n-th step through a seam from now on, wherever the process is then.
 */
final class Life {
  private final String site;
  private final int number;
  private long left = Long.MAX_VALUE;
  private boolean ended;

  /**
   * @param number which life of the site this is
   */
  Life(String site, int number) {
    this.site = site;
    this.number = number;
  }

  int number() {
    return number;
  }

  boolean hasEnded() {
    return ended;
  }

  /** From now on the n-th step is the last, 1 being the next; never, if it is Long.MAX_VALUE. */
  void endAtStep(long n) {
    left = n;
  }

  void end() {
    ended = true;
  }

  /** To be asked before anything that only looks. */
  void require(String where) {
    if (ended) {
      throw new Death(site, where);
    }
  }

  /** To be asked before anything that counts as a step. */
  void step(String where) {
    require(where);
    if (left != Long.MAX_VALUE && --left <= 0) {
      ended = true;
      throw new Death(site, where);
    }
  }
}
