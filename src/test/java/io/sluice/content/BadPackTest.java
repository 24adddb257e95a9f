package io.sluice.content;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.parallel.CallerThread;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Packs as somebody who means no good, or a disk, may leave them: told, and never believed. */
class BadPackTest {
  private static final Path FOLDER = Path.of("/library").toAbsolutePath();
  private static final byte[] ONE = TestContent.noise(1, 300_000);
  private static final byte[] OTHER = TestContent.noise(2, 300_000);

  private final MemoryDisk disk = new MemoryDisk();

  private static Path pack(int number) {
    return FOLDER.resolve("packs").resolve(PackNames.sealed(number));
  }

  private Library open() throws Failure {
    return Library.open(
        disk, FOLDER, new CallerThread(), new PackIntake.Sizes(1 << 26, 1 << 24, 1));
  }

  @BeforeEach
  void store() throws Exception {
    try (Library library = open()) {
      LibraryTest.store(library, ONE);
      LibraryTest.store(library, OTHER);
    }
  }

  private void put(Path file, byte[] bytes) throws Failure {
    disk.delete(file);
    try (Disk.Writer writer = disk.create(file)) {
      writer.write(ByteBuffer.wrap(bytes));
      writer.force();
    }
    disk.forceDirectory(file.getParent());
  }

  private void requireMended(Code... told) throws Exception {
    try (Library library = open()) {
      assertThat(library.scrub()).extracting(Failure::code).contains(told);
      LibraryTest.store(library, ONE);
      LibraryTest.store(library, OTHER);
      LibraryTest.requireHeld(library, ONE);
      LibraryTest.requireHeld(library, OTHER);
    }
    try (Library library = open()) {
      LibraryTest.requireHeld(library, ONE);
      LibraryTest.requireHeld(library, OTHER);
    }
  }

  @Test
  void swappedPacksAreReadByWhatTheyHold() throws Exception {
    byte[] one = disk.bytes(pack(1));
    put(pack(1), disk.bytes(pack(2)));
    put(pack(2), one);
    try (Library library = open()) {
      LibraryTest.requireHeld(library, ONE);
      LibraryTest.requireHeld(library, OTHER);
      assertThat(library.scrub()).isEmpty();
    }
  }

  @Test
  void framesThatChangedPlacesAreFoundAndNotServed() throws Exception {
    byte[] bytes = disk.bytes(pack(1));
    List<Frame.Chunk> chunks = TestContent.chunks(ONE);
    int first = 56 + chunks.get(0).length();
    int second = 56 + chunks.get(1).length();
    byte[] changed = bytes.clone();
    System.arraycopy(bytes, 16 + first, changed, 16, second);
    System.arraycopy(bytes, 16, changed, 16 + second, first);
    put(pack(1), changed);
    try (Library library = open()) {
      byte[] plain = new byte[Frame.Chunk.BYTES_MAX];
      DiskContractTest.requireCode(
          Code.CONTENT_CORRUPT, () -> library.read(chunks.get(0).digest(), plain, 0));
    }
    requireMended(Code.CONTENT_CORRUPT);
  }

  @Test
  void aTruncatedPackIsToldAndItsWholeFramesAreHeld() throws Exception {
    byte[] bytes = disk.bytes(pack(1));
    Digest first = TestContent.chunks(ONE).get(0).digest();
    for (int length : List.of(0, 1, 16, 1000, bytes.length / 2, bytes.length - 1)) {
      put(pack(1), Arrays.copyOf(bytes, length));
      try (Library library = open()) {
        assertThat(library.check()).extracting(Failure::code).contains(Code.CONTENT_CORRUPT);
        assertThat(library.holds(first)).isEqualTo(length >= bytes.length / 2);
        LibraryTest.requireHeld(library, OTHER);
      }
    }
    requireMended(Code.CONTENT_CORRUPT);
  }

  @Test
  void whatIsBehindTheFooterOrLargerThanAPackCanBeIsTold() throws Exception {
    byte[] bytes = disk.bytes(pack(1));
    put(pack(1), Arrays.copyOf(bytes, bytes.length + 100));
    requireMended(Code.CONTENT_CORRUPT);
    byte[] promising = bytes.clone();
    ByteBuffer.wrap(promising).putInt(bytes.length - PackFormat.FOOTER_BYTES + 8, 1 << 30);
    put(pack(1), promising);
    requireMended(Code.CONTENT_CORRUPT);
  }

  @Test
  void aPackFromTheFutureIsLeftAloneThoughARunListsIt() throws Exception {
    byte[] bytes = disk.bytes(pack(1));
    bytes[9] = 7;
    put(pack(1), bytes);
    try (Library library = open()) {
      assertThat(library.problems())
          .extracting(Failure::code)
          .containsExactly(Code.LIBRARY_TOO_NEW);
      assertThat(library.holds(TestContent.chunks(ONE).get(0).digest())).isFalse();
    }
    requireMended(Code.LIBRARY_TOO_NEW);
    assertThat(disk.bytes(pack(1))).isEqualTo(bytes);
  }

  @Test
  void everyFlippedByteOfAPackThatARunListsIsFoundByScrubbing() throws Exception {
    byte[] golden = Files.readAllBytes(Golden.PACK);
    MemoryDisk fresh = new MemoryDisk();
    PackIntake.Sizes indexed = new PackIntake.Sizes(1 << 26, 1 << 24, 1);
    try (Library library = Library.open(fresh, FOLDER, new CallerThread(), indexed);
        ChunkStore.Intake intake = library.intake()) {
      for (Golden.GoldenFrame frame : Golden.frames()) {
        intake.append(frame.frame());
      }
      intake.commit();
    }
    assertThat(fresh.bytes(pack(1))).isEqualTo(golden);
    for (int at = 0; at < golden.length; at++) {
      fresh.flip(pack(1), at, at % 8);
      try (Library library = Library.open(fresh, FOLDER, new CallerThread(), indexed)) {
        assertThat(library.scrub()).as("byte %s", at).isNotEmpty();
      }
      fresh.flip(pack(1), at, at % 8);
      fresh.delete(FOLDER.resolve("quarantine"));
    }
  }
}
