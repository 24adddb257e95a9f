package io.sluice.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.parallel.CallerThread;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A small workload meets a fault at each of its operations in turn. */
class LibraryFaultPropertyTest {
  private static final Path FOLDER = Path.of("/library").toAbsolutePath();

  /** So small that every session fills several packs, forces some in between, makes index runs. */
  private static final PackIntake.Sizes SIZES = new PackIntake.Sizes(20_000, 8_000, 16);

  /** What the library said it holds, and with it what it must give back. */
  private static final class Said {
    private final Map<Digest, byte[]> acknowledged = new HashMap<>();
    private final Map<Digest, byte[]> appended = new HashMap<>();
    private final Map<Digest, byte[]> documents = new HashMap<>();
  }

  private static Library open(MemoryDisk disk) throws Failure {
    return Library.open(disk, FOLDER, new CallerThread(), SIZES);
  }

  private static void work(MemoryDisk disk, Said said, long seed) throws Failure {
    try (Library library = open(disk)) {
      for (int session = 0; session < 2; session++) {
        Map<Digest, byte[]> pending = new HashMap<>();
        try (ChunkStore.Intake intake = library.intake()) {
          for (int i = 0; i < 6; i++) {
            append(intake, seed * 1000 + session * 100L + i, pending, said);
          }
          intake.commit();
        }
        said.acknowledged.putAll(pending);
        byte[] document = TestContent.text(seed * 1000 + session, 3_000);
        said.documents.put(library.putDocument(document), document);
      }
      relyOnAnother(library, said, seed);
    }
  }

  /** A session commits relying on a chunk that another session appended and never commits. */
  private static void relyOnAnother(Library library, Said said, long seed) throws Failure {
    try (ChunkStore.Intake first = library.intake();
        ChunkStore.Intake second = library.intake()) {
      Map<Digest, byte[]> pending = new HashMap<>();
      Map<Digest, byte[]> never = new HashMap<>();
      append(first, seed * 1000 + 700, pending, said);
      for (Digest digest : pending.keySet()) {
        assertThat(second.claim(digest)).isFalse();
      }
      append(second, seed * 1000 + 800, pending, said);
      second.commit();
      said.acknowledged.putAll(pending);
      append(first, seed * 1000 + 900, never, said);
    }
  }

  private static void append(
      ChunkStore.Intake intake, long seed, Map<Digest, byte[]> pending, Said said) throws Failure {
    List<Frame.Chunk> chunks = new ArrayList<>();
    byte[] plain = TestContent.noise(seed, 4_000);
    for (int i = 0; i < 4; i++) {
      Digest digest = Digest.of(plain, i * 1000, 1000);
      assertThat(intake.claim(digest)).isTrue();
      chunks.add(new Frame.Chunk(digest, 1000));
    }
    intake.append(FrameCodec.raw(chunks, plain, 0));
    for (int i = 0; i < 4; i++) {
      byte[] bytes = java.util.Arrays.copyOfRange(plain, i * 1000, i * 1000 + 1000);
      pending.put(chunks.get(i).digest(), bytes);
      said.appended.put(chunks.get(i).digest(), bytes);
    }
  }

  private static void requireAll(Library library, Map<Digest, byte[]> chunks) throws Failure {
    for (Map.Entry<Digest, byte[]> chunk : chunks.entrySet()) {
      byte[] read = new byte[chunk.getValue().length];
      assertThat(library.read(chunk.getKey(), read, 0)).isEqualTo(read.length);
      assertThat(read).isEqualTo(chunk.getValue());
    }
  }

  private static void requireSaid(Library library, Said said) throws Exception {
    requireAll(library, said.acknowledged);
    for (Map.Entry<Digest, byte[]> document : said.documents.entrySet()) {
      assertThat(library.document(document.getKey(), 10_000)).isEqualTo(document.getValue());
    }
    assertThat(library.scrub()).isEmpty();
    assertThat(library.problems()).isEmpty();
  }

  /** Works, meets the fault if there are that many operations, and says whether it did. */
  private static boolean meets(MemoryDisk disk, Said said, long n, MemoryDisk.Fault fault)
      throws Failure {
    disk.failAt(n, fault);
    try {
      work(disk, said, 1);
    } catch (MemoryDisk.Stopped e) {
      assertThat(fault).isEqualTo(MemoryDisk.Fault.STOP);
    } catch (Failure e) {
      assertThat(e.code())
          .isEqualTo(fault == MemoryDisk.Fault.NO_SPACE ? Code.NO_SPACE : Code.DISK_ERROR);
    }
    return !disk.faultIsPending();
  }

