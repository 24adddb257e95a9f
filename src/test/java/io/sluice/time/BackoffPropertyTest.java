package io.sluice.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackoffPropertyTest {
  private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(200), Duration.ofMinutes(5));

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 42})
  void waitsBetweenHalfAndAllOfTheDoubledTimeAndNeverBeyondTheMost(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int attempt = 1; attempt < 200; attempt++) {
      Duration wait = BACKOFF.after(attempt, random);
      long whole = (long) Math.min(200 * Math.pow(2, attempt - 1), 300_000);
      assertThat(wait.toMillis())
          .as("seed %d attempt %d", seed, attempt)
          .isBetween(whole / 2, whole);
    }
  }

  @Test
  void refusesAWaitThatIsNotPositive() {
    assertThatThrownBy(() -> new Backoff(Duration.ZERO, Duration.ofSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
