package io.sluice.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.failure.Failure;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class OsThreadsTest extends ThreadsContractTest {
  @Override
  Threads threads() {
    return new OsThreads();
  }

  @Test
  void aFailureInterruptsTheJobsThatRunAndWaitsForThem() {
    CountDownLatch waiting = new CountDownLatch(1);
    AtomicBoolean interrupted = new AtomicBoolean();
    Job<Integer> waits =
        () -> {
          waiting.countDown();
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            interrupted.set(true);
            throw e;
          }
          return 0;
        };
    Job<Integer> fails =
        () -> {
          waiting.await();
          throw failure("the second");
        };
    assertThatThrownBy(() -> threads().all(List.of(waits, fails), 2))
        .isInstanceOf(Failure.class)
        .hasMessageContaining("the second");
    assertThat(interrupted.get()).isTrue();
  }

  @Test
  void submittingWaitsWhileTheQueueIsFull() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch begun = new CountDownLatch(1);
    AtomicInteger handedOver = new AtomicInteger();
    try (Crew crew = threads().crew("crew", 1, 2)) {
      crew.submit(
          () -> {
            begun.countDown();
            go.await();
            return 0;
          });
      begun.await();
      Thread submitting =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      for (int i = 0; i < 3; i++) {
                        crew.submit(() -> 0);
                        handedOver.incrementAndGet();
                      }
                    } catch (Failure | InterruptedException e) {
                      throw new IllegalStateException(e);
                    }
                  });
      while (submitting.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      assertThat(handedOver.get()).isEqualTo(2);
      go.countDown();
      submitting.join();
      crew.finish();
      assertThat(handedOver.get()).isEqualTo(3);
    }
  }

  @Test
  void submittingToAFullQueueEndsWithTheFailureOfTheTaskInFront() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    try (Crew crew = threads().crew("crew", 1, 1)) {
      crew.submit(
          () -> {
            go.await();
            throw failure("in front");
          });
      Thread submitting =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      crew.submit(() -> 0);
                      crew.submit(() -> 0);
                      crew.submit(() -> 0);
                    } catch (Failure | InterruptedException e) {
                      thrown.set(e);
                    }
                  });
      while (submitting.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      go.countDown();
      submitting.join();
    }
    assertThat(thrown.get()).hasMessageContaining("in front");
  }

  @Test
  void closingInterruptsTasksAndDropsTheRest() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    AtomicInteger ran = new AtomicInteger();
    try (Crew crew = threads().crew("crew", 1, 4)) {
      crew.submit(
          () -> {
            begun.countDown();
            new CountDownLatch(1).await();
            return 0;
          });
      crew.submit(ran::incrementAndGet);
      begun.await();
    }
    assertThat(ran.get()).isZero();
  }

  @Test
  void namesTheThreadsOfACrew() throws Exception {
    AtomicReference<String> name = new AtomicReference<>();
    try (Crew crew = threads().crew("seal", 1, 1)) {
      crew.submit(
          () -> {
            name.set(Thread.currentThread().getName());
            return 0;
          });
      crew.finish();
    }
    assertThat(name.get()).isEqualTo("seal-1");
  }
}
