package io.sluice.content;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.failure.Failure;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LibraryIndexTest {
  private static final Path FOLDER = Path.of("/library").toAbsolutePath();
  private static final int ROUNDS = 30;
  private static final int ENTRIES = 200;

  private final MemoryDisk disk = new MemoryDisk();
  private final Map<Digest, TreeSet<Long>> model = new HashMap<>();
  private final Map<Long, Integer> packs = new TreeMap<>();

  private LibraryIndex index() throws Failure {
    LibraryFiles files = new LibraryFiles(disk, FOLDER, new Stop("the content library"));
    files.prepare();
    return new LibraryIndex(files);
  }

  private static IndexRun.PackSeal seal(long pack) {
    return new IndexRun.PackSeal(pack, 5000, Digest.of(new byte[] {(byte) pack}));
  }

  private void settle(LibraryIndex index) throws Failure {
    Map<IndexRun.PackSeal, Integer> sealed = new HashMap<>();
    packs.forEach((pack, entries) -> sealed.put(seal(pack), entries));
    index.settle(sealed);
    boolean merged = true;
    while (merged) {
      merged = index.mergeOnce();
    }
  }

  private static Digest digest(RandomGenerator random) {
    // Few of them, so that many lie in several packs, and some digests share their first half.
    return new Digest(random.nextLong(40) << 58 | random.nextLong(20), 0, 0, random.nextLong(2));
  }

  private void addPack(LibraryIndex index, long pack, RandomGenerator random) {
    TreeSet<String> listed = new TreeSet<>();
    for (int i = 0; i < ENTRIES; i++) {
      Digest digest = digest(random);
      long place = FramePlace.of(pack, 16 + random.nextInt(20));
      index.add(digest, place);
      model.computeIfAbsent(digest, absent -> new TreeSet<>()).add(place);
      listed.add(digest + " " + place);
    }
    packs.put(pack, listed.size());
  }

  private void requireSame(LibraryIndex index, RandomGenerator random) {
    model.values().removeIf(TreeSet::isEmpty);
    model.forEach((digest, places) -> assertThat(places).contains(index.find(digest)));
    assertThat(index.size()).isEqualTo(model.size());
    for (int i = 0; i < ENTRIES; i++) {
      Digest digest = digest(random);
      assertThat(index.find(digest) == ChunkIndex.ABSENT).isEqualTo(!model.containsKey(digest));
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void findsWhatAMapFindsWhereverItLies(long seed) throws Exception {
    RandomGenerator random = TestContent.random(seed);
    LibraryIndex index = index();
    for (long pack = 1; pack <= ROUNDS; pack++) {
      addPack(index, pack, random);
      if (random.nextInt(3) == 0) {
        settle(index);
      }
      if (random.nextInt(4) == 0) {
        long leaving = 1 + random.nextLong(pack);
        index.removeIf(place -> FramePlace.pack(place) == leaving);
        model.values().forEach(each -> each.removeIf(p -> FramePlace.pack(p) == leaving));
        packs.remove(leaving);
      }
      requireSame(index, random);
    }
    settle(index);
    assertThat(index.isDue(1)).isFalse();
    requireSame(index, random);
    LibraryIndex again = index();
    assertThat(again.load()).isEmpty();
    assertThat(again.size()).isZero();
    packs.keySet().forEach(pack -> again.runOf(pack).orElseThrow().believe(pack));
    requireSame(again, random);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2})
  void aPackOfWhichSomethingDoesNotCountStaysInMemory(long seed) throws Exception {
    RandomGenerator random = TestContent.random(seed);
    LibraryIndex index = index();
    addPack(index, 1, random);
    addPack(index, 2, random);
    index.removeIf(place -> place == FramePlace.of(1, 20));
    settle(index);
    assertThat(index.covered()).containsExactly(2L);
    LibraryIndex again = index();
    again.load();
    assertThat(again.runOf(1)).isEmpty();
  }

  @Test
  @Timeout(60)
  void mergingHoldsNobodyUpAndMissesNothing() throws Exception {
    RandomGenerator random = TestContent.random(9);
    LibraryIndex index = index();
    for (long pack = 1; pack <= 2; pack++) {
      addPack(index, pack, random);
      index.settle(Map.of(seal(pack), packs.get(pack)));
    }
    Thread other =
        Thread.ofPlatform()
            .unstarted(
                () -> {
                  index.removeIf(place -> FramePlace.pack(place) == 1);
                  model.values().forEach(each -> each.removeIf(p -> FramePlace.pack(p) == 1));
                  addPack(index, 3, random);
                  requireSame(index, random);
                });
    disk.listen(
        point -> {
          if (point.equals("content.index-written")) {
            other.start();
            awaitEnd(other);
          }
        });
    assertThat(index.mergeOnce()).isTrue();
    assertThat(index.mergeOnce()).isFalse();
    assertThat(other.getState()).isEqualTo(Thread.State.TERMINATED);
    assertThat(index.find(new Digest(1, 2, 3, 4))).isEqualTo(ChunkIndex.ABSENT);
    requireSame(index, random);
    assertThat(index.check()).isEmpty();
  }

  private static void awaitEnd(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
