package io.sluice.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.thread.Scheduler;
import org.junit.jupiter.api.Test;

class SilenceWatchTest {
  private final Turns turns = new Turns();
  private final AtomicInteger ended = new AtomicInteger();

  /** Runs what is scheduled when it is told to. */
  private static final class Turns extends AbstractLifeCycle implements Scheduler {
    private final Deque<Runnable> due = new ArrayDeque<>();
    private long everyMillis;

    @Override
    public Task schedule(Runnable task, long delay, TimeUnit unit) {
      everyMillis = unit.toMillis(delay);
      due.add(task);
      return () -> due.remove(task);
    }

    void take(int count) {
      for (int i = 0; i < count && !due.isEmpty(); i++) {
        due.remove().run();
      }
    }
  }

  private SilenceWatch watch() {
    return new SilenceWatch(turns, Duration.ofSeconds(60), ended::incrementAndGet);
  }

  @Test
  void endsAWaitThatIsLongerThanTheSilenceBorne() {
    SilenceWatch watch = watch();
    watch.begins();
    turns.take(SilenceWatch.LOOKS);
    assertThat(ended).hasValue(0);
    turns.take(5);
    assertThat(ended).hasValue(1);
    assertThat(turns.everyMillis * SilenceWatch.LOOKS).isEqualTo(60_000);
  }

  @Test
  void eachByteBeginsTheSilenceAnew() {
    SilenceWatch watch = watch();
    for (int i = 0; i < 10; i++) {
      watch.begins();
      turns.take(SilenceWatch.LOOKS);
      watch.ends();
    }
    assertThat(ended).hasValue(0);
  }

  @Test
  void whatTheReaderDoesMeanwhileIsNoSilence() {
    SilenceWatch watch = watch();
    watch.begins();
    watch.ends();
    turns.take(100);
    assertThat(ended).hasValue(0);
  }

  @Test
  void endsNothingAfterItWasClosed() {
    try (SilenceWatch watch = watch()) {
      watch.begins();
    }
    turns.take(100);
    assertThat(ended).hasValue(0);
    assertThat(turns.due).isEmpty();
  }
}
