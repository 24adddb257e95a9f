package io.sluice.content;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.parallel.CallerThread;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What nobody needs goes, what somebody needs stays, whatever happens at the same time. */
class GarbageTest {
  private static final Path FOLDER = Path.of("/library").toAbsolutePath();
  private static final Instant NOW = Instant.parse("2026-11-28T02:03:04Z");
  private static final byte[] WANTED = TestContent.noise(1, 700_000);
  private static final byte[] UNWANTED = TestContent.noise(2, 900_000);

  private final MemoryDisk disk = new MemoryDisk();

  /** So few that some of the index is in runs, and some of it is not. */
  private static final PackIntake.Sizes SIZES =
      new PackIntake.Sizes(PackFormat.FRAMES_END_MAX, 16 << 20, 12);

  private Library open() throws Failure {
    return open(disk);
  }

  private static Library open(MemoryDisk on) throws Failure {
    return Library.open(on, FOLDER, new CallerThread(), SIZES);
  }

  private static Library.Roots roots(byte[]... contents) {
    return needed -> {
      for (byte[] content : contents) {
        TestContent.chunks(content).forEach(needed);
      }
    };
  }

  /** One pack with a part of each, another with the rest of what is not wanted. */
  private static void storeMixed(Library library) throws Failure, InterruptedException {
    byte[] both = new byte[WANTED.length + UNWANTED.length];
    System.arraycopy(WANTED, 0, both, 0, WANTED.length);
    System.arraycopy(UNWANTED, 0, both, WANTED.length, UNWANTED.length);
    try (ChunkStore.Intake intake = library.intake()) {
      append(intake, WANTED);
      append(intake, UNWANTED);
      intake.commit();
    }
  }

  private static void append(ChunkStore.Intake intake, byte[] content) throws Failure {
    int at = 0;
    for (Frame.Chunk chunk : TestContent.chunks(content)) {
      if (intake.claim(chunk.digest())) {
        intake.append(FrameCodec.raw(List.of(chunk), content, at));
      }
      at += chunk.length();
    }
  }

  private static void requireAbsent(Library library, byte[] content) {
    assertThat(TestContent.chunks(content)).noneMatch(chunk -> library.holds(chunk.digest()));
  }

  private static Path trash() {
    return FOLDER.resolve("trash");
  }

  @Test
  void dropsAPackThatNothingIsNeededOfAndPutsItBack() throws Exception {
    try (Library library = open()) {
      LibraryTest.store(library, WANTED);
      LibraryTest.store(library, UNWANTED);
      Garbage garbage = new Garbage(library, roots(WANTED));
      Garbage.Plan plan = garbage.plan();
      assertThat(plan.with(Garbage.Action.DROP))
          .extracting(Garbage.PackPlan::pack)
          .containsExactly(2L);
      assertThat(plan.bytesWon()).isBetween((long) UNWANTED.length, UNWANTED.length + 5_000L);
      LibraryTest.requireHeld(library, UNWANTED);

      assertThat(garbage.collect(NOW)).isEqualTo(plan);
      LibraryTest.requireHeld(library, WANTED);
      requireAbsent(library, UNWANTED);
      assertThat(disk.list(trash())).containsExactly("20261128T020304Z-0000000000000002.pack");
      assertThat(library.scrub()).isEmpty();
      assertThat(garbage.trashBytes()).isEqualTo(plan.bytesWon());
      assertThat(garbage.undo().packs()).isEqualTo(1);
      LibraryTest.requireHeld(library, UNWANTED);
    }
    disk.crash();
    try (Library library = open()) {
      LibraryTest.requireHeld(library, UNWANTED);
      assertThat(disk.list(trash())).isEmpty();
      assertThat(library.scrub()).isEmpty();
    }
  }

  @Test
  void rewritesAPackThatLittleIsNeededOf() throws Exception {
    try (Library library = open()) {
      storeMixed(library);
      long before = library.stats().frameBytes();
      Garbage garbage = new Garbage(library, roots(WANTED));
      Garbage.Plan done = garbage.collect(NOW);
      assertThat(done.with(Garbage.Action.REWRITE)).hasSize(1);
      LibraryTest.requireHeld(library, WANTED);
      requireAbsent(library, UNWANTED);
      assertThat(library.stats().frameBytes())
          .isEqualTo(before - UNWANTED.length - heads(UNWANTED));
      assertThat(garbage.plan().bytesWon()).isZero();
    }
    disk.crash();
    try (Library library = open()) {
      LibraryTest.requireHeld(library, WANTED);
      requireAbsent(library, UNWANTED);
      assertThat(library.scrub()).isEmpty();
    }
  }

