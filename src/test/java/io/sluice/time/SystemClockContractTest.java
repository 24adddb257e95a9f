package io.sluice.time;

class SystemClockContractTest extends ClockContractTest {
  @Override
  protected Clock clock() {
    return new SystemClock();
  }
}
