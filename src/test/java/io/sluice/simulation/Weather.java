package io.sluice.simulation;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * How bad things are: how often each fault strikes where it can. Drawn once for a run, so that some
 * runs have a lot of one fault and none of another; nothing strikes any more after {@link #calm}.
 */
final class Weather {
  private static final double[] ODDS = {0, 0, 0.02, 0.1, 0.3};

  private final RandomGenerator random;
  private final Tally tally;
  private final Map<Fault, Double> odds = new EnumMap<>(Fault.class);
  private final int slowest;
  private boolean calm;

  /** What can strike. */
  enum Fault {
    /** A request does not reach the parent. */
    REQUEST_LOST,
    /** The parent answers and the answer does not arrive. */
    ANSWER_LOST,
    /** An answer with segments breaks off, anywhere. */
    ANSWER_CUT,
    /** A byte of a segment is sent wrong, as a parent with bad memory would. */
    SEGMENT_DAMAGED,
    /** A list of assignments holds records of a foreign key, and outdated ones. */
    RECORDS_FORGED,
    /** A request reaches the parent twice. */
    REQUEST_TWICE,
    /** A distribution point cannot be written just now. */
    PLACE_FAILS,
    /** A distribution point keeps other bytes than it was given. */
    PLACE_DAMAGES
  }

  Weather(RandomGenerator random, Tally tally) {
    this.random = random;
    this.tally = tally;
    this.slowest = random.nextInt(1, 4_000);
    for (Fault fault : Fault.values()) {
      odds.put(fault, ODDS[random.nextInt(ODDS.length)]);
    }
  }

  void calm() {
    odds.clear();
    calm = true;
  }

  /** How long a child waits before it asks again, if it is not woken. */
  Duration untilPoll() {
    return Duration.ofMillis(
        calm ? random.nextInt(300_000, 600_000) : random.nextInt(1_000, 120_000));
  }

  boolean strikes(Fault fault) {
    double odd = odds.getOrDefault(fault, 0.0);
    boolean strikes = odd > 0 && random.nextDouble() < odd;
    tally.add(fault.name(), strikes ? 1 : 0);
    return strikes;
  }

  /** How long something takes. */
  Duration delay() {
    int millis = random.nextInt(slowest);
    tally.add(Tally.DELAYS, millis > 0 ? 1 : 0);
    return Duration.ofMillis(millis);
  }

  /** A number from 0 on. */
  int below(int bound) {
    return random.nextInt(bound);
  }
}