  private static long heads(byte[] content) {
    return 56L * TestContent.chunks(content).size();
  }

  @Test
  void keepsAPackThatMuchIsNeededOf() throws Exception {
    try (Library library = open()) {
      storeMixed(library);
      Garbage garbage = new Garbage(library, roots(UNWANTED));
      assertThat(garbage.collect(NOW).with(Garbage.Action.KEEP)).hasSize(1);
      LibraryTest.requireHeld(library, WANTED);
    }
  }

  @Test
  void deletesFromTheTrashOnlyWhatIsOursAndOldEnough() throws Exception {
    try (Library library = open()) {
      LibraryTest.store(library, WANTED);
      LibraryTest.store(library, UNWANTED);
      Garbage garbage = new Garbage(library, roots(WANTED));
      garbage.collect(NOW);
      Path strange = trash().resolve("somebody's notes");
      disk.create(strange).close();
      assertThat(garbage.purge(NOW.minusSeconds(1)).packs()).isZero();
      assertThat(garbage.purge(NOW).packs()).isEqualTo(1);
      assertThat(disk.list(trash())).containsExactly("somebody's notes");
      assertThat(garbage.undo().packs()).isZero();
    }
  }

  @Test
  void givesNoNumberOfAPackInTheTrashAgain() throws Exception {
    try (Library library = open()) {
      LibraryTest.store(library, WANTED);
      LibraryTest.store(library, UNWANTED);
      new Garbage(library, roots(WANTED)).collect(NOW);
    }
    try (Library library = open()) {
      LibraryTest.store(library, UNWANTED);
      new Garbage(library, roots()).undo();
      assertThat(disk.list(FOLDER.resolve("packs"))).hasSize(3);
      LibraryTest.requireHeld(library, UNWANTED);
      assertThat(library.scrub()).isEmpty();
      // Of two copies one goes.
      assertThat(new Garbage(library, roots(WANTED, UNWANTED)).collect(NOW).bytesWon())
          .isGreaterThan(UNWANTED.length);
      LibraryTest.requireHeld(library, UNWANTED);
    }
  }

  @Test
  void aSessionThatWasToldAChunkIsHeldKeepsItUntilItsDocumentDoes() throws Exception {
    try (Library library = open()) {
      LibraryTest.store(library, WANTED);
      LibraryTest.store(library, UNWANTED);
      try (ChunkStore.Intake session = library.intake()) {
        for (Frame.Chunk chunk : TestContent.chunks(UNWANTED)) {
          assertThat(session.claim(chunk.digest())).isFalse();
        }
        assertThat(new Garbage(library, roots(WANTED)).collect(NOW).bytesWon()).isZero();
        session.commit();
        LibraryTest.requireHeld(library, UNWANTED);
      }
      assertThat(new Garbage(library, roots(WANTED)).collect(NOW).bytesWon()).isPositive();
    }
  }

  @Test
  void whatASessionStoresIsKeptWhileItIsOpen() throws Exception {
    try (Library library = open();
        ChunkStore.Intake session = library.intake()) {
      LibraryTest.store(library, WANTED);
      append(session, UNWANTED);
      session.commit();
      assertThat(new Garbage(library, roots(WANTED)).collect(NOW).bytesWon()).isZero();
      LibraryTest.requireHeld(library, UNWANTED);
    }
  }

  /** When a session asks for what a collection is about to take out. */
  enum Moment {
    WHILE_ROOTS_ARE_READ,
    AFTER_COPYING,
    BETWEEN_TWO_PACKS_LEAVING
  }

