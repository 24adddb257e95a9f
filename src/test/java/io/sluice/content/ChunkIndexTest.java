package io.sluice.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkIndexTest {
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void doesWhatAMapOfListsDoes(long seed) {
    RandomGenerator random = TestContent.random(seed);
    ChunkIndex index = new ChunkIndex();
    Map<Digest, List<Long>> map = new HashMap<>();
    for (int i = 0; i < 60_000; i++) {
      // Few values in each field, so that digests share some of their longs and slots.
      Digest digest =
          new Digest(
              random.nextLong(1L << 14) << 50 | random.nextLong(2),
              random.nextLong(2),
              random.nextLong(2),
              random.nextLong(3));
      long place = random.nextLong(1000);
      assertThat(index.add(digest, place)).isEqualTo(!map.containsKey(digest));
      List<Long> places = map.computeIfAbsent(digest, absent -> new ArrayList<>());
      if (!places.contains(place)) {
        places.add(place);
      }
      if (i % 20_000 == 19_999) {
        index.removeIf(each -> each % 3 == 0);
        map.values().forEach(each -> each.removeIf(one -> one % 3 == 0));
        map.values().removeIf(List::isEmpty);
        assertThat(index.size()).isEqualTo(map.size());
      }
    }
    assertThat(index.size()).isEqualTo(map.size());
    map.forEach((digest, places) -> assertThat(index.find(digest)).isEqualTo(places.getFirst()));
    assertThat(index.find(new Digest(5, 6, 7, 8))).isEqualTo(ChunkIndex.ABSENT);
  }

  @Test
  void takesEveryPlaceAFrameCanHave() {
    ChunkIndex index = new ChunkIndex();
    long last = FramePlace.of(FramePlace.PACK_MAX, PackFormat.FRAMES_END_MAX - 1);
    assertThat(index.add(new Digest(0, 0, 0, 0), 0)).isTrue();
    assertThat(index.add(new Digest(-1, -1, -1, -1), last - 1)).isTrue();
    assertThat(index.find(new Digest(0, 0, 0, 0))).isZero();
    assertThat(index.find(new Digest(-1, -1, -1, -1))).isEqualTo(last - 1);
    assertThat(FramePlace.pack(last)).isEqualTo(FramePlace.PACK_MAX);
    assertThat(FramePlace.offset(last)).isEqualTo(PackFormat.FRAMES_END_MAX - 1);
    assertThatIllegalArgumentException().isThrownBy(() -> FramePlace.of(-1, 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FramePlace.of(1, PackFormat.FRAMES_END_MAX));
  }
}
