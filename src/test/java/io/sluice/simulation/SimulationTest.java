package io.sluice.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Three whole sites in one thread, while everything that can go wrong does (see Simulation). */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SimulationTest {
  private static final int LINES_SHOWN = 60;

  /** Every so many seeds a run is replayed. */
  private static final int REPLAY_EVERY = 5;

  private static final int SEEDS = 50;

  @TempDir private static Path sources;

  private final Map<String, Long> troubles = new TreeMap<>();
  private int runs;

  @BeforeAll
  void makeFolders() throws IOException {
    for (int i = 0; i < 8; i++) {
      Files.createDirectory(sources.resolve("p" + i));
    }
  }

  static LongStream seeds() {
    return LongStream.rangeClosed(1, SEEDS);
  }

  static LongStream replayedSeeds() {
    return seeds().filter(seed -> seed % REPLAY_EVERY == 1);
  }

  static LongStream manySeeds() {
    return LongStream.rangeClosed(1_001, 2_000);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void everythingArrivesWhateverGoesWrong(long seed) throws Exception {
    Simulation.Outcome outcome = run(seed);
    assertThat(outcome.versions()).isPositive();
    outcome.troubles().forEach((what, times) -> troubles.merge(what, times, Long::sum));
    runs++;
  }

  /** A simulation in which nothing goes wrong proves nothing. Looked at if every seed was run. */
  @AfterAll
  void everythingThatCanGoWrongDid() {
    if (runs == SEEDS) {
      System.out.println("SimulationTest " + troubles);
      Stream.of(
              Arrays.stream(Weather.Fault.values()).map(Enum::name),
              Arrays.stream(SimulatedSite.End.values()).map(Enum::name),
              Stream.of(Tally.DELAYS, Tally.UNFORCED_BYTES_LOST, Tally.CHUNKS_AGAIN))
          .flatMap(names -> names)
          .forEach(name -> assertThat(troubles.get(name)).as(name).isNotNull().isPositive());
    }
  }

  @Tag("long")
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("manySeeds")
  void everythingArrivesWhateverGoesWrongManyTimes(long seed) throws Exception {
    run(seed);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("replayedSeeds")
  void theSameSeedReplaysTheSameRun(long seed) throws Exception {
    assertThat(run(seed)).isEqualTo(run(seed));
  }

  private Simulation.Outcome run(long seed) throws Exception {
    Simulation simulation = new Simulation(seed, sources);
    try {
      return simulation.run();
    } catch (Exception | AssertionError e) {
      List<String> log = simulation.log();
      throw new AssertionError(
          "seed %d: %s%n  %s"
              .formatted(
                  seed,
                  e.getMessage(),
                  String.join(
                      "\n  ", log.subList(Math.max(0, log.size() - LINES_SHOWN), log.size()))),
          e);
    }
  }
}