  @ParameterizedTest
  @EnumSource
  void aSessionThatAsksMeanwhileNeverReliesOnWhatIsGone(Moment moment) throws Exception {
    AtomicReference<Runnable> then = new AtomicReference<>(() -> {});
    String awaited =
        moment == Moment.AFTER_COPYING ? "content.garbage-copied" : "content.garbage-renamed";
    disk.listen(
        point -> {
          if (point.equals(awaited)) {
            then.getAndSet(() -> {}).run();
          }
        });
    try (Library library = open()) {
      LibraryTest.store(library, WANTED);
      LibraryTest.store(library, TestContent.noise(3, 300_000));
      LibraryTest.store(library, UNWANTED);
      // It asks, stores what it is to store, and ends; its document is one the roots have not seen.
      Runnable session = () -> storeQuietly(library, UNWANTED);
      Library.Roots roots =
          needed -> {
            roots(WANTED).visit(needed);
            if (moment == Moment.WHILE_ROOTS_ARE_READ) {
              session.run();
            }
          };
      if (moment != Moment.WHILE_ROOTS_ARE_READ) {
        then.set(session);
      }
      new Garbage(library, roots).collect(NOW);
      LibraryTest.requireHeld(library, UNWANTED);
      requireAbsent(library, TestContent.noise(3, 300_000));
      library.scrub();
    }
    disk.crash();
    try (Library library = open()) {
      LibraryTest.requireHeld(library, UNWANTED);
      LibraryTest.requireHeld(library, WANTED);
    }
  }

