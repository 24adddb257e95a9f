package io.sluice.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a real file system of few megabytes. Needs Linux and the right to mount. */
class FullDiskTest {
  private static final int MEGABYTES = 24;

  @TempDir Path folder;

  private final Disk disk = new HostDisk();
  private boolean mounted;

  @BeforeEach
  void mount() throws Exception {
    String size = "size=" + MEGABYTES + "m";
    mounted = run("mount", "-t", "tmpfs", "-o", size, "sluice-test", folder.toString());
    Assumptions.assumeTrue(mounted, "a small tmpfs cannot be mounted here");
  }

  @AfterEach
  void unmount() throws Exception {
    if (mounted) {
      assertThat(run("umount", folder.toString())).isTrue();
    }
  }

  private static boolean run(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void aWriteToAFullDiskSaysHowMuchIsNeededAndFree() throws Exception {
    Path file = folder.resolve("file");
    Disk.Writer writer = disk.create(file);
    try (writer) {
      assertThatThrownBy(
              () -> {
                for (int i = 0; i <= MEGABYTES; i++) {
                  writer.write(ByteBuffer.wrap(new byte[1_000_000 + i]));
                }
                writer.write(ByteBuffer.wrap(new byte[9_000_000]));
              })
          .isInstanceOfSatisfying(
              Failure.class,
              e -> {
                assertThat(e.code()).isEqualTo(Code.NO_SPACE);
                assertThat(e.isTemporary()).isTrue();
                assertThat(e.what()).isEqualTo("writing " + file);
                assertThat(e.why()).matches("needed [0-9,]+ bytes, free [0-9,]+ bytes");
              });
    }
  }

  @Test
  void theLibraryStopsAtItsReserveAndGoesOnWhenThereIsSpace() throws Exception {
    Path filler = folder.resolve("filler");
    Path place = folder.resolve("library");
    byte[] kept = TestContent.noise(1, 1_000_000);
    byte[] more = TestContent.noise(2, 12_000_000);
    try (Library library = Library.open(disk, place)) {
      LibraryTest.store(library, kept);
      Files.write(filler, new byte[9_000_000]);
      assertThatThrownBy(() -> LibraryTest.store(library, more))
          .isInstanceOfSatisfying(
              Failure.class, e -> assertThat(e.code()).isEqualTo(Code.NO_SPACE));
      assertThat(disk.freeBytes(place)).isGreaterThan(2_000_000);
      LibraryTest.requireHeld(library, kept);
    }
    // Now to the last byte: the library still opens, reads and checks.
    fill(folder.resolve("rest"));
    assertThat(disk.freeBytes(place)).isZero();
    try (Library library = Library.open(disk, place)) {
      LibraryTest.requireHeld(library, kept);
      assertThat(library.scrub()).isEmpty();
      DiskContractTest.requireCode(Code.NO_SPACE, () -> library.putDocument(more));
    }
    Files.delete(filler);
    Files.delete(folder.resolve("rest"));
    try (Library library = Library.open(disk, place)) {
      byte[] less = java.util.Arrays.copyOf(more, 3_000_000);
      LibraryTest.store(library, less);
      LibraryTest.requireHeld(library, less);
      assertThat(library.scrub()).isEmpty();
    }
  }

  @Test
  void theReserveIsKeptThoughOthersFillTheDiskMeanwhile() throws Exception {
    Path place = folder.resolve("library");
    try (Library library = Library.open(disk, place);
        ChunkStore.Intake intake = library.intake()) {
      byte[] kept = TestContent.noise(1, 200_000);
      intake.append(raw(kept));
      Files.write(
          folder.resolve("filler"),
          new byte[(int) (disk.freeBytes(place) - LibraryFiles.RESERVED_BYTES - 100_000)]);
      DiskContractTest.requireCode(
          Code.NO_SPACE, () -> intake.append(raw(TestContent.noise(2, 200_000))));
      assertThat(disk.freeBytes(place)).isGreaterThanOrEqualTo(LibraryFiles.RESERVED_BYTES);
      assertThat(library.holds(Digest.of(kept))).isTrue();
    }
  }

  private static Frame raw(byte[] plain) {
    return FrameCodec.raw(List.of(new Frame.Chunk(Digest.of(plain), plain.length)), plain, 0);
  }

  private static void fill(Path file) throws IOException {
    try (java.io.OutputStream out = Files.newOutputStream(file)) {
      byte[] page = new byte[4096];
      boolean full = false;
      while (!full) {
        try {
          out.write(page);
        } catch (IOException e) {
          full = true;
        }
      }
    }
  }
}
