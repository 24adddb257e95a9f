package io.sluice.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PlacesTest {
  private record Entry(Digest digest, long place) {}

  private static List<Entry> ordered(List<Entry> entries) {
    Places places = new Places();
    entries.forEach(entry -> places.add(entry.digest(), entry.place()));
    List<Entry> found = new ArrayList<>();
    for (int at : places.order()) {
      found.add(new Entry(places.digest(at), places.place(at)));
    }
    return found;
  }

  private static List<Entry> compared(List<Entry> entries) {
    return entries.stream()
        .sorted(Comparator.comparing(Entry::digest).thenComparingLong(Entry::place))
        .toList();
  }

  @Test
  void anyNumberComesInOrder() {
    Random random = new Random(1);
    for (int count : new int[] {0, 1, 2, 3, 255, 256, 257, 5_000}) {
      List<Entry> entries = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        Digest digest =
            new Digest(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
        entries.add(new Entry(digest, random.nextLong(Long.MAX_VALUE)));
      }
      assertThat(ordered(entries)).isEqualTo(compared(entries));
    }
  }

  /** As a chunk has that lies in several places, or digests that somebody chose. */
  @Test
  void whatBeginsAlikeIsTakenApartByTheRest() {
    Random random = new Random(2);
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      Digest digest =
          new Digest(
              random.nextInt(3) - 1, random.nextInt(2), random.nextInt(3) - 1, random.nextInt(2));
      entries.add(new Entry(digest, random.nextInt(5)));
    }
    assertThat(ordered(entries)).isEqualTo(compared(entries));
  }
}
