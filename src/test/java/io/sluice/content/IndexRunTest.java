package io.sluice.content;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.parallel.CallerThread;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class IndexRunTest {
  private static final Path FOLDER = Path.of("/library").toAbsolutePath();
  private static final Path PACK = FOLDER.resolve("packs").resolve("0000000000000001.pack");
  private static final Path RUN = FOLDER.resolve("index").resolve("0000000000000001.run");
  private static final Path GOLDEN = Path.of("src/test/resources/golden/index-v0/one.run");

  private static Library open(Disk disk, int indexed) throws Failure {
    PackIntake.Sizes sizes =
        new PackIntake.Sizes(PackFormat.FRAMES_END_MAX, PackFormat.FRAMES_END_MAX, indexed);
    return Library.open(disk, FOLDER, new CallerThread(), sizes);
  }

  /** A library of the golden pack, its index in a run. */
  private static MemoryDisk golden() throws Exception {
    MemoryDisk disk = new MemoryDisk();
    try (Library library = open(disk, 1);
        ChunkStore.Intake intake = library.intake()) {
      for (Golden.GoldenFrame frame : Golden.frames()) {
        intake.append(frame.frame());
      }
      intake.commit();
    }
    return disk;
  }

  private static void put(MemoryDisk disk, Path file, byte[] bytes) throws Failure {
    disk.delete(file);
    try (Disk.Writer writer = disk.create(file)) {
      writer.write(ByteBuffer.wrap(bytes));
      writer.force();
    }
    disk.forceDirectory(file.getParent());
  }

  private static void requireGolden(Library library) throws Exception {
    for (Golden.GoldenFrame frame : Golden.frames()) {
      for (byte[] chunk : frame.chunks()) {
        byte[] read = new byte[chunk.length];
        assertThat(library.read(Digest.of(chunk), read, 0)).isEqualTo(chunk.length);
        assertThat(read).isEqualTo(chunk);
      }
    }
    assertThat(library.stats().chunks()).isEqualTo(6);
  }

  private static Code code(byte[] run, PackFormat.Versions readable) throws Exception {
    MemoryDisk disk = golden();
    put(disk, RUN, run);
    try {
      IndexRun.open(disk, RUN, readable);
      throw new AssertionError("it was read");
    } catch (Failure e) {
      assertThat(e.what()).contains(RUN.toString());
      return e.code();
    }
  }

  @Test
  void writesAndReadsTheGoldenRun() throws Exception {
    assertThat(golden().bytes(RUN)).isEqualTo(Files.readAllBytes(GOLDEN));
    MemoryDisk disk = golden();
    put(disk, RUN, Files.readAllBytes(GOLDEN));
    try (Library library = open(disk, 1)) {
      assertThat(library.parts().index().covered()).containsExactly(1L);
      requireGolden(library);
      assertThat(library.scrub()).isEmpty();
    }
  }

  @Test
  void aStartWithARunReadsNoPacksIndex() throws Exception {
    MemoryDisk disk = golden();
    assertThat(reads(disk)).isEqualTo(2);
    disk.delete(RUN);
    assertThat(reads(disk)).isGreaterThan(2);
  }

  private static int reads(MemoryDisk disk) throws Exception {
    AtomicInteger reads = new AtomicInteger();
    WatchedDisk.Watcher counting =
        (operation, path) -> {
          if (operation == WatchedDisk.Operation.READ && path.equals(PACK)) {
            reads.incrementAndGet();
          }
        };
    open(new WatchedDisk(disk, counting), 1000).close();
    return reads.get();
  }

  @Test
  void everyFlippedByteIsFoundAndTheRunMadeAnew() throws Exception {
    byte[] golden = Files.readAllBytes(GOLDEN);
    for (int at = 0; at < golden.length; at++) {
      MemoryDisk disk = golden();
      disk.flip(RUN, at, at % 8);
      // Of the version's own bytes a flip gives a version from the future, which is left alone.
      boolean isVersion = at == 8 || at == 9;
      try (Library library = open(disk, 1)) {
        assertThat(library.problems())
            .as("byte %s", at)
            .extracting(Failure::code)
            .containsExactly(isVersion ? Code.LIBRARY_TOO_NEW : Code.CONTENT_CORRUPT);
        requireGolden(library);
        assertThat(disk.exists(RUN)).isEqualTo(isVersion);
      }
      try (Library library = open(disk, 1)) {
        assertThat(library.problems()).hasSize(isVersion ? 1 : 0);
        assertThat(library.parts().index().covered()).containsExactly(1L);
        requireGolden(library);
      }
    }
  }

  @Test
  void damageWhileItIsInUseIsFoundByChecking() throws Exception {
    MemoryDisk disk = golden();
    try (Library library = open(disk, 1)) {
      disk.flip(RUN, 100, 0);
      assertThat(library.check()).extracting(Failure::code).containsExactly(Code.CONTENT_CORRUPT);
    }
  }

  @Test
  void tellsCorruptTooOldAndTooNewApart() throws Exception {
    byte[] golden = Files.readAllBytes(GOLDEN);
    byte[] newer = golden.clone();
    newer[9] = 1;
    assertThat(code(newer, PackFormat.Versions.NOW)).isEqualTo(Code.LIBRARY_TOO_NEW);
    assertThat(code(golden, new PackFormat.Versions(1, 2))).isEqualTo(Code.LIBRARY_TOO_OLD);
    for (int length = 0; length < golden.length; length++) {
      assertThat(code(Arrays.copyOf(golden, length), PackFormat.Versions.NOW))
          .isEqualTo(Code.CONTENT_CORRUPT);
    }
    assertThat(code(Arrays.copyOf(golden, golden.length + 1), PackFormat.Versions.NOW))
        .isEqualTo(Code.CONTENT_CORRUPT);
    // A footer that promises more than there can be costs no memory.
    byte[] oversized = golden.clone();
    ByteBuffer.wrap(oversized).putLong(oversized.length - IndexRun.FOOTER_BYTES, Long.MAX_VALUE);
    assertThat(code(oversized, PackFormat.Versions.NOW)).isEqualTo(Code.CONTENT_CORRUPT);
    ByteBuffer.wrap(oversized).putInt(oversized.length - IndexRun.FOOTER_BYTES + 8, 10_000_000);
    assertThat(code(oversized, PackFormat.Versions.NOW)).isEqualTo(Code.CONTENT_CORRUPT);
  }

  @Test
  void whoOnlyReadsUsesRunsAndMakesNone() throws Exception {
    MemoryDisk disk = golden();
    for (int i = 0; i < 2; i++) {
      try (Library library = Library.openForReading(disk, FOLDER)) {
        assertThat(library.problems()).isEmpty();
        requireGolden(library);
      }
      disk.flip(RUN, 20, 0);
      try (Library library = Library.openForReading(disk, FOLDER)) {
        assertThat(library.problems()).hasSize(1);
        requireGolden(library);
      }
      assertThat(disk.exists(RUN)).isTrue();
      disk.flip(RUN, 20, 0);
    }
  }

  @Test
  void isNotBelievedOfAnotherPackOfTheSameNumber() throws Exception {
    MemoryDisk other = new MemoryDisk();
    byte[] content = TestContent.noise(1, 300_000);
    try (Library library = open(other, 1000)) {
      LibraryTest.store(library, content);
    }
    MemoryDisk disk = golden();
    put(disk, PACK, other.bytes(PACK));
    try (Library library = open(disk, 1000)) {
      LibraryTest.requireHeld(library, content);
      byte[] gone = Golden.frames().get(0).chunks().get(0);
      assertThat(library.holds(Digest.of(gone))).isFalse();
      assertThat(library.stats().chunks()).isEqualTo(TestContent.chunks(content).size());
      assertThat(library.check()).isEmpty();
    }
  }

  @Test
  void saysNothingOfAPackThatIsGone() throws Exception {
    MemoryDisk disk = golden();
    disk.delete(PACK);
    try (Library library = open(disk, 1)) {
      assertThat(library.stats().chunks()).isZero();
      byte[] gone = Golden.frames().get(0).chunks().get(0);
      assertThat(library.holds(Digest.of(gone))).isFalse();
    }
  }

  @Test
  void aFrameInQuarantineStaysThereThoughARunListsIt() throws Exception {
    MemoryDisk disk = golden();
    byte[] first = Golden.frames().get(0).chunks().get(0);
    disk.flip(PACK, PackFormat.HEADER_BYTES + 60, 0);
    try (Library library = open(disk, 1)) {
      assertThat(library.scrub()).hasSize(1);
      assertThat(library.holds(Digest.of(first))).isFalse();
      LibraryTest.store(library, TestContent.noise(4, 300_000));
    }
    for (int i = 0; i < 2; i++) {
      try (Library library = open(disk, 1)) {
        assertThat(library.holds(Digest.of(first))).isFalse();
        LibraryTest.requireHeld(library, TestContent.noise(4, 300_000));
        assertThat(library.scrub()).isEmpty();
      }
    }
  }

  @Test
  void runsStayFewWhateverIsStored() throws Exception {
    MemoryDisk disk = new MemoryDisk();
    try (Library library = open(disk, 1)) {
      for (int i = 0; i < 40; i++) {
        LibraryTest.store(library, TestContent.noise(i, 100_000));
      }
      assertThat(disk.list(RUN.getParent()).size()).isLessThan(6);
      assertThat(library.parts().index().covered()).hasSize(40);
    }
    List<String> runs = disk.list(RUN.getParent());
    try (Library library = open(disk, 1)) {
      assertThat(disk.list(RUN.getParent())).isEqualTo(runs);
      for (int i = 0; i < 40; i++) {
        LibraryTest.requireHeld(library, TestContent.noise(i, 100_000));
      }
    }
  }

  @Test
  void ofPacksThatAreCollectedNothingStaysInMemoryAndPutBackTheyAreWhole() throws Exception {
    MemoryDisk disk = new MemoryDisk();
    Instant now = Instant.parse("2026-11-28T02:03:04Z");
    try (Library library = open(disk, 1)) {
      storeNoise(library, 0, 12);
      Garbage garbage =
          new Garbage(
              library, needed -> TestContent.chunks(TestContent.noise(0, 100_000)).forEach(needed));
      assertThat(garbage.collect(now).bytesWon()).isGreaterThan(1_000_000);
      LibraryIndex index = library.parts().index();
      assertThat(index.goneSize()).isZero();
      assertThat(index.covered()).hasSize(1);
      storeNoise(library, 20, 32);
      assertThat(index.covered()).hasSize(13);
      assertThat(garbage.undo().packs()).isEqualTo(11);
      requireNoise(library, 0, 12);
      storeNoise(library, 40, 44);
      assertThat(index.covered()).hasSize(28);
    }
    disk.crash();
    try (Library library = open(disk, 1)) {
      requireNoise(library, 0, 12);
      requireNoise(library, 20, 32);
      assertThat(library.scrub()).isEmpty();
    }
  }

  @Test
  void aPackForgottenWhileItsRunIsMergedIsNotBelieved() throws Exception {
    MemoryDisk disk = new MemoryDisk();
    try (Library library = open(disk, 1)) {
      storeNoise(library, 0, 1);
      LibraryIndex index = library.parts().index();
      List<String> merging = new ArrayList<>();
      disk.listen(
          point -> {
            boolean isFirst = merging.isEmpty() && disk.list(RUN.getParent()).size() == 2;
            if (isFirst && point.startsWith("content.index")) {
              merging.add(point);
              index.forget(Set.of(1L));
            }
          });
      storeNoise(library, 1, 3);
      assertThat(merging).hasSize(1);
      assertThat(index.covered()).doesNotContain(1L);
      Digest chunk = TestContent.chunks(TestContent.noise(0, 100_000)).getFirst().digest();
      assertThat(index.find(chunk)).isEqualTo(ChunkIndex.ABSENT);
      requireNoise(library, 1, 3);
    }
  }

  private static void storeNoise(Library library, int from, int end) throws Exception {
    for (int i = from; i < end; i++) {
      LibraryTest.store(library, TestContent.noise(i, 100_000));
    }
  }

  private static void requireNoise(Library library, int from, int end) throws Exception {
    for (int i = from; i < end; i++) {
      LibraryTest.requireHeld(library, TestContent.noise(i, 100_000));
    }
  }
}
