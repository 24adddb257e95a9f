package io.sluice.parallel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallerThreadTest extends ThreadsContractTest {
  @Override
  Threads threads() {
    return new CallerThread();
  }

  @Test
  void runsEverythingInTheCallingThreadInOrder() throws Exception {
    List<String> order = new ArrayList<>();
    try (Crew crew = threads().crew("crew", 8, 8)) {
      crew.submit(() -> order.add("a " + Thread.currentThread().threadId()));
      crew.submit(() -> order.add("b " + Thread.currentThread().threadId()));
      long self = Thread.currentThread().threadId();
      assertThat(order).containsExactly("a " + self, "b " + self);
    }
  }
}