  private static void storeQuietly(Library library, byte[] content) {
    try {
      LibraryTest.store(library, content);
    } catch (Failure | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aReaderWithAPlaceReadsOnAndFindsTheNewOne() throws Exception {
    try (Library library = open()) {
      storeMixed(library);
      Frame.Chunk chunk = TestContent.chunks(WANTED).get(1);
      ChunkStore.Place place = library.place(chunk.digest()).orElseThrow();
      Garbage garbage = new Garbage(library, roots(WANTED));
      garbage.collect(NOW);
      assertThat(library.frame(place).chunks()).containsExactly(chunk);
      assertThat(library.place(chunk.digest()).orElseThrow()).isNotEqualTo(place);
      garbage.purge(NOW);
      DiskContractTest.requireCode(Code.CONTENT_MISSING, () -> library.frame(place));
      LibraryTest.requireHeld(library, WANTED);
    }
  }

  @Test
  void refusesWhereItIsNotKnownWhatIsNeeded() throws Exception {
    byte[] document = TestContent.text(5, 2_000);
    try (Library library = open()) {
      LibraryTest.store(library, WANTED);
      library.putDocument(document);
      Failure unreadable =
          Failure.permanent(Code.MANIFEST_CORRUPT, "reading", "it is damaged", "look");
      Library.Roots failing =
          needed -> {
            throw unreadable;
          };
      DiskContractTest.requireCode(
          Code.MANIFEST_CORRUPT, () -> new Garbage(library, failing).collect(NOW));
      DiskContractTest.requireCode(
          Code.CONTENT_MISSING, () -> new Garbage(library, roots()).collect(NOW));
    }
    String hex = Digest.of(document).hex();
    disk.flip(FOLDER.resolve("documents").resolve(hex.substring(0, 2)).resolve(hex), 50, 1);
    try (Library library = open()) {
      assertThat(library.check()).hasSize(1);
    }
    try (Library library = open()) {
      // The manifest that named the rest was set aside, by an earlier process.
      DiskContractTest.requireCode(
          Code.CONTENT_CORRUPT, () -> new Garbage(library, roots(new byte[5])).collect(NOW));
      assertThat(disk.list(trash())).isEmpty();
      LibraryTest.requireHeld(library, WANTED);
    }
  }

  @Test
  void leavesAPackAloneWhoseIndexIsDamagedOrOfANewerVersion() throws Exception {
    try (Library library = open()) {
      LibraryTest.store(library, UNWANTED);
      LibraryTest.store(library, WANTED);
    }
    Path pack = FOLDER.resolve("packs").resolve("0000000000000001.pack");
    disk.flip(pack, disk.bytes(pack).length - 60, 1);
    try (Library library = open()) {
      Garbage.Plan done = new Garbage(library, roots(WANTED)).collect(NOW);
      assertThat(done.with(Garbage.Action.LEAVE)).hasSize(1);
      assertThat(done.bytesWon()).isZero();
      LibraryTest.requireHeld(library, UNWANTED);
    }
  }

  @Test
  void aDamagedFrameStaysUntilItsChunksWereStoredAnew() throws Exception {
    try (Library library = open()) {
      storeMixed(library);
      disk.flip(FOLDER.resolve("packs").resolve("0000000000000001.pack"), 5_000, 1);
      assertThat(library.scrub()).hasSize(1);
      Garbage garbage = new Garbage(library, roots(WANTED));
      assertThat(garbage.collect(NOW).bytesWon()).isZero();
      LibraryTest.store(library, WANTED);
      assertThat(garbage.collect(NOW).with(Garbage.Action.REWRITE)).hasSize(1);
      LibraryTest.requireHeld(library, WANTED);
      garbage.purge(NOW);
      assertThat(library.usage(roots(WANTED)).quarantined().frames()).isZero();
    }
    try (Library library = open()) {
      LibraryTest.requireHeld(library, WANTED);
      assertThat(library.parts().quarantine().packs()).isEmpty();
    }
  }

  @Test
  void aPackIsKeptWhoseOtherCopyTurnsOutToBeDamaged() throws Exception {
    List<Long> kept = new ArrayList<>();
    try (Library library = open()) {
      try (ChunkStore.Intake one = library.intake();
          ChunkStore.Intake other = library.intake()) {
        int at = 0;
        for (Frame.Chunk chunk : TestContent.chunks(WANTED)) {
          one.append(FrameCodec.raw(List.of(chunk), WANTED, at));
          other.append(FrameCodec.raw(List.of(chunk), WANTED, at));
          at += chunk.length();
        }
        one.commit();
        other.commit();
      }
      disk.flip(FOLDER.resolve("packs").resolve("0000000000000001.pack"), 5_000, 1);
      Garbage.Plan done = new Garbage(library, roots(WANTED)).collect(NOW);
      done.with(Garbage.Action.KEEP).forEach(pack -> kept.add(pack.pack()));
      LibraryTest.requireHeld(library, WANTED);
    }
    assertThat(kept).containsExactly(1L, 2L);
    assertThat(disk.list(trash())).isEmpty();
  }

  /** Collects with a fault at the n-th operation; false if there are fewer. */
  private static boolean meets(
      MemoryDisk disk, long n, MemoryDisk.Fault fault, Consumer<Garbage> act) throws Failure {
    Library library = open(disk);
    disk.failAt(n, fault);
    try {
      act.accept(new Garbage(library, roots(WANTED)));
    } catch (MemoryDisk.Stopped e) {
      assertThat(fault).isEqualTo(MemoryDisk.Fault.STOP);
    }
    boolean met = !disk.faultIsPending();
    if (fault != MemoryDisk.Fault.STOP) {
      LibraryTest.requireHeld(library, WANTED);
      library.close();
    }
    return met;
  }

  private static void everything(Garbage garbage) {
    try {
      garbage.collect(NOW);
      garbage.undo();
      garbage.collect(NOW);
      garbage.purge(NOW);
    } catch (Failure e) {
      assertThat(e.code()).isIn(Code.DISK_ERROR, Code.NO_SPACE);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @EnumSource
  void losesNothingNeededWhateverOperationFailsAndWhereverTheMachineStops(MemoryDisk.Fault fault)
      throws Exception {
    boolean met = true;
    long n = 1;
    for (; met; n++) {
      MemoryDisk machine = new MemoryDisk();
      try (Library library = open(machine)) {
        storeMixed(library);
        LibraryTest.store(library, TestContent.noise(3, 300_000));
      }
      met = meets(machine, n, fault, GarbageTest::everything);
      if (fault == MemoryDisk.Fault.STOP) {
        machine.crash(TestContent.random(n));
      } else {
        machine.restart();
      }
      try (Library library = open(machine)) {
        LibraryTest.requireHeld(library, WANTED);
        assertThat(library.scrub()).isEmpty();
        // And the next one does the rest.
        Garbage garbage = new Garbage(library, roots(WANTED));
        garbage.collect(NOW);
        garbage.purge(NOW);
        LibraryTest.requireHeld(library, WANTED);
        requireAbsent(library, UNWANTED);
        assertThat(library.scrub()).isEmpty();
      }
    }
    assertThat(n).isGreaterThan(20);
  }

  @Test
  void aTornNewPackCostsNothing() throws Exception {
    try (Library library = open()) {
      storeMixed(library);
      disk.capacity(disk.usedBytes() + LibraryFiles.RESERVED_BYTES + 100_000);
      DiskContractTest.requireCode(
          Code.NO_SPACE, () -> new Garbage(library, roots(WANTED)).collect(NOW));
      LibraryTest.requireHeld(library, WANTED);
      LibraryTest.requireHeld(library, UNWANTED);
      assertThat(library.scrub()).isEmpty();
    }
    assertThat(disk.list(trash())).isEmpty();
  }
}
