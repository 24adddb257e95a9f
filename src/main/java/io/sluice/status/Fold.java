package io.sluice.status;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which facts count. Pure, and independent of order: a function of the set of facts. Facts that are
 * superseded may be forgotten at any time without a change of the outcome, now or with any further
 * facts, because what supersedes a fact is itself kept or superseded by something that supersedes
 * both:
 *
 * <ul>
 *   <li>Of the facts about one version at one destination of a site the last counts.
 *   <li>The highest version that ever succeeded there is the <em>floor</em>; facts about lower
 *       versions do not count. The fact that sets the floor is kept even where a later failure of
 *       the same version counts in its place.
 *   <li>Of refusals and facts of unknown kinds the last {@link #LISTED_MAX} of a site count.
 * </ul>
 */
public final class Fold {
  /** How many refusals, and how many facts of unknown kinds, are kept of each site. */
  public static final int LISTED_MAX = 100;

  private Fold() {}

  /** One fact as far as the fold looks at it. */
  record Entry(Stamp stamp, Fact.Subject subject) {}

  /** The facts that count, in order of stamp. */
  public static List<Fact> current(Collection<Fact> facts) {
    Map<Stamp, Fact> byStamp = new TreeMap<>();
    Map<Group, List<Entry>> groups = new HashMap<>();
    for (Fact fact : facts) {
      if (byStamp.put(fact.stamp(), fact) == null) {
        Fact.Subject subject = Fact.Subject.of(fact.event());
        groups
            .computeIfAbsent(Group.of(fact.stamp(), subject), group -> new ArrayList<>())
            .add(new Entry(fact.stamp(), subject));
      }
    }
    Set<Stamp> counting = new HashSet<>();
    groups.values().forEach(group -> counting.addAll(counting(group)));
    return byStamp.values().stream().filter(fact -> counting.contains(fact.stamp())).toList();
  }

  /** What facts must share for one to supersede the other. */
  record Group(String origin, String family, String packageId, String place) {
    static Group of(Stamp stamp, Fact.Subject subject) {
      return new Group(
          stamp.origin().text(), subject.family(), subject.packageId(), subject.place());
    }
  }

  /** Of the facts of one group those that may be forgotten. */
  static NavigableSet<Stamp> superseded(List<Entry> group) {
    NavigableSet<Stamp> superseded = new TreeSet<>();
    group.forEach(entry -> superseded.add(entry.stamp()));
    superseded.removeAll(counting(group));
    group.stream()
        .filter(entry -> entry.subject().success() && entry.subject().version() == floor(group))
        .map(Entry::stamp)
        .max(Comparator.naturalOrder())
        .ifPresent(superseded::remove);
    return superseded;
  }

  private static Set<Stamp> counting(List<Entry> group) {
    if (group.getFirst().subject().isListed()) {
      return new HashSet<>(
          group.stream()
              .map(Entry::stamp)
              .sorted(Comparator.reverseOrder())
              .limit(LISTED_MAX)
              .toList());
    }
    int floor = floor(group);
    Map<Integer, Stamp> last = new HashMap<>();
    for (Entry entry : group) {
      if (entry.subject().version() >= floor) {
        last.merge(
            entry.subject().version(),
            entry.stamp(),
            (one, other) -> one.compareTo(other) > 0 ? one : other);
      }
    }
    return new HashSet<>(last.values());
  }

  private static int floor(List<Entry> group) {
    return group.stream()
        .filter(entry -> entry.subject().success())
        .mapToInt(entry -> entry.subject().version())
        .max()
        .orElse(0);
  }
}
