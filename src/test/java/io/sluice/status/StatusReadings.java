package io.sluice.status;

import io.sluice.failure.Failure;

/** Facts of any origin, read. */
public final class StatusReadings {
  private StatusReadings() {}

  public static void facts(byte[] bytes) throws Failure {
    for (FactLines.Line line : FactLines.parse(bytes)) {
      Fact fact = line.fact();
      if (!(fact.event() instanceof Event.Unknown)
          && !FactLines.stored(FactLines.print(fact)).equals(fact)) {
        throw new AssertionError("what was accepted is written as something else");
      }
    }
  }
}
