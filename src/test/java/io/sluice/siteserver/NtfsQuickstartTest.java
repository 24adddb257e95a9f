package io.sluice.siteserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.filesystem.TestVolume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The product's main job from a real NTFS volume: every stream arrives, or it is refused by name.
 */
class NtfsQuickstartTest {
  private static final int MEBIBYTE = 1 << 20;

  @TempDir private Path folder;

  @Test
  void carriesEveryStreamOfAnNtfsVolumeToTheDistributionPoint() throws IOException {
    try (TestVolume volume = TestVolume.ntfs("windows")) {
      Path source = source(volume);
      Hierarchy.Said said = quickstart(source);
      assertThat(said.status()).as(said.toString()).isZero();
      assertThat(said.out())
          .contains("identical: source and STO's distribution point")
          .contains("v1 compared")
          .doesNotContain("DIFFERENT");
      // Every stream is counted, wherever the distribution point keeps it.
      assertThat(said.out()).containsPattern("v1 captured +[0-9.]+ MB +6 ");
      assertThat(Files.exists(folder.resolve("work"))).isFalse();
    }
  }

  @Test
  void refusesTheVolumeWhereItsInterfaceCannotReadAStreamWhole() throws IOException {
    try (TestVolume volume = TestVolume.ntfs("windows")) {
      Path source = source(volume);
      volume.remount("xattr");
      Hierarchy.Said said = quickstart(source);
      assertThat(said.status()).as(said.toString()).isEqualTo(1);
      assertThat(said.err()).contains("SLU-206").contains("large.bin").contains("five-megabytes");
      assertThat(said.out()).doesNotContain("identical:");
    }
  }

  @Test
  void carriesASmallPlainFolder() throws IOException {
    Path source = Files.createDirectories(folder.resolve("plain"));
    Files.writeString(source.resolve("one.txt"), "one file\n");
    Hierarchy.Said said = quickstart(source);
    assertThat(said.status()).as(said.toString()).isZero();
    assertThat(said.out()).contains("identical: source and STO's distribution point");
  }

  private Hierarchy.Said quickstart(Path source) {
    return Hierarchy.command(
        "quickstart", "--exit", "--work", folder.resolve("work").toString(), source.toString());
  }

  /** A folder with streams of all sizes, on files and on a folder, and names of other scripts. */
  private static Path source(TestVolume volume) throws IOException {
    Path source = volume.folder("source");
    Path named = source.resolve("Grüße – 你好.txt");
    Files.writeString(named, "names are data\n");
    Path large = source.resolve("large.bin");
    Files.write(large, noise(3 * MEBIBYTE));
    Path sub = Files.createDirectory(source.resolve("подпапка"));
    Files.writeString(sub.resolve("inside.txt"), "inside\n");
    stream(named, "empty", new byte[0]);
    stream(named, "one-byte", new byte[] {42});
    stream(named, "потік", noise(200_000));
    stream(large, "five-megabytes", noise(5 * MEBIBYTE));
    stream(
        large,
        "Zone.Identifier",
        "[ZoneTransfer]\r\nZoneId=3\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    stream(sub, "on-a-folder", noise(100));
    return source;
  }

  /** With the windows interface a stream is a file named after a colon. */
  private static void stream(Path entry, String name, byte[] bytes) throws IOException {
    Files.write(entry.resolveSibling(entry.getFileName() + ":" + name), bytes);
  }

  private static byte[] noise(int length) {
    byte[] bytes = new byte[length];
    new SplittableRandom(length).nextBytes(bytes);
    return bytes;
  }
}
