package io.sluice.distribution;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Decides what must happen. Pure: the same slice and time give the same steps, in the same order,
 * whatever the order of what is in the slice.
 *
 * <ul>
 *   <li>The newest version of a package that is wanted here or below is fetched if its content is
 *       not here, unless it was made here.
 *   <li>The newest version whose content is here is placed on every distribution point that shows
 *       an older one or none.
 *   <li>A step that failed waits for its time; nothing else waits for it.
 * </ul>
 */
public final class Planner {
  /**
   * No retry is meant to be farther away: if one is, the clock was set back meanwhile, and it is
   * due.
   */
  public static final Duration WAIT_MAX = Duration.ofDays(1);

  private static final Comparator<Timed> ORDER = Comparator.comparing(timed -> timed.step.key());

  private Planner() {}

  /** A step whose effect is missing, and when it is tried again if it failed. */
  private record Timed(Step step, Optional<Instant> notBefore) {
    boolean isDue(Instant now) {
      return notBefore.isEmpty() || Planner.isDue(notBefore.get(), now);
    }
  }

  /** True once a time is reached; and if it is too far away to be meant. */
  static boolean isDue(Instant notBefore, Instant now) {
    return !notBefore.isAfter(now) || notBefore.isAfter(now.plus(WAIT_MAX));
  }

  /** The steps that are due, by package, version and destination. */
  public static List<Step> plan(Slice slice, Instant now) {
    return timed(slice).stream().filter(timed -> timed.isDue(now)).map(Timed::step).toList();
  }

  /** When the first of the steps that are not due becomes due; empty if there is none. */
  public static Optional<Instant> next(Slice slice, Instant now) {
    return timed(slice).stream()
        .filter(timed -> !timed.isDue(now))
        .flatMap(timed -> timed.notBefore.stream())
        .min(Comparator.naturalOrder());
  }

  /** All steps whose effect is missing, due or not. */
  public static List<Step> missing(Slice slice) {
    return timed(slice).stream().map(Timed::step).toList();
  }

  private static List<Timed> timed(Slice slice) {
    List<Timed> all = new ArrayList<>();
    for (Slice.Wanted wanted : slice.packages()) {
      List<Step> steps = new ArrayList<>();
      if (wanted.keptHere()) {
        fetch(slice, wanted).ifPresent(steps::add);
      }
      if (wanted.placedHere()) {
        place(slice, wanted, steps);
      }
      for (Step step : steps) {
        Slice.Attempted attempted = new Slice.Attempted(step.version(), step.destination());
        all.add(new Timed(step, Optional.ofNullable(wanted.notBefore().get(attempted))));
      }
    }
    all.sort(ORDER);
    return all;
  }

  private static Optional<Step> fetch(Slice slice, Slice.Wanted wanted) {
    boolean madeHere = wanted.id().site().equals(slice.here().text());
    return wanted.versions().stream()
        .max(Comparator.comparingInt(Slice.Version::number))
        .filter(newest -> !newest.held() && !madeHere)
        .map(newest -> new Step.Fetch(wanted.id(), newest.number()));
  }

  private static void place(Slice slice, Slice.Wanted wanted, List<Step> steps) {
    OptionalInt newest =
        wanted.versions().stream()
            .filter(Slice.Version::held)
            .mapToInt(Slice.Version::number)
            .max();
    if (newest.isEmpty()) {
      return;
    }
    for (String place : slice.places()) {
      if (wanted.present().getOrDefault(place, 0) < newest.getAsInt()) {
        steps.add(new Step.Place(wanted.id(), newest.getAsInt(), place));
      }
    }
  }
}
