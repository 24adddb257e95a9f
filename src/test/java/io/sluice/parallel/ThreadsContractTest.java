package io.sluice.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every {@link Threads} does. */
abstract class ThreadsContractTest {
  private static final int JOBS = 50;

  abstract Threads threads();

  @AfterEach
  void leavesNoInterruptionBehind() {
    assertThat(Thread.interrupted()).isFalse();
  }

  static Failure failure(String what) {
    return Failure.permanent(Code.DISK_ERROR, what, "it was told to", "nothing");
  }

  @Test
  void givesResultsInTheOrderOfTheJobs() throws Exception {
    List<Job<Integer>> jobs = new ArrayList<>();
    for (int i = 0; i < JOBS; i++) {
      int number = i;
      jobs.add(
          () -> {
            if (number % 3 == 0) {
              LockSupport.parkNanos(50_000);
            }
            return number;
          });
    }
    assertThat(threads().all(jobs, 7))
        .containsExactlyElementsOf(IntStream.range(0, JOBS).boxed().toList());
  }

  @Test
  void runsNoJobsForAnEmptyList() throws Exception {
    assertThat(threads().all(List.<Job<String>>of(), 3)).isEmpty();
  }

  @Test
  void runsNoMoreAtOnceThanAllowed() throws Exception {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Job<Integer> job =
        () -> {
          most.accumulateAndGet(running.incrementAndGet(), Math::max);
          for (int i = 0; i < 5; i++) {
            LockSupport.parkNanos(50_000);
          }
          return running.decrementAndGet();
        };
    threads().all(Collections.nCopies(JOBS, job), 3);
    assertThat(most.get()).isBetween(1, 3);
  }

  @Test
  void throwsTheFirstFailureAndStartsNothingAfterIt() {
    AtomicInteger started = new AtomicInteger();
    List<Job<Integer>> jobs = new ArrayList<>();
    for (int i = 0; i < JOBS; i++) {
      int number = i;
      jobs.add(
          () -> {
            started.incrementAndGet();
            if (number == 2) {
              throw failure("job 2");
            }
            return number;
          });
    }
    assertThatThrownBy(() -> threads().all(jobs, 1)).isInstanceOf(Failure.class);
    assertThat(started.get()).isEqualTo(3);
  }

  @Test
  void throwsADefectAsItIs() {
    Job<Integer> job =
        () -> {
          throw new IllegalStateException("a defect");
        };
    assertThatThrownBy(() -> threads().all(List.of(job), 2))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a defect");
  }

  @Test
  void refusesToRunNothingAtOnce() {
    assertThatIllegalArgumentException().isThrownBy(() -> threads().all(List.of(), 0));
    assertThatIllegalArgumentException().isThrownBy(() -> threads().crew("crew", 0, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> threads().crew("crew", 1, 0));
  }

  @Test
  void endsWhenTheCallerIsInterrupted() {
    AtomicInteger ran = new AtomicInteger();
    Job<Integer> job =
        () -> {
          Thread.sleep(100_000);
          return ran.incrementAndGet();
        };
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> threads().all(List.of(job, job), 2))
        .isInstanceOf(InterruptedException.class);
    assertThat(ran.get()).isZero();
  }

  @Test
  void hasAtLeastOneCore() {
    assertThat(threads().cores()).isPositive();
  }

  @Test
  void aCrewRunsEveryTask() throws Exception {
    AtomicInteger sum = new AtomicInteger();
    try (Crew crew = threads().crew("crew", 3, 2)) {
      for (int i = 1; i <= JOBS; i++) {
        int number = i;
        crew.submit(() -> sum.addAndGet(number));
      }
      crew.finish();
      assertThat(sum.get()).isEqualTo(JOBS * (JOBS + 1) / 2);
      crew.submit(() -> sum.addAndGet(1));
      crew.finish();
      assertThat(sum.get()).isEqualTo(JOBS * (JOBS + 1) / 2 + 1);
    }
  }

  @Test
  void aCrewThrowsTheFirstFailureAndDropsWhatComesAfter() throws Exception {
    AtomicInteger ran = new AtomicInteger();
    try (Crew crew = threads().crew("crew", 1, 1)) {
      crew.submit(
          () -> {
            throw failure("the first");
          });
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < JOBS; i++) {
                  crew.submit(ran::incrementAndGet);
                }
              })
          .isInstanceOf(Failure.class)
          .hasMessageContaining("the first");
      assertThatThrownBy(crew::finish)
          .isInstanceOf(Failure.class)
          .hasMessageContaining("the first");
    }
    assertThat(ran.get()).isZero();
  }

  @Test
  void aCrewIsWaitedForByAnInterruptedThreadToo() throws Exception {
    AtomicInteger ran = new AtomicInteger();
    try (Crew crew = threads().crew("crew", 1, JOBS)) {
      for (int i = 0; i < JOBS; i++) {
        crew.submit(ran::incrementAndGet);
      }
      Thread.currentThread().interrupt();
      crew.finishWhatever();
      assertThat(ran.get()).isEqualTo(JOBS);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void aClosedCrewTakesNothing() throws Exception {
    Crew crew = threads().crew("crew", 2, 2);
    crew.submit(() -> 1);
    crew.close();
    crew.close();
    assertThatThrownBy(() -> crew.submit(() -> 1)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void leavesNoThreadBehind() throws Exception {
    List<Thread> seen = Collections.synchronizedList(new ArrayList<>());
    Job<Boolean> job = () -> seen.add(Thread.currentThread());
    threads().all(Collections.nCopies(8, job), 4);
    try (Crew crew = threads().crew("crew", 3, 4)) {
      for (int i = 0; i < 8; i++) {
        crew.submit(job);
      }
    }
    assertThat(seen)
        .isNotEmpty()
        .allMatch(thread -> thread.equals(Thread.currentThread()) || !thread.isAlive());
  }
}
