package io.sluice.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.parallel.CallerThread;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A document that is given up is in the trash or in its place, whole, wherever it is interrupted.
 */
class ForgetTest {
  private static final Path FOLDER = Path.of("/library").toAbsolutePath();
  private static final Instant NOW = Instant.parse("2026-11-28T02:03:04Z");
  private static final byte[] KEPT = "a document that is kept".getBytes(StandardCharsets.UTF_8);
  private static final byte[] GIVEN_UP = "one that is given up".getBytes(StandardCharsets.UTF_8);
  private static final Digest KEPT_DIGEST = Digest.of(KEPT);
  private static final Digest DIGEST = Digest.of(GIVEN_UP);
  private static final byte[] KEPT_CONTENT = TestContent.noise(1, 300_000);
  private static final byte[] CONTENT = TestContent.noise(2, 400_000);

  private MemoryDisk disk = new MemoryDisk();

  private Library open() throws Failure {
    return Library.open(disk, FOLDER, new CallerThread());
  }

  /** What the documents name, as if they were manifests. */
  private static Garbage garbage(Library library) {
    return new Garbage(
        library,
        needed -> {
          if (library.holdsDocument(KEPT_DIGEST)) {
            TestContent.chunks(KEPT_CONTENT).forEach(needed);
          }
          if (library.holdsDocument(DIGEST)) {
            TestContent.chunks(CONTENT).forEach(needed);
          }
        });
  }

  private static List<String> names(Digest... documents) {
    return List.of(documents).stream().map(Digest::hex).toList();
  }

  @BeforeEach
  void store() throws Exception {
    try (Library library = open()) {
      LibraryTest.store(library, KEPT_CONTENT);
      LibraryTest.store(library, CONTENT);
      library.putDocument(KEPT);
      library.putDocument(GIVEN_UP);
    }
    for (String folder : LibraryFiles.BESIDE_DOCUMENTS) {
      disk.createFolders(FOLDER.resolve(folder));
      disk.create(FOLDER.resolve(folder).resolve(DIGEST.hex() + ".json")).close();
      disk.create(FOLDER.resolve(folder).resolve(KEPT_DIGEST.hex() + ".json")).close();
      disk.forceDirectory(FOLDER.resolve(folder));
    }
  }

  private List<String> receipts() throws Failure {
    return disk.list(FOLDER.resolve("receipts"));
  }

  @Test
  void whatOnlyAForgottenDocumentNamesIsGarbageUntilItIsPutBack() throws Exception {
    try (Library library = open()) {
      Garbage garbage = garbage(library);
      assertThat(garbage.plan().bytesWon()).isZero();
      assertThat(garbage.forget(List.of(DIGEST.hex().substring(0, 12)), NOW))
          .containsExactly(DIGEST);
      assertThat(library.documents()).containsExactly(KEPT_DIGEST);
      assertThat(garbage.plan().bytesWon()).isGreaterThan(CONTENT.length);
      garbage.collect(NOW);
      assertThat(library.holds(TestContent.chunks(CONTENT).getFirst().digest())).isFalse();
    }
    disk.crash();
    try (Library library = open()) {
      assertThat(garbage(library).undo()).isEqualTo(new Garbage.Amount(1, 1));
    }
    disk.crash();
    try (Library library = open()) {
      assertThat(library.document(DIGEST, 1_000)).isEqualTo(GIVEN_UP);
      assertThat(receipts()).hasSize(2);
      LibraryTest.requireHeld(library, CONTENT);
      assertThat(garbage(library).plan().bytesWon()).isZero();
      assertThat(library.scrub()).isEmpty();
      assertThat(disk.list(FOLDER.resolve("trash"))).isEmpty();
    }
  }

  @Test
  void afterTheWindowItIsGoneWithAllThatWasSaidOfIt() throws Exception {
    try (Library library = open()) {
      Garbage garbage = garbage(library);
      garbage.forget(names(DIGEST), NOW);
      assertThat(garbage.purge(NOW.minusSeconds(1))).isEqualTo(new Garbage.Amount(0, 0));
      assertThat(receipts()).hasSize(2);
      assertThat(garbage.purge(NOW)).isEqualTo(new Garbage.Amount(0, 1));
    }
    disk.crash();
    for (String folder : LibraryFiles.BESIDE_DOCUMENTS) {
      assertThat(disk.list(FOLDER.resolve(folder))).containsExactly(KEPT_DIGEST.hex() + ".json");
    }
    try (Library library = open()) {
      assertThat(garbage(library).undo()).isEqualTo(new Garbage.Amount(0, 0));
      assertThat(library.documents()).containsExactly(KEPT_DIGEST);
    }
  }

  @Test
  void aDocumentStoredAgainKeepsWhatIsSaidOfItAndNeedsNoSecondCopy() throws Exception {
    try (Library library = open()) {
      Garbage garbage = garbage(library);
      garbage.forget(names(DIGEST), NOW);
      library.putDocument(GIVEN_UP);
      assertThat(garbage.purge(NOW).documents()).isEqualTo(1);
      assertThat(receipts()).hasSize(2);
      garbage.forget(names(DIGEST), NOW);
      library.putDocument(GIVEN_UP);
      assertThat(garbage.undo().documents()).isEqualTo(1);
      assertThat(disk.list(FOLDER.resolve("trash"))).isEmpty();
      assertThat(library.document(DIGEST, 1_000)).isEqualTo(GIVEN_UP);
    }
  }

