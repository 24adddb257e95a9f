package io.sluice.status;

import io.sluice.site.SiteCode;
import java.util.Comparator;

/** Which fact: its origin and its number there. Ordered by origin, epoch, sequence. */
public record Stamp(SiteCode origin, long epoch, long sequence) implements Comparable<Stamp> {
  private static final Comparator<Stamp> ORDER =
      Comparator.comparing(Stamp::origin)
          .thenComparingLong(Stamp::epoch)
          .thenComparingLong(Stamp::sequence);

  public Stamp {
    if (epoch < 1 || sequence < 1) {
      throw new IllegalArgumentException("a fact numbered " + epoch + "/" + sequence);
    }
  }

  @Override
  public int compareTo(Stamp other) {
    return ORDER.compare(this, other);
  }
}
