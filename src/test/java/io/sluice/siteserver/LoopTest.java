package io.sluice.siteserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.trust.SettableClock;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What ends a loop, and what does not. */
class LoopTest {
  private final SettableClock clock = new SettableClock(Instant.parse("2026-11-22T12:00:00Z"));

  @ParameterizedTest
  @EnumSource(names = {"DISK_ERROR", "DATABASE_UNAVAILABLE"})
  void whatMayNotBeReliedUponAnyMoreEndsIt(Code code) {
    Failure failure = Failure.permanent(code, "forcing", "the disk failed", "start again");
    CompletableFuture<Throwable> broken = new CompletableFuture<>();
    try (Loop loop =
        Loop.start(
            "test",
            () -> {
              throw failure;
            },
            clock,
            new Random(1),
            broken::complete)) {
      assertThat(loop).isNotNull();
      assertThat(broken.join()).isSameAs(failure);
    }
  }

  @Test
  void aDatabaseThatIsAwayForNowDoesNot() {
    AtomicInteger steps = new AtomicInteger();
    CompletableFuture<Boolean> recovered = new CompletableFuture<>();
    CompletableFuture<Throwable> broken = new CompletableFuture<>();
    try (Loop loop =
        Loop.start(
            "test",
            () -> {
              if (steps.incrementAndGet() < 3) {
                throw Failure.temporary(Code.DATABASE_UNAVAILABLE, "asking", "away", "wait");
              }
              recovered.complete(true);
              Thread.sleep(Long.MAX_VALUE);
            },
            clock,
            new Random(1),
            broken::complete)) {
      assertThat(loop).isNotNull();
      assertThat(recovered.join()).isTrue();
    }
    assertThat(broken).isNotDone();
  }
}
