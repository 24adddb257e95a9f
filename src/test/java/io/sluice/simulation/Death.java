package io.sluice.simulation;

/**
 * The process of a simulated site is dead: thrown through whatever it was doing, up to the event
 * loop. An Error, so that no code which handles what may go wrong can mistake it for that.
 */
final class Death extends Error {
  private static final long serialVersionUID = 1L;

  Death(String site, String where) {
    super(site + " died at " + where);
  }
}
