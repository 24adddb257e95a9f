package io.sluice.transfer;

import io.sluice.site.SiteCode;
import java.util.List;
import java.util.Set;

/**
 * What a parent wants in a child's subtree: the whole desired state, not a change of it, so that a
 * lost or repeated answer does no harm.
 *
 * @param tag names this state; equal tags mean equal lists
 * @param changed false if the state is still the one the child named, the list is then empty and
 *     means nothing
 * @param assignments all of them
 */
public record AssignmentList(String tag, boolean changed, List<Assignment> assignments) {
  /** The most assignments one answer may carry. */
  public static final int ASSIGNMENTS_MAX = 100_000;

  public AssignmentList {
    assignments = List.copyOf(assignments);
    if (assignments.size() > ASSIGNMENTS_MAX) {
      throw new IllegalArgumentException(assignments.size() + " assignments");
    }
  }

  /**
   * One version and the sites of the child's subtree (itself among them or not) that are to have
   * it.
   *
   * @param signedRecord the signed version record's exact bytes, not verified
   */
  public record Assignment(byte[] signedRecord, Set<SiteCode> sites) {
    public Assignment {
      sites = Set.copyOf(sites);
    }
  }
}
