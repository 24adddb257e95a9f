package io.sluice.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Three whole sites in one thread, while everything that can go wrong does (see Simulation). */
class SimulationTest {
  private static final int LINES_SHOWN = 60;

  @TempDir private static Path sources;

  @BeforeAll
  static void makeFolders() throws IOException {
    for (int i = 0; i < 8; i++) {
      Files.createDirectory(sources.resolve("p" + i));
    }
  }

  static LongStream seeds() {
    return LongStream.rangeClosed(1, 50);
  }

  static LongStream manySeeds() {
    return LongStream.rangeClosed(1_001, 2_000);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void everythingArrivesWhateverGoesWrong(long seed) throws Exception {
    Simulation.Outcome outcome = run(seed);
    assertThat(outcome.versions()).isPositive();
  }

  @Tag("long")
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("manySeeds")
  void everythingArrivesWhateverGoesWrongManyTimes(long seed) throws Exception {
    run(seed);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 7, 23})
  void theSameSeedReplaysTheSameRun(long seed) throws Exception {
    assertThat(run(seed)).isEqualTo(run(seed));
  }

  private static Simulation.Outcome run(long seed) throws Exception {
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
