package io.sluice.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What every clock keeps to, the simulated one too. */
public abstract class ClockContractTest {
  /** Short, because the machine's clock really waits. */
  private static final Duration NAP = Duration.ofMillis(2);

  /** A clock nobody has looked at. */
  protected abstract Clock clock();

  @Test
  void nanosecondsNeverGoBack() throws InterruptedException {
    Clock clock = clock();
    long last = clock.nanos();
    for (int i = 0; i < 100; i++) {
      long now = clock.nanos();
      assertThat(now).isGreaterThanOrEqualTo(last);
      last = now;
    }
  }

  @Test
  void sleepingLetsAtLeastSoMuchTimePass() throws InterruptedException {
    Clock clock = clock();
    long before = clock.nanos();
    clock.sleep(NAP);
    assertThat(clock.nanos() - before).isGreaterThanOrEqualTo(NAP.toNanos());
  }

  @Test
  void sleepingForNoTimeReturns() throws InterruptedException {
    Clock clock = clock();
    long before = clock.nanos();
    clock.sleep(Duration.ZERO);
    assertThat(clock.nanos()).isGreaterThanOrEqualTo(before);
  }

  @Test
  void anInterruptedSleeperWakes() {
    Clock clock = clock();
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> clock.sleep(Duration.ofDays(1)))
        .isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void itIsNotBeforeThisWasWritten() {
    assertThat(clock().now()).isAfter(Instant.parse("2025-01-01T00:00:00Z"));
  }
}
