package io.sluice.siteserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.Views;
import io.sluice.content.Digest;
import io.sluice.filesystem.TestVolume;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks that fill while something is being written to them. */
class FullDiskSitesTest {
  private static final int MEBIBYTE = 1 << 20;
  private static final Duration WAIT_MAX = Duration.ofSeconds(90);

  /** What a site asks for before it receives a version of so many bytes, and a little more. */
  private static final int PACKAGE_MIB = 16;

  private static final int CHILD_MIB = 64 + PACKAGE_MIB + 16;

  /** How much of the package arrives before the disk fills. */
  private static final int BEFORE_BYTES = 5 * MEBIBYTE;

  @TempDir private Path folder;

  @Test
  void refusesACaptureThatFillsTheDiskHalfWayAndGoesOnFromThereWhenThereIsRoom() throws Exception {
    Path small = Files.createDirectories(folder.resolve("small"));
    Files.writeString(small.resolve("two.txt"), "two\n");
    Path large = Files.createDirectories(folder.resolve("large"));
    noise(large.resolve("large.bin"), 80);
    try (TestVolume volume = TestVolume.tmpfs(144 * MEBIBYTE)) {
      Path library = volume.root().resolve("library");
      Path ballast = volume.root().resolve("ballast");
      noise(ballast, 72);
      String earlier = capture(small, library).out().lines().findFirst().orElseThrow();
      Hierarchy.Said said = capture(large, library);
      BadInputTest.refused(said, 3, "SLU-307", library.toString());
      assertThat(said.err()).containsPattern("needed [0-9,]+ bytes, free [0-9,]+ bytes");
      assertThat(said.out()).isEmpty();
      long kept = bytes(library.resolve("packs"));
      assertThat(kept).as("it was under way").isGreaterThan(32 * MEBIBYTE);
      assertThat(files(library.resolve("documents"))).as("manifests").isEqualTo(1);
      requireWhole(earlier, library);
      Files.delete(ballast);
      Hierarchy.Said again = capture(large, library);
      assertThat(again.status()).as(again.toString()).isZero();
      requireWhole(earlier, library);
      requireWhole(again.out().lines().findFirst().orElseThrow(), library);
      assertThat(bytes(library.resolve("packs")))
          .as("what was stored before was not stored again")
          .isLessThan(kept + (80 - 32) * MEBIBYTE);
    }
  }

  @Test
  void aChildWhoseDiskFillsWhileItReceivesSaysSoAndCompletesWhenThereIsRoom() throws Exception {
    Path source = Files.createDirectories(folder.resolve("source"));
    noise(source.resolve("large.bin"), PACKAGE_MIB);
    Path point = folder.resolve("point");
    try (TestVolume volume = TestVolume.tmpfs(CHILD_MIB * MEBIBYTE);
        Hierarchy sites = Hierarchy.of(folder, "CEN");
        SlowLine line = new SlowLine(sites.site("CEN").address(), BEFORE_BYTES)) {
      sites.play(
          () -> {
            Hierarchy.Site centre = sites.site("CEN");
            Hierarchy.Site child =
                sites.found(
                    "STO",
                    volume.root().resolve("STO"),
                    Optional.of(centre.invite("STO", line.address())));
            child.start();
            child.addPlace(point);
            String id = centre.offer("large", source, "STO");
            Views.VersionView made = centre.capture(id);
            sites.until("a part has come", WAIT_MAX, line::isHolding);
            Path ballast = volume.root().resolve("ballast");
            fill(ballast);
            line.open();
            sites.until(
                "the child says that its disk is full",
                WAIT_MAX,
                () -> child.logged("SLU-307") + child.logged("SLU-701") > 0);
            assertThat(child.isAlive()).isTrue();
            makeRoomForTheLedgers(ballast);
            sites.until(
                "its status says so", WAIT_MAX, () -> child.status().contains("SLU-307 NO_SPACE"));
            assertThat(child.status()).contains("bytes", "free", "next:");
            assertThat(point.resolve(id)).doesNotExist();
            assertThat(child.isAlive()).isTrue();
            Files.delete(ballast);
            sites.until("it is placed", WAIT_MAX, () -> child.hasPlaced(id, 1));
            Digest manifest = Digest.parse(made.capture().digest());
            assertThat(Hierarchy.differences(source, point, id, manifest)).isEmpty();
            child.stop();
            assertThat(TransferLog.of(child).askedAgain()).isEmpty();
          });
    }
  }

  /** Takes all space there is but the last few kilobytes at most. */
  private static void fill(Path ballast) throws IOException {
    byte[] page = new byte[4096];
    try (OutputStream out = Files.newOutputStream(ballast)) {
      while (true) {
        out.write(page);
      }
    } catch (IOException full) {
      assertThat(ballast.toFile().getUsableSpace()).isLessThan(page.length);
    }
  }

  /** Gives back less than content needs, but enough for a database. */
  private static void makeRoomForTheLedgers(Path ballast) throws IOException {
    try (var file = new java.io.RandomAccessFile(ballast.toFile(), "rw")) {
      file.setLength(file.length() - 2 * MEBIBYTE);
    }
  }

  private static void noise(Path file, int mib) throws IOException {
    SplittableRandom random = new SplittableRandom(mib);
    byte[] block = new byte[MEBIBYTE];
    try (OutputStream out = Files.newOutputStream(file)) {
      for (int i = 0; i < mib; i++) {
        random.nextBytes(block);
        out.write(block);
      }
    }
  }

  private static Hierarchy.Said capture(Path from, Path into) {
    return Hierarchy.command("capture", from.toString(), "--library", into.toString());
  }

  private static void requireWhole(String digest, Path library) {
    Hierarchy.Said said = Hierarchy.command("verify", digest, "--library", library.toString());
    assertThat(said.status()).as(said.toString()).isZero();
  }

  private static long files(Path in) throws IOException {
    try (Stream<Path> all = Files.walk(in)) {
      return all.filter(Files::isRegularFile).count();
    }
  }

  private static long bytes(Path in) throws IOException {
    try (Stream<Path> all = Files.walk(in)) {
      return all.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }
}