  @Test
  void ofACopyThatHasRottedAndASoundOneInTheTrashTheSoundOneIsKept() throws Exception {
    Path file = FOLDER.resolve("documents").resolve(DIGEST.hex().substring(0, 2));
    try (Library library = open()) {
      long before = library.usedBytes();
      Garbage garbage = garbage(library);
      garbage.forget(names(DIGEST), NOW);
      library.putDocument(GIVEN_UP);
      disk.flip(file.resolve(DIGEST.hex()), 12, 1);
      assertThat(garbage.undo().documents()).isEqualTo(1);
      assertThat(library.document(DIGEST, 1_000)).isEqualTo(GIVEN_UP);
      assertThat(library.usedBytes()).isEqualTo(before);
    }
  }

  @Test
  void whoStoresADocumentWhileItIsPutBackMayRelyOnIt() throws Exception {
    List<MemoryDisk> crashed = new ArrayList<>();
    try (Library library = open()) {
      // Found at the start, and known to be durable from now on.
      assertThat(library.holdsDocument(DIGEST)).isTrue();
      Garbage garbage = garbage(library);
      garbage.forget(names(DIGEST), NOW);
      disk.listen(
          point -> {
            if (point.equals("content.forget-back")) {
              assertThatCode(() -> library.putDocument(GIVEN_UP)).doesNotThrowAnyException();
              crashed.add(disk.afterCrash());
            }
          });
      garbage.undo();
    }
    disk = crashed.getFirst();
    try (Library library = open()) {
      assertThat(library.document(DIGEST, 1_000)).isEqualTo(GIVEN_UP);
    }
  }

  @Test
  void forgettingADamagedDocumentLetsTheRestBeCollected() throws Exception {
    Path file = FOLDER.resolve("documents").resolve(DIGEST.hex().substring(0, 2));
    disk.flip(file.resolve(DIGEST.hex()), 12, 1);
    try (Library library = open()) {
      assertThat(library.check()).hasSize(1);
      Garbage garbage = garbage(library);
      DiskContractTest.requireCode(Code.CONTENT_CORRUPT, () -> garbage.collect(NOW));
      assertThat(garbage.forget(names(DIGEST), NOW)).containsExactly(DIGEST);
      assertThat(garbage.collect(NOW).bytesWon()).isGreaterThan(CONTENT.length);
      garbage.undo();
      DiskContractTest.requireCode(Code.CONTENT_CORRUPT, () -> garbage.collect(NOW));
      LibraryTest.requireHeld(library, CONTENT);
    }
  }

  @Test
  void allMayBeForgotten() throws Exception {
    try (Library library = open()) {
      Garbage garbage = garbage(library);
      garbage.forget(names(DIGEST, KEPT_DIGEST), NOW);
      assertThat(garbage.collect(NOW).with(Garbage.Action.DROP)).hasSize(2);
      assertThat(garbage.purge(NOW)).isEqualTo(new Garbage.Amount(2, 2));
      assertThat(garbage.plan().packs()).isEmpty();
    }
  }

  @Test
  void aNameThatFitsNoneForgetsNothing() throws Exception {
    try (Library library = open()) {
      Garbage garbage = garbage(library);
      DiskContractTest.requireCode(
          Code.NOT_FOUND, () -> garbage.forget(List.of(DIGEST.hex(), "0123456789ab"), NOW));
      DiskContractTest.requireCode(
          Code.USAGE, () -> garbage.forget(List.of(DIGEST.hex(), "0123"), NOW));
      assertThat(library.documents()).hasSize(2);
    }
  }

  @Test
  void theTrashCountsTowardsTheQuota() throws Exception {
    try (Library library = open()) {
      library.limit(new Limits(10_000_000, 0));
      long before = library.usedBytes();
      Garbage garbage = garbage(library);
      garbage.forget(names(DIGEST), NOW);
      assertThat(library.usedBytes()).isEqualTo(before);
      long inTrash = garbage.trashBytes();
      assertThat(inTrash).isPositive();
      garbage.purge(NOW);
      assertThat(library.usedBytes()).isEqualTo(before - inTrash);
    }
  }

  private static void everything(Garbage garbage, AtomicBoolean isDeleting) {
    try {
      garbage.forget(names(DIGEST), NOW);
      garbage.undo();
      garbage.forget(names(DIGEST), NOW);
      garbage.collect(NOW);
      isDeleting.set(true);
      garbage.purge(NOW);
    } catch (Failure e) {
      assertThat(e.code()).isEqualTo(Code.DISK_ERROR);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** A full disk is no fault here: nothing is written. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NO_SPACE")
  void whateverOperationFailsAndWhereverTheMachineStopsItCanBePutBack(MemoryDisk.Fault fault)
      throws Exception {
    boolean met = true;
    long n = 1;
    for (; met; n++) {
      disk = new MemoryDisk();
      store();
      AtomicBoolean isDeleting = new AtomicBoolean();
      Library first = open();
      disk.failAt(n, fault);
      try {
        everything(garbage(first), isDeleting);
      } catch (MemoryDisk.Stopped e) {
        assertThat(fault).isEqualTo(MemoryDisk.Fault.STOP);
      }
      met = !disk.faultIsPending();
      if (fault == MemoryDisk.Fault.STOP) {
        disk.crash(TestContent.random(n));
      } else {
        first.close();
        disk.restart();
      }
      try (Library library = open()) {
        garbage(library).undo();
        LibraryTest.requireHeld(library, KEPT_CONTENT);
        assertThat(library.holdsDocument(KEPT_DIGEST)).isTrue();
        if (library.holdsDocument(DIGEST) || !isDeleting.get()) {
          LibraryTest.requireHeld(library, CONTENT);
          assertThat(library.document(DIGEST, 1_000)).isEqualTo(GIVEN_UP);
        }
        assertThat(library.scrub()).isEmpty();
      }
    }
    assertThat(n).isGreaterThan(15);
  }
}
