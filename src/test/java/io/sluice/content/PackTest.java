package io.sluice.content;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.parallel.CallerThread;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class PackTest {
  private static final Path FOLDER = Path.of("/library").toAbsolutePath();
  private static final Path FILE = FOLDER.resolve("packs").resolve("0000000000000001.pack");

  private static MemoryDisk diskWith(byte[] pack, Path file) throws Failure {
    MemoryDisk disk = new MemoryDisk();
    Library.open(disk, FOLDER, new CallerThread()).close();
    try (Disk.Writer writer = disk.create(file)) {
      writer.write(ByteBuffer.wrap(pack));
      writer.force();
    }
    disk.forceDirectory(file.getParent());
    return disk;
  }

  private static Library open(MemoryDisk disk) throws Failure {
    return Library.open(disk, FOLDER, new CallerThread());
  }

  private static Code readCode(byte[] pack, PackFormat.Versions readable) throws Failure {
    MemoryDisk disk = diskWith(pack, FILE);
    try (Disk.Reader reader = disk.open(FILE)) {
      PackFormat.read(reader, FILE, readable);
      throw new AssertionError("it was read");
    } catch (Failure e) {
      assertThat(e.what()).contains(FILE.toString());
      return e.code();
    }
  }

  @Test
  void readsTheGoldenPack() throws Exception {
    try (Library library = open(diskWith(Files.readAllBytes(Golden.PACK), FILE))) {
      assertThat(library.problems()).isEmpty();
      assertThat(library.scrub()).isEmpty();
      assertThat(library.stats().chunks()).isEqualTo(6);
      for (Golden.GoldenFrame frame : Golden.frames()) {
        for (byte[] chunk : frame.chunks()) {
          byte[] read = new byte[chunk.length];
          assertThat(library.read(Digest.of(chunk), read, 0)).isEqualTo(chunk.length);
          assertThat(read).isEqualTo(chunk);
        }
      }
    }
  }

  @Test
  void writesTheGoldenPackFromTheGoldenFrames() throws Exception {
    MemoryDisk disk = new MemoryDisk();
    try (Library library = open(disk);
        ChunkStore.Intake intake = library.intake()) {
      for (Golden.GoldenFrame frame : Golden.frames()) {
        intake.append(frame.frame());
      }
      intake.commit();
    }
    assertThat(disk.bytes(FILE)).isEqualTo(Files.readAllBytes(Golden.PACK));
  }

  @Test
  void everyFlippedBitIsFoundAndNoWrongByteIsEverRead() throws Exception {
    byte[] golden = Files.readAllBytes(Golden.PACK);
    for (int at = 0; at < golden.length; at++) {
      MemoryDisk disk = diskWith(golden, FILE);
      disk.flip(FILE, at, at % 8);
      try (Library library = open(disk)) {
        assertThat(library.scrub()).as("byte %s", at).isNotEmpty();
        for (Golden.GoldenFrame frame : Golden.frames()) {
          for (byte[] chunk : frame.chunks()) {
            byte[] read = new byte[chunk.length];
            try {
              library.read(Digest.of(chunk), read, 0);
              assertThat(read).isEqualTo(chunk);
            } catch (Failure e) {
              assertThat(e.code()).isIn(Code.CONTENT_CORRUPT, Code.CONTENT_MISSING);
            }
          }
        }
      }
    }
  }

  @Test
  void aDamagedIndexCostsNoChunk() throws Exception {
    byte[] golden = Files.readAllBytes(Golden.PACK);
    MemoryDisk disk = diskWith(golden, FILE);
    disk.flip(FILE, golden.length - 100, 3);
    try (Library library = open(disk)) {
      assertThat(library.problems())
          .extracting(Failure::code)
          .containsExactly(Code.CONTENT_CORRUPT);
      assertThat(library.stats().chunks()).isEqualTo(6);
    }
  }

  @Test
  void tellsCorruptTooOldAndTooNewApart() throws Exception {
    byte[] golden = Files.readAllBytes(Golden.PACK);
    byte[] newer = golden.clone();
    newer[9] = 1;
    assertThat(readCode(newer, PackFormat.Versions.NOW)).isEqualTo(Code.LIBRARY_TOO_NEW);
    assertThat(readCode(golden, new PackFormat.Versions(1, 2))).isEqualTo(Code.LIBRARY_TOO_OLD);
    byte[] damaged = golden.clone();
    damaged[0] ^= 1;
    assertThat(readCode(damaged, PackFormat.Versions.NOW)).isEqualTo(Code.CONTENT_CORRUPT);
    assertThat(readCode(new byte[3], PackFormat.Versions.NOW)).isEqualTo(Code.CONTENT_CORRUPT);
    for (int length = 0; length < golden.length; length += 7) {
      assertThat(readCode(java.util.Arrays.copyOf(golden, length), PackFormat.Versions.NOW))
          .isEqualTo(Code.CONTENT_CORRUPT);
    }
  }

  @Test
  void aPackOfANewerVersionIsReportedAndLeftAlone() throws Exception {
    byte[] newer = Files.readAllBytes(Golden.PACK);
    newer[9] = 1;
    MemoryDisk disk = diskWith(newer, FILE);
    try (Library library = open(disk)) {
      assertThat(library.problems())
          .extracting(Failure::code)
          .containsExactly(Code.LIBRARY_TOO_NEW);
      assertThat(library.stats().chunks()).isZero();
    }
    assertThat(disk.bytes(FILE)).isEqualTo(newer);
  }

  @Test
  void everyPrefixOfAnOpenPackGivesItsWholeFrames() throws Exception {
    byte[] golden = Files.readAllBytes(Golden.PACK);
    List<Golden.GoldenFrame> frames = Golden.frames();
    Path open = FILE.resolveSibling("0000000000000001.open");
    for (int length = 0; length <= golden.length; length++) {
      MemoryDisk disk = diskWith(java.util.Arrays.copyOf(golden, length), open);
      int end = PackFormat.HEADER_BYTES;
      int chunks = 0;
      for (Golden.GoldenFrame frame : frames) {
        end += frame.bytes().length;
        chunks += end <= length ? frame.chunks().size() : 0;
      }
      try (Library library = open(disk)) {
        assertThat(library.stats().chunks()).as("%s bytes", length).isEqualTo(chunks);
        assertThat(library.problems()).isEmpty();
        assertThat(library.scrub()).isEmpty();
      }
      assertThat(disk.exists(open)).isFalse();
      assertThat(disk.exists(FILE)).isEqualTo(chunks > 0);
    }
  }

  @Test
  void anOpenPackWithADamagedFrameGivesTheFramesBefore() throws Exception {
    byte[] golden = Files.readAllBytes(Golden.PACK);
    Path open = FILE.resolveSibling("0000000000000001.open");
    MemoryDisk disk = diskWith(golden, open);
    int second = PackFormat.HEADER_BYTES + Golden.frames().get(0).bytes().length;
    disk.flip(open, second + 30, 0);
    try (Library library = open(disk)) {
      assertThat(library.stats().chunks()).isEqualTo(1);
      assertThat(library.scrub()).isEmpty();
    }
  }

  @Test
  void anOpenPackThatCannotBeReadIsLeftAlone() throws Exception {
    byte[] golden = Files.readAllBytes(Golden.PACK);
    byte[] newer = golden.clone();
    newer[9] = 1;
    requireLeftAlone(newer, (operation, path) -> {});
    for (WatchedDisk.Operation broken :
        List.of(WatchedDisk.Operation.OPEN, WatchedDisk.Operation.READ)) {
      requireLeftAlone(golden, failing(broken, 1));
    }
    // Two reads a frame: what lies before the fault is held, what lies behind is kept.
    MemoryDisk disk = requireLeftAlone(golden, failing(WatchedDisk.Operation.READ, 4));
    try (Library library = open(disk)) {
      assertThat(library.problems()).isEmpty();
      int others = TestContent.chunks(TestContent.noise(1, 50_000)).size();
      assertThat(library.stats().chunks()).isEqualTo(6 + others);
    }
  }

  private static MemoryDisk requireLeftAlone(byte[] bytes, WatchedDisk.Watcher watcher)
      throws Failure, InterruptedException {
    Path open = FILE.resolveSibling("0000000000000001.open");
    MemoryDisk disk = diskWith(bytes, open);
    try (Library library =
        Library.open(new WatchedDisk(disk, watcher), FOLDER, new CallerThread())) {
      assertThat(library.problems()).hasSize(1);
      // The number is taken, the library works, and who commits relies on what is held.
      LibraryTest.store(library, TestContent.noise(1, 50_000));
      LibraryTest.requireHeld(library, TestContent.noise(1, 50_000));
    }
    assertThat(disk.bytes(open)).isEqualTo(bytes);
    return disk;
  }

  /** Fails an operation on the open pack from the n-th time on. */
  private static WatchedDisk.Watcher failing(WatchedDisk.Operation broken, int n) {
    int[] times = new int[1];
    return (operation, path) -> {
      if (operation == broken && path.toString().endsWith("0001.open") && ++times[0] >= n) {
        throw WatchedDisk.broken(operation, path);
      }
    };
  }

  @Test
  void anOpenPackWithADamagedHeaderLosesNoFrame() throws Exception {
    byte[] golden = Files.readAllBytes(Golden.PACK);
    Path open = FILE.resolveSibling("0000000000000001.open");
    for (int at : List.of(0, 7, 12)) {
      MemoryDisk disk = diskWith(golden, open);
      disk.flip(open, at, 0);
      try (Library library = open(disk)) {
        assertThat(library.stats().chunks()).isEqualTo(6);
        assertThat(library.problems())
            .extracting(Failure::code)
            .containsExactly(Code.CONTENT_CORRUPT);
        assertThat(library.scrub()).isEmpty();
      }
      assertThat(disk.bytes(FILE)).isEqualTo(golden);
    }
    byte[] foreign = TestContent.noise(3, 500);
    MemoryDisk disk = diskWith(foreign, open);
    open(disk).close();
    assertThat(disk.bytes(open)).isEqualTo(foreign);
  }

  @Test
  void checkingReadsTheFramesOfAPackWhoseIndexIsDamaged() throws Exception {
    byte[] golden = Files.readAllBytes(Golden.PACK);
    MemoryDisk disk = diskWith(golden, FILE);
    disk.flip(FILE, golden.length - 100, 3);
    try (Library library = open(disk)) {
      disk.flip(FILE, PackFormat.HEADER_BYTES + 60, 0);
      assertThat(library.scrub()).hasSize(2);
      assertThat(library.stats().chunks()).isEqualTo(5);
    }
  }

  @Test
  void acceptsNoOtherNames() {
    assertThat(PackNames.number("0000000000000001.pack", PackNames.SEALED)).contains(1L);
    for (String name :
        List.of(
            "1.pack",
            "000000000000000A.pack",
            "0000000000000000.pack",
            "ffffffffffffffff.pack",
            "0000000000000001.open",
            "0000000000000001.pack2",
            "000000000000000g.pack")) {
      assertThat(PackNames.number(name, PackNames.SEALED)).as(name).isEmpty();
    }
    assertThat(PackNames.sealed(0xabcdefL)).isEqualTo("0000000000abcdef.pack");
  }
}
