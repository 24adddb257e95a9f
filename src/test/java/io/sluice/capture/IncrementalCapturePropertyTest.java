package io.sluice.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.content.TestContent;
import io.sluice.failure.Failure;
import io.sluice.manifest.Name;
import io.sluice.parallel.CallerThread;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IncrementalCapturePropertyTest {
  private static final int ROUNDS = 12;

  /** Around the sizes at which cutting changes its mind. */
  private static final int[] SIZES = {
    0, 1, 100, 3_000, 16_383, 16_384, 16_385, 50_000, 65_536, 150_000, 262_143, 262_144, 262_145,
    700_000
  };

  @TempDir Path folder;

  private Library open(String name) throws Failure {
    return Library.open(new HostDisk(), folder.resolve(name));
  }

  private Capture capture(MemoryPlatform platform, Library library) {
    return new Capture(platform, new CallerThread(), library, new LaterClock());
  }

  private MemoryPlatform tree(RandomGenerator random) throws Exception {
    MemoryPlatform platform =
        new MemoryPlatform(java.nio.file.Files.createDirectory(folder.resolve("source")));
    for (int i = 0; i < 60; i++) {
      edit(platform, random, 0);
    }
    return platform;
  }

  private static byte[] bytes(RandomGenerator random) {
    int size = SIZES[random.nextInt(SIZES.length)];
    return random.nextBoolean()
        ? TestContent.noise(random.nextLong(), size)
        : TestContent.text(random.nextLong(), size);
  }

  private static Name name(RandomGenerator random) {
    return Name.of("n" + random.nextInt(40));
  }

  private static <T> T one(List<T> of, RandomGenerator random) {
    return of.get(random.nextInt(of.size()));
  }

  /** One change; with {@code kinds} 0 it only adds. */
  private static void edit(MemoryPlatform platform, RandomGenerator random, int kinds) {
    MemoryPlatform.Node directory = one(platform.directories(), random);
    List<Name> files = new ArrayList<>();
    directory.children.forEach(
        (name, node) -> {
          if (!node.isDirectory) {
            files.add(name);
          }
        });
    int kind = files.isEmpty() ? 0 : random.nextInt(kinds + 2);
    Name file = files.isEmpty() ? name(random) : one(files, random);
    switch (kind) {
      case 0, 1 -> {
        Name name = name(random);
        if (!directory.children.containsKey(name)) {
          boolean isDirectory = random.nextInt(8) == 0;
          MemoryPlatform.Node added = platform.add(directory, name, isDirectory);
          if (!isDirectory) {
            platform.write(added, bytes(random));
          }
        }
      }
      case 2 -> platform.write(directory.children.get(file), bytes(random));
      case 3 -> {
        byte[] same = directory.children.get(file).bytes.clone();
        if (same.length > 0) {
          same[random.nextInt(same.length)]++;
        }
        platform.write(directory.children.get(file), same);
      }
      case 4 -> platform.remove(directory, file);
      case 5 -> platform.writeStream(directory.children.get(file), name(random), bytes(random));
      case 6 -> platform.writeStream(directory, name(random), bytes(random));
      case 7 -> {
        Name to = name(random);
        if (!directory.children.containsKey(to)) {
          platform.rename(directory, file, to);
        }
      }
      default -> {
        MemoryPlatform.Node node = directory.children.get(file);
        if (!node.streams.isEmpty()) {
          platform.removeStream(node, node.streams.keySet().iterator().next());
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void anyEditsGiveTheManifestOfACaptureFromScratch(long seed) throws Exception {
    RandomGenerator random = TestContent.random(seed);
    MemoryPlatform platform = tree(random);
    Path source = folder.resolve("source");
    try (Library kept = open("kept");
        Library fresh = open("fresh")) {
      Capture incremental = capture(platform, kept);
      incremental.capture(source, Options.plain());
      long readSum = 0;
      long wholeSum = 0;
      for (int round = 0; round < ROUNDS; round++) {
        int edits = 1 + random.nextInt(4);
        for (int i = 0; i < edits; i++) {
          edit(platform, random, 7);
        }
        String context = "seed " + seed + ", round " + round;
        Captured captured = incremental.capture(source, Options.plain());
        Captured scratch =
            capture(platform, fresh).capture(source, new Options(List.of(), b -> {}, true));
        assertThat(captured.manifest()).as(context).isEqualTo(scratch.manifest());
        List<byte[]> streams =
            Expected.streams(platform, source, CapturedManifest.of(kept, captured).entries());
        assertThat(CapturedManifest.of(kept, captured).chunks())
            .as(context)
            .isEqualTo(Expected.chunks(streams));
        assertThat(Expected.content(kept, CapturedManifest.of(kept, captured)))
            .as(context)
            .isEqualTo(Expected.concatenation(streams));
        assertThat(scratch.totals().bytesRead())
            .as(context)
            .isEqualTo(CapturedManifest.of(kept, captured).contentBytes());
        readSum += captured.totals().bytesRead();
        wholeSum += scratch.totals().bytesRead();
      }
      assertThat(readSum).as("seed " + seed).isLessThan(wholeSum / 2);
    }
  }

  @Test
  void aCaptureWithoutChangesReadsNothing() throws Exception {
    MemoryPlatform platform = tree(TestContent.random(77));
    try (Library library = open("library")) {
      Capture capture = capture(platform, library);
      Captured first = capture.capture(folder.resolve("source"), Options.plain());
      Captured second = capture.capture(folder.resolve("source"), Options.plain());
      assertThat(second.totals().bytesRead()).isZero();
      assertThat(second.totals().bytesStored()).isZero();
      assertThat(second.manifest()).isEqualTo(first.manifest());
    }
  }

  @Test
  void oneChangedFileAmongManyCostsItselfAndItsNeighbours() throws Exception {
    MemoryPlatform platform =
        new MemoryPlatform(java.nio.file.Files.createDirectory(folder.resolve("source")));
    for (int i = 0; i < 2_000; i++) {
      MemoryPlatform.Node file = platform.add(platform.top(), Name.of("%05d".formatted(i)), false);
      platform.write(file, TestContent.noise(i, 5_000));
    }
    try (Library library = open("library")) {
      Capture capture = capture(platform, library);
      capture.capture(folder.resolve("source"), Options.plain());
      MemoryPlatform.Node middle = platform.top().children.get(Name.of("01000"));
      platform.write(middle, TestContent.noise(99_999, 5_001));
      Captured second = capture.capture(folder.resolve("source"), Options.plain());
      assertThat(second.totals().bytesRead()).isBetween(5_001L, 1_000_000L);
      assertThat(second.totals().bytesStored()).isLessThan(1_000_000L);
    }
  }
}