  /** Afterwards everything said is there, work goes on, and all of it outlives a crash. */
  private static void requireGoesOn(MemoryDisk disk, Said said) throws Exception {
    try (Library library = open(disk)) {
      requireSaid(library, said);
    }
    work(disk, said, 2);
    disk.crash();
    try (Library library = open(disk)) {
      requireSaid(library, said);
    }
  }

  @ParameterizedTest
  @EnumSource
  void losesNothingAcknowledgedWhateverOperationFails(MemoryDisk.Fault fault) throws Exception {
    boolean met = true;
    long n = 1;
    for (; met; n++) {
      MemoryDisk disk = new MemoryDisk();
      Said said = new Said();
      met = meets(disk, said, n, fault);
      disk.restart();
      requireGoesOn(disk, said);
    }
    // Fewer operations than that would mean that the workload is not what it was.
    assertThat(n).isGreaterThan(60);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void losesNothingAcknowledgedWhereverTheMachineStops(long seed) throws Exception {
    RandomGenerator random = TestContent.random(seed);
    boolean met = true;
    for (long n = 1; met; n++) {
      MemoryDisk disk = new MemoryDisk();
      Said said = new Said();
      met = meets(disk, said, n, MemoryDisk.Fault.STOP);
      disk.crash(random);
      requireGoesOn(disk, said);
    }
  }

  @Test
  void everyAppendedFrameSurvivesTheDeathOfTheProcess() throws Exception {
    boolean met = true;
    for (long n = 1; met; n++) {
      MemoryDisk disk = new MemoryDisk();
      Said said = new Said();
      met = meets(disk, said, n, MemoryDisk.Fault.STOP);
      disk.restart();
      try (Library library = open(disk)) {
        requireAll(library, said.appended);
        requireSaid(library, said);
      }
    }
  }

  @Test
  void losesNothingAcknowledgedAtAnyNamedPoint() throws Exception {
    MemoryDisk whole = new MemoryDisk();
    work(whole, new Said(), 1);
    List<String> points = whole.reachedPoints();
    assertThat(points)
        .contains(
            "content.frame-appended",
            "content.pack-written",
            "content.pack-forced",
            "content.pack-renamed",
            "content.packs-folder-forced",
            "content.document-written",
            "content.document-forced",
            "content.document-renamed",
            "content.document-folder-forced");
    Map<String, Integer> times = new HashMap<>();
    for (String point : points) {
      MemoryDisk disk = new MemoryDisk();
      Said said = new Said();
      disk.stopAtPoint(point, times.merge(point, 1, Integer::sum));
      try {
        work(disk, said, 1);
        throw new AssertionError("the world did not stop at " + point);
      } catch (MemoryDisk.Stopped e) {
        disk.crash();
      }
      requireGoesOn(disk, said);
    }
  }

  /** A process dies with packs open, one of them holding content that was acknowledged. */
  private static void leavePacksOpen(MemoryDisk disk, Said said) throws Failure {
    work(disk, said, 1);
    Library library = open(disk);
    ChunkStore.Intake first = library.intake();
    ChunkStore.Intake second = library.intake();
    append(first, 7000, said.acknowledged, said);
    append(second, 7100, said.acknowledged, said);
    second.commit();
    append(first, 7200, new HashMap<>(), said);
    disk.restart();
  }

  /** Opens the library, meets the fault if there are that many operations, and says so. */
  private static boolean recoveryMeets(MemoryDisk disk, long n, MemoryDisk.Fault fault) {
    disk.failAt(n, fault);
    try {
      open(disk).close();
    } catch (MemoryDisk.Stopped e) {
      assertThat(fault).isEqualTo(MemoryDisk.Fault.STOP);
    } catch (Failure e) {
      assertThat(e.code()).isIn(Code.NO_SPACE, Code.DISK_ERROR);
    }
    return !disk.faultIsPending();
  }

  @ParameterizedTest
  @EnumSource
  void losesNothingWhateverOperationOfARecoveryFails(MemoryDisk.Fault fault) throws Exception {
    boolean met = true;
    long n = 1;
    for (; met; n++) {
      MemoryDisk disk = new MemoryDisk();
      Said said = new Said();
      leavePacksOpen(disk, said);
      met = recoveryMeets(disk, n, fault);
      disk.restart();
      // The machine did not stop: what was appended is held, and whoever commits relies on it.
      said.acknowledged.putAll(said.appended);
      requireGoesOn(disk, said);
    }
    assertThat(n).isGreaterThan(8);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void losesNothingAcknowledgedWhereverTheMachineStopsDuringARecovery(long seed) throws Exception {
    RandomGenerator random = TestContent.random(seed);
    boolean met = true;
    for (long n = 1; met; n++) {
      MemoryDisk disk = new MemoryDisk();
      Said said = new Said();
      leavePacksOpen(disk, said);
      met = recoveryMeets(disk, n, MemoryDisk.Fault.STOP);
      disk.crash(random);
      requireGoesOn(disk, said);
    }
  }

  @Test
  void aRecoveryGoesOnAfterEachOfItsNamedPoints() throws Exception {
    for (String step : List.of("written", "forced", "renamed", "folder-forced")) {
      MemoryDisk disk = new MemoryDisk();
      Said said = new Said();
      leavePacksOpen(disk, said);
      disk.stopAtPoint("content.recovery-" + step, 1);
      assertThatThrownBy(() -> open(disk)).isInstanceOf(MemoryDisk.Stopped.class);
      disk.crash();
      requireGoesOn(disk, said);
      assertThat(disk.list(FOLDER.resolve("packs"))).allMatch(name -> name.endsWith(".pack"));
    }
  }

  @Test
  void whatAFullDiskKeepsFromRecoveryIsDurableOnceSomebodyReliesOnIt() throws Exception {
    MemoryDisk disk = new MemoryDisk();
    Said said = new Said();
    leavePacksOpen(disk, said);
    disk.capacity(0);
    try (Library library = open(disk);
        ChunkStore.Intake intake = library.intake()) {
      assertThat(library.problems()).extracting(Failure::code).containsOnly(Code.NO_SPACE);
      assertThat(library.problems()).isNotEmpty();
      requireAll(library, said.appended);
      intake.commit();
    }
    disk.crash();
    disk.capacity(Long.MAX_VALUE);
    said.acknowledged.putAll(said.appended);
    requireGoesOn(disk, said);
  }

  @Test
  void afterAFailedForceNothingIsAcknowledgedAnyMore() throws Exception {
    MemoryDisk disk = new MemoryDisk();
    Said said = new Said();
    try (Library library = open(disk)) {
      Map<Digest, byte[]> pending = new HashMap<>();
      try (ChunkStore.Intake intake = library.intake()) {
        append(intake, 1, pending, said);
        disk.failAt(2, MemoryDisk.Fault.DISK_ERROR);
        DiskContractTest.requireCode(Code.DISK_ERROR, intake::commit);
        DiskContractTest.requireCode(Code.DISK_ERROR, intake::commit);
      }
      DiskContractTest.requireCode(Code.DISK_ERROR, library::intake);
      DiskContractTest.requireCode(Code.DISK_ERROR, () -> library.putDocument(new byte[5]));
      for (Digest digest : pending.keySet()) {
        assertThat(library.holds(digest)).isFalse();
      }
    }
    requireGoesOn(disk, said);
  }

  @Test
  void aFullDiskStopsTheSessionAndNothingElse() throws Exception {
    MemoryDisk disk = new MemoryDisk();
    Said said = new Said();
    try (Library library = open(disk)) {
      Map<Digest, byte[]> pending = new HashMap<>();
      disk.capacity(LibraryFiles.RESERVED_BYTES);
      try (ChunkStore.Intake intake = library.intake()) {
        DiskContractTest.requireCode(Code.NO_SPACE, () -> append(intake, 1, pending, said));
        DiskContractTest.requireCode(Code.NO_SPACE, intake::commit);
      }
      assertThat(library.scrub()).isEmpty();
      disk.capacity(Long.MAX_VALUE);
      try (ChunkStore.Intake intake = library.intake()) {
        append(intake, 1, pending, said);
        intake.commit();
        said.acknowledged.putAll(pending);
      }
    }
    requireGoesOn(disk, said);
  }

  @Test
  void opensReadsAndChecksWhileTheDiskIsFull() throws Exception {
    MemoryDisk disk = new MemoryDisk();
    Said said = new Said();
    work(disk, said, 1);
    Map<Digest, byte[]> pending = new HashMap<>();
    Library library = open(disk);
    ChunkStore.Intake intake = library.intake();
    append(intake, 5000, pending, said);
    disk.restart();
    disk.capacity(0);
    try (Library reopened = open(disk)) {
      // The pack that was left open is not copied.
      assertThat(reopened.problems()).extracting(Failure::code).containsExactly(Code.NO_SPACE);
      requireAll(reopened, said.appended);
      assertThat(reopened.scrub()).isEmpty();
    }
    disk.capacity(Long.MAX_VALUE);
    try (Library reopened = open(disk)) {
      requireAll(reopened, said.appended);
      requireSaid(reopened, said);
    }
  }
}
