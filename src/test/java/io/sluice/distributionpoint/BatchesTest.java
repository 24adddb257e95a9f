package io.sluice.distributionpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.parallel.CallerThread;
import io.sluice.parallel.OsThreads;
import io.sluice.parallel.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchesTest {
  private static final int MANY = 1000;

  private static List<Integer> taken(Threads threads) throws Exception {
    List<Integer> taken = new ArrayList<>();
    Batches<Integer> batches = new Batches<>(threads, taken::add);
    for (int i = 0; i < MANY; i++) {
      int number = i;
      batches.add(() -> number);
    }
    batches.finish();
    return taken;
  }

  @Test
  void everyResultIsTakenInTheOrderOfTheJobs() throws Exception {
    List<Integer> all = IntStream.range(0, MANY).boxed().toList();

    assertThat(taken(new CallerThread())).isEqualTo(all);
    assertThat(taken(new OsThreads())).isEqualTo(all);
  }

  @Test
  void resultsAreTakenBeforeTheLastJobsAreAdded() throws Exception {
    List<Integer> taken = new ArrayList<>();
    Batches<Integer> batches = new Batches<>(new CallerThread(), taken::add);
    int waiting = 0;
    for (int i = 1; i <= MANY; i++) {
      batches.add(() -> 0);
      waiting = Math.max(waiting, i - taken.size());
    }

    assertThat(waiting).isBetween(1, MANY / 10);
  }
}
