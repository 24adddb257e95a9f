package io.sluice.distributionpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.content.Disk;
import io.sluice.content.TestContent;
import io.sluice.content.WatchedDisk;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Facts;
import io.sluice.filesystem.TestVolume;
import io.sluice.manifest.Manifest;
import io.sluice.parallel.CallerThread;
import io.sluice.time.SystemClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RestoreTest {
  private static final int BIG = 700_001;

  private TestSite site;
  private TestVolume volume;
  private CountingStore store;

  @BeforeEach
  void open() throws Exception {
    site = new TestSite();
    volume = TestVolume.plain();
    store = new CountingStore(site.library);
  }

  @AfterEach
  void close() throws IOException {
    site.close();
    volume.close();
  }

  private Restore.Restored restore(Manifest manifest, Path to, Path... seeds) throws Exception {
    Restore.Parts parts =
        new Restore.Parts(site.platform, new CallerThread(), store, site.disk, new SystemClock());
    return new Restore(parts)
        .run(manifest, new Restore.Order(to, StreamPolicy.SIDECAR, List.of(seeds)));
  }

  private static Code code(ThrowingCallable call) {
    Code[] caught = new Code[1];
    assertThatThrownBy(call).isInstanceOfSatisfying(Failure.class, e -> caught[0] = e.code());
    return caught[0];
  }

  private void assertIdentical(Manifest manifest, Path tree) throws Exception {
    assertThat(
            new Verifier(site.platform, site.threads)
                .compare(
                    manifest, tree, sidecar(tree), site.platform.entryCapacity(tree.getParent())))
        .isEmpty();
    assertThat(tree.getParent().toFile().list((folder, name) -> name.endsWith(".restoring")))
        .isEmpty();
  }

  private static Optional<Path> sidecar(Path tree) {
    Path beside = tree.resolveSibling(tree.getFileName() + ".sidecar");
    return Files.exists(beside) ? Optional.of(beside) : Optional.empty();
  }

  private Path tree() {
    return volume.root().resolve("tree");
  }

  @Test
  void filesASeedHoldsAreNotAskedOfTheLibrary() throws Exception {
    Manifest manifest = TestPackage.rich(1).store(site.library);
    Path seed = volume.root().resolve("seed");
    assertThat(restore(manifest, seed).placed().taken()).isEqualTo(Taken.NOTHING);
    int all = store.read.size();
    Taken taken =
        restore(manifest, tree(), volume.root().resolve("nothing"), seed).placed().taken();
    assertIdentical(manifest, tree());
    assertThat(taken).isEqualTo(new Taken(1, BIG, taken.sharedBytes(), 0, 0));
    assertThat(store.read.size() - all).isLessThan(all);
    assertThat(inode(tree().resolve("big.bin"))).isNotEqualTo(inode(seed.resolve("big.bin")));
  }

  private long inode(Path file) throws Failure {
    return site.platform.facts(file).identity().map(Facts.Identity::inode).orElseThrow();
  }

  @Test
  void aSeedThatIsNotWhatItSeemsIsNotTaken() throws Exception {
    Manifest manifest = TestPackage.rich(1).store(site.library);
    Path seed = volume.root().resolve("seed");
    restore(manifest, seed);
    Path file = seed.resolve("big.bin");
    byte[] bytes = Files.readAllBytes(file);
    bytes[BIG - 1] ^= 1;
    FileTime time = Files.getLastModifiedTime(file);
    Files.write(file, bytes);
    Files.setLastModifiedTime(file, time);
    assertThat(restore(manifest, tree(), seed).placed().taken()).isEqualTo(Taken.NOTHING);
    assertIdentical(manifest, tree());
  }

  @ParameterizedTest
  @ValueSource(strings = {"btrfs", "xfs"})
  void blocksAreSharedWithASeedWhereTheFileSystemCanAndNothingElseIs(String kind) throws Exception {
    try (TestVolume sharing = kind.equals("xfs") ? TestVolume.xfs() : TestVolume.btrfs()) {
      Manifest manifest = TestPackage.rich(1).store(site.library);
      Path seed = sharing.root().resolve("seed");
      restore(manifest, seed);
      Path to = sharing.root().resolve("tree");
      assertThat(restore(manifest, to, seed).placed().taken())
          .isEqualTo(new Taken(1, BIG, BIG, 0, 0));
      assertIdentical(manifest, to);
      Files.setPosixFilePermissions(
          to.resolve("big.bin"),
          java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
      Files.write(to.resolve("big.bin"), new byte[BIG]);
      assertIdentical(manifest, seed);
    }
  }

  @Test
  void aSeedOnAnotherFileSystemIsCopied() throws Exception {
    try (TestVolume other = TestVolume.tmpfs(16 << 20)) {
      Manifest manifest = TestPackage.rich(1).store(site.library);
      restore(manifest, other.root().resolve("seed"));
      Taken taken = restore(manifest, tree(), other.root().resolve("seed")).placed().taken();
      assertThat(taken).isEqualTo(new Taken(1, BIG, 0, 0, 0));
      assertIdentical(manifest, tree());
    }
  }

  private Manifest manyFiles() throws Exception {
    TestPackage many = new TestPackage().attributes(".", 0555, 1_000_000_000, 0);
    for (int i = 0; i < 12; i++) {
      String path = "d" + i / 4 + "/f" + i;
      many.file(path, TestContent.noise(i, 300_000)).stream(path, "s", new byte[i]);
      many.attributes("d" + i / 4, 0500, 1_000_000_000, 0);
    }
    return many.stream("d1/f5", "too long for an attribute", TestContent.noise(77, 90_000))
        .hardLink("d2/same", "d0/f0")
        .link("d0/link", "f0")
        .store(site.library);
  }

  @Test
  void whatAnInterruptedRestoreFinishedIsNotWrittenAgain() throws Exception {
    Manifest manifest = manyFiles();
    int chunks = manifest.chunks().size();
    for (int most : List.of(0, 1, chunks / 2, chunks - 1)) {
      store.read.clear();
      store.most = most;
      assertThatThrownBy(() -> restore(manifest, tree())).isInstanceOf(TestSite.Crash.class);
      store.most = Integer.MAX_VALUE;
      store.read.clear();
      Restore.Restored restored = restore(manifest, tree());
      assertIdentical(manifest, tree());
      if (most >= chunks / 2) {
        assertThat(restored.placed().taken().keptFiles()).isGreaterThanOrEqualTo(4);
        assertThat(store.read.size()).isLessThan(chunks * 3 / 4);
      }
      TestVolume.delete(tree());
      TestVolume.delete(sidecar(tree()).orElseThrow());
    }
  }

  @Test
  void aRestoreThatWasInterruptedWhileItWasReadBackGoesOn() throws Exception {
    Manifest manifest = manyFiles();
    restore(manifest, tree());
    Files.createFile(mark(manifest));
    Files.createDirectory(tree().resolve(".sluice-probe-0"));
    Files.createFile(tree().resolve(".sluice-probe-0/file"));
    store.read.clear();
    Taken taken = restore(manifest, tree()).placed().taken();
    assertThat(taken.keptFiles()).isEqualTo(12);
    assertIdentical(manifest, tree());
  }

  private Path mark(Manifest manifest) {
    return tree().resolveSibling("tree." + manifest.digest().hex().substring(0, 12) + ".restoring");
  }

  @Test
  void whatIsKeptAndTurnsOutToBeDamagedIsWrittenAnew() throws Exception {
    Manifest manifest = manyFiles();
    restore(manifest, tree());
    Path file = tree().resolve("d1/f6");
    FileTime time = Files.getLastModifiedTime(file);
    Files.write(file, new byte[300_000]);
    Files.setLastModifiedTime(file, time);
    Files.createFile(mark(manifest));
    assertThat(restore(manifest, tree()).placed().taken().keptFiles()).isEqualTo(11);
    assertIdentical(manifest, tree());
  }

  @Test
  void aFolderThatHoldsAnythingElseIsLeftAlone() throws Exception {
    Manifest manifest = manyFiles();
    Manifest other = TestPackage.rich(2).store(site.library);
    Files.createDirectories(tree());
    Files.writeString(tree().resolve("mine"), "precious");
    Files.createFile(mark(other));
    assertThat(code(() -> restore(manifest, tree()))).isEqualTo(Code.ALREADY_EXISTS);
    assertThat(tree().toFile().list()).containsExactly("mine");
    assertThat(mark(manifest)).doesNotExist();
  }

  @Test
  void twoProcessesDoNotRestoreTheSameAtOnce() throws Exception {
    Manifest manifest = manyFiles();
    Disk.Lock other = site.disk.lock(mark(manifest));
    assertThat(code(() -> restore(manifest, tree()))).isEqualTo(Code.ALREADY_EXISTS);
    other.close();
    restore(manifest, tree());
  }

  @Test
  void aMountInAFolderThatCannotBeWrittenIsRestoredToAllTheSame() throws Exception {
    Manifest manifest = manyFiles();
    Files.createDirectory(tree());
    site.watcher =
        (operation, path) -> {
          if (operation == WatchedDisk.Operation.LOCK && path.equals(mark(manifest))) {
            throw WatchedDisk.broken(operation, path);
          }
        };
    restore(manifest, tree());
    assertIdentical(manifest, tree());
  }

  @Test
  void aRefusedRestoreLeavesNothing() throws Exception {
    Manifest manifest = new TestPackage().file("n".repeat(256), new byte[] {1}).store(site.library);
    assertThat(code(() -> restore(manifest, tree()))).isEqualTo(Code.NAME_UNSUPPORTED);
    assertThat(volume.root()).isEmptyDirectory();
  }

  @Test
  void aDistributionPointTakesWhatStaysFromTheVersionBefore() throws Exception {
    byte[] big = TestContent.noise(5, BIG);
    Manifest one = new TestPackage().file("big", big).file("a", new byte[] {1}).store(site.library);
    Manifest two = new TestPackage().file("big", big).file("a", new byte[] {2}).store(site.library);
    Path folder = volume.root().resolve("dp");
    FolderPlace place = site.place(folder, StreamPolicy.REFUSE);
    assertThat(place.put(TestSite.ID, 1, one).taken().seedFiles()).isZero();
    assertThat(place.put(TestSite.ID, 2, two).taken().seedFiles()).isEqualTo(1);
    assertThat(place.verify(TestSite.ID, 2, two)).isEmpty();
    assertThat(inode(folder.resolve("CEN-12/v1/big")))
        .isNotEqualTo(inode(folder.resolve("CEN-12/v2/big")));
  }
}
