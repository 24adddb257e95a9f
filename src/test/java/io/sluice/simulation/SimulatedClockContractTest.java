package io.sluice.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.time.Clock;
import io.sluice.time.ClockContractTest;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SimulatedClockContractTest extends ClockContractTest {
  private final Timeline timeline = new Timeline(() -> {});
  private final Life life = new Life("CEN", 1);
  private final SimulatedClock.Offset offset = new SimulatedClock.Offset();

  @Override
  protected Clock clock() {
    return new SimulatedClock(timeline, life, offset);
  }

  @Test
  void settingTheWallClockDoesNotMoveTheOtherOne() {
    Clock clock = clock();
    Instant now = clock.now();
    long nanos = clock.nanos();
    offset.set(Duration.ofDays(-1));
    assertThat(clock.now()).isEqualTo(now.minus(Duration.ofDays(1)));
    assertThat(clock.nanos()).isEqualTo(nanos);
  }

  @Test
  void whoeverLooksCanDieOfIt() {
    Clock clock = clock();
    life.endAtStep(2);
    clock.now();
    assertThatThrownBy(clock::now).isInstanceOf(Death.class);
    assertThatThrownBy(clock::nanos).isInstanceOf(Death.class);
  }
}
