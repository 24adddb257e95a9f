package io.sluice.content;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.parallel.CallerThread;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import org.assertj.core.api.ThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LimitsTest {
  private static final Path FOLDER = Path.of("/library").toAbsolutePath();
  private static final byte[] CONTENT = TestContent.noise(1, 600_000);
  private static final byte[] MORE = TestContent.noise(2, 600_000);

  private final MemoryDisk disk = new MemoryDisk();

  private Library open() throws Failure {
    return Library.open(disk, FOLDER, new CallerThread());
  }

  private static void requireNoSpace(ThrowableAssert.ThrowingCallable work) {
    DiskContractTest.requireCode(Code.NO_SPACE, work);
  }

  @Test
  void storesUpToTheQuotaAndGoesOnWhenItIsRaised() throws Exception {
    try (Library library = open()) {
      library.limit(new Limits(700_000, 0));
      LibraryTest.store(library, CONTENT);
      requireNoSpace(() -> LibraryTest.store(library, MORE));
      assertThat(library.usedBytes()).isLessThanOrEqualTo(700_000 + 10_000);
      requireNoSpace(() -> library.putDocument(TestContent.noise(3, 200_000)));
      assertThat(library.scrub()).isEmpty();
      LibraryTest.requireHeld(library, CONTENT);
    }
    disk.crash();
    try (Library library = open()) {
      assertThat(library.limits()).isEqualTo(new Limits(700_000, 0));
      long used = library.usedBytes();
      assertThat(used).isBetween((long) CONTENT.length, 710_000L);
      requireNoSpace(() -> LibraryTest.store(library, MORE));
      library.limit(Limits.NONE);
      LibraryTest.store(library, MORE);
      LibraryTest.requireHeld(library, MORE);
      assertThat(library.scrub()).isEmpty();
    }
  }

  @Test
  void leavesTheReserveOfTheDiskFree() throws Exception {
    disk.capacity(20_000_000);
    try (Library library = open()) {
      library.limit(new Limits(Limits.NO_QUOTA, 19_000_000));
      assertThat(library.freeBytes()).isLessThan(1_000_000);
      requireNoSpace(() -> LibraryTest.store(library, CONTENT));
      library.limit(new Limits(Limits.NO_QUOTA, 10_000_000));
      LibraryTest.store(library, CONTENT);
      assertThat(library.freeBytes()).isLessThan(9_500_000);
    }
  }

  @Test
  void whatIsDeletedFromTheTrashMakesRoom() throws Exception {
    try (Library library = open()) {
      LibraryTest.store(library, CONTENT);
      LibraryTest.store(library, MORE);
      library.limit(new Limits(1_300_000, 0));
      assertThat(library.freeBytes()).isLessThan(100_000);
      Garbage garbage = new Garbage(library, needed -> TestContent.chunks(CONTENT).forEach(needed));
      garbage.collect(Instant.EPOCH);
      assertThat(library.freeBytes()).isLessThan(100_000);
      garbage.purge(Instant.EPOCH);
      assertThat(library.freeBytes()).isGreaterThan(600_000);
      LibraryTest.store(library, MORE);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "sluice-limits 0\nquota 10\n",
        "sluice-limits 0\nquota -1\nreserve 0\n",
        "sluice-limits 0\nquota 99999999999999999999\nreserve 0\n",
        "sluice-limits 1\nquota none\nreserve 0\n"
      })
  void storesNothingWhileItsLimitsCannotBeRead(String text) throws Exception {
    try (Library library = open()) {
      LibraryTest.store(library, CONTENT);
    }
    try (Disk.Writer writer = disk.create(FOLDER.resolve("limits"))) {
      writer.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    }
    try (Library library = open()) {
      Code code = text.contains("limits 1") ? Code.LIBRARY_TOO_NEW : Code.CONFIGURATION_INVALID;
      assertThat(library.problems()).extracting(Failure::code).containsExactly(code);
      LibraryTest.requireHeld(library, CONTENT);
      requireNoSpace(() -> LibraryTest.store(library, MORE));
      library.limit(Limits.NONE);
      LibraryTest.store(library, MORE);
    }
  }
}
