package io.sluice.content;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.parallel.CallerThread;
import io.sluice.parallel.Job;
import io.sluice.parallel.OsThreads;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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

  private static Frame frame(byte[] plain) {
    return FrameCodec.raw(List.of(new Frame.Chunk(Digest.of(plain), plain.length)), plain, 0);
  }

  private void bound(Library library, boolean byQuota) throws Failure {
    if (byQuota) {
      library.limit(new Limits(1_000_000, 0));
    } else {
      disk.capacity(disk.usedBytes() + LibraryFiles.RESERVED_BYTES + 6_000_000);
      library.limit(new Limits(Limits.NO_QUOTA, 5_000_000));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatOneSessionSetsAsideNoOtherGets(boolean byQuota) throws Exception {
    byte[] some = TestContent.noise(4, 200_000);
    byte[] more = TestContent.noise(5, 200_000);
    try (Library library = open()) {
      bound(library, byQuota);
      ChunkStore.Intake one = library.intake();
      ChunkStore.Intake other = library.intake();
      assertThat(one.reserve(800_000)).isTrue();
      assertThat(library.freeBytes()).isLessThanOrEqualTo(200_000);
      assertThat(other.reserve(300_000)).isFalse();
      requireNoSpace(() -> other.append(frame(more)));
      one.append(frame(some));
      assertThat(library.freeBytes()).isBetween(190_000L, 200_000L);
      one.append(frame(TestContent.noise(6, 200_000)));
      one.commit();
      // It needed less than it set aside, and is not yet closed.
      try (ChunkStore.Intake third = library.intake()) {
        assertThat(third.reserve(300_000)).isTrue();
      }
      one.close();
      other.close();
      assertThat(library.freeBytes()).isGreaterThan(590_000);
      LibraryTest.store(library, more);
    }
  }

  @Test
  void aSessionThatEndsOrAsksAgainLeavesTheRestToOthers() throws Exception {
    try (Library library = open()) {
      bound(library, true);
      try (ChunkStore.Intake one = library.intake()) {
        assertThat(one.reserve(900_000)).isTrue();
        assertThat(one.reserve(100_000)).isTrue();
        assertThat(library.freeBytes()).isEqualTo(900_000);
        assertThat(one.reserve(2_000_000)).isFalse();
        assertThat(library.freeBytes()).isEqualTo(1_000_000);
        assertThat(one.reserve(900_000)).isTrue();
      }
      assertThat(library.freeBytes()).isEqualTo(1_000_000);
    }
  }

  @Test
  void sessionsThatSetNothingAsideNeverTakeMoreThanTheQuotaTogether() throws Exception {
    try (Library library = open()) {
      library.limit(new Limits(1_000_000, 0));
      List<Job<Boolean>> sessions = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        int seed = 100 * i;
        sessions.add(() -> fill(library, seed));
      }
      assertThat(new OsThreads().all(sessions, 4)).containsOnly(true);
      assertThat(library.usedBytes()).isBetween(900_000L, 1_000_000L);
    }
    try (Library library = open()) {
      // Packs' own heads and indexes are beside what is counted.
      assertThat(library.usedBytes()).isLessThan(1_010_000);
    }
  }

  /** Appends until there is no room. */
  private static boolean fill(Library library, int seed) throws Failure {
    try (ChunkStore.Intake session = library.intake()) {
      for (int i = 0; true; i++) {
        try {
          session.append(frame(TestContent.noise(seed + i, 20_000)));
        } catch (Failure e) {
          return e.code() == Code.NO_SPACE;
        }
      }
    }
  }

  @Test
  void aDocumentIsStoredOutOfWhatASessionHasSetAside() throws Exception {
    try (Library library = open();
        ChunkStore.Intake session = library.intake()) {
      library.limit(new Limits(1_000_000, 0));
      assertThat(session.reserve(1_000_000)).isTrue();
      byte[] document = TestContent.noise(3, 10_000);
      assertThat(library.holdsDocument(library.putDocument(document))).isTrue();
      requireNoSpace(() -> library.putDocument(TestContent.noise(4, 1_000_000)));
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

  @Test
  void aSessionHeedsLimitsThatWereSetBesideTheLibrary() throws Exception {
    try (Library library = open()) {
      LibraryTest.store(library, CONTENT);
      new Limits(700_000, 0).write(disk, FOLDER);
      requireNoSpace(() -> LibraryTest.store(library, MORE));
      assertThat(library.limits()).isEqualTo(new Limits(700_000, 0));
      assertThat(library.usedBytes()).isGreaterThan(CONTENT.length);
      Limits.NONE.write(disk, FOLDER);
      LibraryTest.store(library, MORE);
      disk.delete(FOLDER.resolve("limits"));
      library.intake().close();
      assertThat(library.limits()).isEqualTo(Limits.NONE);
      assertThat(library.problems()).isEmpty();
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
