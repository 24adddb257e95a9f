package io.sluice.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.manifest.PackageId;
import io.sluice.site.SiteCode;
import io.sluice.time.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlannerPropertyTest {
  private static final SiteCode HERE = new SiteCode("WST");
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  private static Slice random(RandomGenerator random) {
    List<String> places = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      places.add("dp" + i);
    }
    List<Slice.Wanted> packages = new ArrayList<>();
    for (int i = random.nextInt(8); i > 0; i--) {
      List<Slice.Version> versions = new ArrayList<>();
      for (int v = random.nextInt(4); v > 0; v--) {
        versions.add(new Slice.Version(v, random.nextBoolean()));
      }
      Map<String, Integer> present = new HashMap<>();
      Map<Slice.Attempted, Instant> notBefore = new HashMap<>();
      places.forEach(
          place -> {
            if (random.nextBoolean()) {
              present.put(place, 1 + random.nextInt(4));
            }
            if (random.nextBoolean()) {
              notBefore.put(
                  new Slice.Attempted(1 + random.nextInt(3), place),
                  NOW.plusSeconds(random.nextInt(200) - 100));
            }
          });
      if (random.nextBoolean()) {
        notBefore.put(
            new Slice.Attempted(1 + random.nextInt(3), ""),
            NOW.plusSeconds(random.nextInt(200) - 100));
      }
      boolean placedHere = random.nextBoolean();
      packages.add(
          new Slice.Wanted(
              new PackageId(random.nextInt(4) == 0 ? "WST" : "CEN", i),
              placedHere,
              placedHere || random.nextBoolean(),
              versions,
              present,
              notBefore));
    }
    return new Slice(HERE, packages, places);
  }

  private static Slice shuffled(Slice slice, long seed) {
    Random random = new Random(seed);
    List<Slice.Wanted> packages = new ArrayList<>();
    for (Slice.Wanted wanted : slice.packages()) {
      List<Slice.Version> versions = new ArrayList<>(wanted.versions());
      Collections.shuffle(versions, random);
      packages.add(
          new Slice.Wanted(
              wanted.id(),
              wanted.placedHere(),
              wanted.keptHere(),
              versions,
              wanted.present(),
              wanted.notBefore()));
    }
    Collections.shuffle(packages, random);
    List<String> places = new ArrayList<>(slice.places());
    Collections.shuffle(places, random);
    return new Slice(slice.here(), packages, places);
  }

  /** The slice after a step was carried out. */
  private static Slice after(Slice slice, Step step) {
    return new Slice(
        slice.here(),
        slice.packages().stream().map(wanted -> after(wanted, step)).toList(),
        slice.places());
  }

  private static Slice.Wanted after(Slice.Wanted wanted, Step step) {
    if (!wanted.id().equals(step.id())) {
      return wanted;
    }
    Map<String, Integer> present = new HashMap<>(wanted.present());
    List<Slice.Version> versions = new ArrayList<>(wanted.versions());
    switch (step) {
      case Step.Fetch fetch ->
          versions.replaceAll(
              version ->
                  version.number() == fetch.version()
                      ? new Slice.Version(version.number(), true)
                      : version);
      case Step.Place place -> present.put(place.place(), place.version());
    }
    return new Slice.Wanted(
        wanted.id(), wanted.placedHere(), wanted.keptHere(), versions, present, wanted.notBefore());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void isDeterministicAndIndependentOfOrder(long seed) {
    RandomGenerator random = new Random(seed);
    for (int round = 0; round < 50; round++) {
      Slice slice = random(random);
      List<Step> plan = Planner.plan(slice, NOW);
      assertThat(Planner.plan(slice, NOW)).isEqualTo(plan);
      assertThat(Planner.plan(shuffled(slice, seed + round), NOW))
          .as("seed %d round %d", seed, round)
          .isEqualTo(plan);
      assertThat(new HashSet<>(plan)).hasSameSizeAs(plan);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14, 15, 16})
  void plansOfSlicesAreTogetherThePlanOfEverything(long seed) {
    RandomGenerator random = new Random(seed);
    for (int round = 0; round < 50; round++) {
      Slice slice = random(random);
      Set<Step> ofPackages = new HashSet<>();
      for (Slice.Wanted wanted : slice.packages()) {
        for (String place : slice.places()) {
          ofPackages.addAll(Planner.plan(new Slice(HERE, List.of(wanted), List.of(place)), NOW));
        }
        ofPackages.addAll(Planner.plan(new Slice(HERE, List.of(wanted), List.of()), NOW));
      }
      assertThat(ofPackages)
          .as("seed %d round %d", seed, round)
          .isEqualTo(new HashSet<>(Planner.plan(slice, NOW)));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23, 24, 25, 26})
  void aStepDoneIsNeverPlannedAgainAndOthersDoNotMultiply(long seed) {
    RandomGenerator random = new Random(seed);
    for (int round = 0; round < 30; round++) {
      Slice slice = random(random);
      Set<Step> done = new HashSet<>();
      Instant later = NOW.plusSeconds(1_000);
      for (List<Step> plan = Planner.plan(slice, later); !plan.isEmpty(); ) {
        Step step = plan.get(random.nextInt(plan.size()));
        assertThat(done.add(step)).as("seed %d round %d: %s twice", seed, round, step).isTrue();
        slice = after(slice, step);
        List<Step> next = Planner.plan(slice, later);
        assertThat(next).doesNotContain(step);
        if (step instanceof Step.Place) {
          List<Step> rest = new ArrayList<>(plan);
          rest.remove(step);
          assertThat(next).isEqualTo(rest);
        }
        plan = next;
      }
      assertThat(Planner.missing(slice)).isEmpty();
      assertThat(Planner.next(slice, later)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {31, 32, 33, 34, 35, 36})
  void plansNothingPresentOlderUnwantedUnheldOrNotDue(long seed) {
    RandomGenerator random = new Random(seed);
    for (int round = 0; round < 50; round++) {
      Slice slice = random(random);
      Map<PackageId, Slice.Wanted> packages = new TreeMap<>();
      slice.packages().forEach(wanted -> packages.put(wanted.id(), wanted));
      for (Step step : Planner.plan(slice, NOW)) {
        Slice.Wanted wanted = packages.get(step.id());
        Optional<Slice.Version> version =
            wanted.versions().stream().filter(v -> v.number() == step.version()).findFirst();
        Instant notBefore =
            wanted.notBefore().get(new Slice.Attempted(step.version(), step.destination()));
        assertThat(notBefore == null || !notBefore.isAfter(NOW)).isTrue();
        switch (step) {
          case Step.Fetch fetch -> {
            assertThat(wanted.keptHere()).isTrue();
            assertThat(version.orElseThrow().held()).isFalse();
            assertThat(fetch.id().site()).isNotEqualTo(HERE.text());
          }
          case Step.Place place -> {
            assertThat(wanted.placedHere()).isTrue();
            assertThat(version.orElseThrow().held()).isTrue();
            assertThat(wanted.present().getOrDefault(place.place(), 0)).isLessThan(place.version());
          }
        }
      }
    }
  }

  @Test
  void aRetryThatAClockSetBackMovedFarAwayIsDue() {
    Slice.Wanted wanted =
        new Slice.Wanted(
            new PackageId("CEN", 1),
            true,
            true,
            List.of(new Slice.Version(1, true)),
            Map.of(),
            Map.of(new Slice.Attempted(1, "dp1"), NOW.plus(Duration.ofDays(365))));
    assertThat(Planner.plan(new Slice(HERE, List.of(wanted), List.of("dp1")), NOW)).hasSize(1);
  }

  /**
   * Q319207: one failing distribution point made every site receive the package again on each
   * retry. Fifty sites, one whose distribution point always fails, two days.
   */
  @Test
  void oneFailingDestinationAddsNoWorkForOthers() {
    Random random = new Random(319207);
    Backoff backoff = new Backoff(Duration.ofSeconds(10), Duration.ofMinutes(10));
    PackageId id = new PackageId("CEN", 14);
    int sites = 50;
    int failing = 17;
    List<Slice> slices = new ArrayList<>();
    for (int i = 0; i < sites; i++) {
      slices.add(
          new Slice(
              new SiteCode("S" + (100 + i)),
              List.of(
                  new Slice.Wanted(
                      id, true, true, List.of(new Slice.Version(1, false)), Map.of(), Map.of())),
              List.of("dp")));
    }
    Map<String, Integer> carriedOut = new TreeMap<>();
    int attempts = 0;
    for (Instant now = NOW; now.isBefore(NOW.plus(Duration.ofDays(2))); ) {
      Instant next = now.plus(Duration.ofHours(1));
      for (int i = 0; i < sites; i++) {
        for (Step step : Planner.plan(slices.get(i), now)) {
          carriedOut.merge(i + " " + step, 1, Integer::sum);
          if (i == failing && step instanceof Step.Place) {
            attempts++;
            Instant notBefore = now.plus(backoff.after(attempts, random));
            Slice.Wanted wanted = slices.get(i).packages().getFirst();
            slices.set(
                i,
                new Slice(
                    slices.get(i).here(),
                    List.of(
                        new Slice.Wanted(
                            id,
                            true,
                            true,
                            wanted.versions(),
                            wanted.present(),
                            Map.of(new Slice.Attempted(1, "dp"), notBefore))),
                    List.of("dp")));
          } else {
            slices.set(i, after(slices.get(i), step));
          }
        }
        boolean due = !Planner.plan(slices.get(i), now).isEmpty();
        Instant then = due ? now : Planner.next(slices.get(i), now).orElse(next);
        next = then.isBefore(next) ? then : next;
      }
      now = next;
    }
    assertThat(attempts).isBetween(48 * 6, 48 * 12 + 20);
    assertThat(carriedOut).hasSize(2 * sites);
    int total = carriedOut.values().stream().mapToInt(Integer::intValue).sum();
    assertThat(total).isEqualTo(2 * sites - 1 + attempts);
  }
}
