package io.sluice.siteserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.filesystem.TestVolume;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the commands that need no server say to bad input: a stable code, why, and what next. */
class BadInputTest {
  @TempDir private Path folder;

  private Path source;
  private Path library;

  @BeforeEach
  void makeSource() throws IOException {
    source = Files.createDirectories(folder.resolve("source"));
    library = folder.resolve("library");
    Files.writeString(source.resolve("one.txt"), "one\n");
  }

  @Test
  void refusesMissingAndEmptySources() throws IOException {
    refused(capture(folder.resolve("none"), library), 1, "SLU-201", "none");
    Path empty = Files.createDirectories(folder.resolve("nothing"));
    refused(capture(empty, library), 1, "SLU-203", "nothing");
  }

  @Test
  void refusesSourceAndLibraryInOneAnother() throws IOException {
    refused(capture(source, source.resolve("library")), 1, "SLU-204", "library");
    assertThat(source.resolve("library")).as("left behind").doesNotExist();
    assertThat(capture(source, library).status()).isZero();
    refused(capture(library.resolve("packs"), library), 1, "SLU-204", "library");
    Path link = Files.createSymbolicLink(folder.resolve("link"), source);
    refused(capture(source, link.resolve("library-2")), 1, "SLU-204", "library-2");
  }

  @Test
  void listsSpecialFilesAndCapturesTheRest() throws IOException {
    org.junit.jupiter.api.Assumptions.assumeTrue(
        TestVolume.run("mkfifo", source.resolve("a-pipe").toString()).isEmpty(), "no mkfifo here");
    Hierarchy.Said said = capture(source, library);
    assertThat(said.status()).as(said.toString()).isZero();
    assertThat(said.out()).contains("Seen and not captured").contains("a-pipe");
  }

  @Test
  void refusesUnknownAmbiguousAndMalformedDigests() throws IOException {
    String digest = capture(source, library).out().lines().findFirst().orElseThrow();
    refused(verify("0".repeat(64)), 1, "SLU-103", "000000");
    refused(verify(digest.substring(0, 5)), 1, "SLU-", digest.substring(0, 5));
    assertThat(verify(digest.substring(0, 12)).status()).isZero();
    Path documents = library.resolve("documents");
    try (Stream<Path> files = Files.walk(documents)) {
      Path mine = files.filter(file -> file.toString().contains(digest)).findFirst().orElseThrow();
      char last = digest.charAt(63) == '0' ? '1' : '0';
      Path twin =
          mine.resolveSibling(
              mine.getFileName().toString().replace(digest, digest.substring(0, 63) + last));
      Files.copy(mine, twin);
    }
    refused(verify(digest.substring(0, 12)), 1, "SLU-105", digest.substring(0, 12));
  }

  @Test
  void refusesALibraryThatIsNone() {
    refused(
        Hierarchy.command("verify", "0".repeat(64), "--library", source.toString()),
        1,
        "SLU-301",
        "source");
  }

  @Test
  void namesDamageInContent() throws IOException {
    String digest = captureLarge();
    flipByteInTheMiddle(library.resolve("packs"));
    Hierarchy.Said said = verify(digest);
    refused(said, 1, "SLU-305", digest);
    assertThat(said.err()).contains("difference").contains("capture the source again");
    // What it advises works.
    assertThat(
            Hierarchy.command(
                    "capture", source.toString(), "--library", library.toString(), "--verify")
                .status())
        .isZero();
    assertThat(verify(digest).status()).isZero();
  }

  @Test
  void namesDamageInAManifest() throws IOException {
    String digest = captureLarge();
    flipByteInTheMiddle(library.resolve("documents"));
    refused(verify(digest), 1, "SLU-305", digest);
  }

  @Test
  void refusesWrongUsageWithStatusTwo() {
    assertThat(Hierarchy.command("capture").status()).isEqualTo(2);
    assertThat(Hierarchy.command("no-such-command").status()).isEqualTo(2);
    assertThat(Hierarchy.command("package", "assign", "CEN-1").status()).isEqualTo(2);
  }

  @Test
  void listsAllProblemsOfAConfiguration() throws IOException {
    Path data = folder.resolve("CEN");
    assertThat(Hierarchy.command("site", "init", "CEN", "--data", data.toString()).status())
        .isZero();
    Files.writeString(
        data.resolve("site.json"),
        "{\"site\": \"c\", \"site_address\": \"nowhere\", \"admin_address\": \"127.0.0.1:1\","
            + " \"database\": \"sqlite\", \"parent\": null, \"sidecars\": 1, \"colour\": 2}");
    Hierarchy.Said said = Hierarchy.command("site", "serve", "--data", data.toString());
    refused(said, 1, "SLU-102", "site.json");
    assertThat(said.err())
        .contains("unknown key \"colour\"")
        .contains("unknown key \"sidecars\"")
        .contains("site_address: ")
        .contains("site: ");
  }

  @Test
  void saysWhatIsNeededOnAFullDiskAndKeepsTheLibraryWhole() throws IOException {
    Files.write(source.resolve("large.bin"), noise(12 << 20));
    Path small = Files.createDirectories(folder.resolve("small"));
    Files.writeString(small.resolve("two.txt"), "two\n");
    try (TestVolume volume = TestVolume.tmpfs(16 << 20)) {
      Path tight = volume.root().resolve("library");
      String digest = capture(small, tight).out().lines().findFirst().orElseThrow();
      Files.write(volume.root().resolve("ballast"), noise(4 << 20));
      Hierarchy.Said said = capture(source, tight);
      refused(said, 3, "SLU-307", "library");
      assertThat(said.err()).containsPattern("[0-9]+ bytes are free, [0-9]+ are to be read");
      Files.delete(volume.root().resolve("ballast"));
      assertThat(Hierarchy.command("verify", digest, "--library", tight.toString()).status())
          .isZero();
    }
  }

  private String captureLarge() throws IOException {
    Files.write(source.resolve("large.bin"), noise(1 << 20));
    return capture(source, library).out().lines().findFirst().orElseThrow();
  }

  private static byte[] noise(int length) {
    byte[] bytes = new byte[length];
    new java.util.SplittableRandom(length).nextBytes(bytes);
    return bytes;
  }

  static void flipByteInTheMiddle(Path of) throws IOException {
    Path largest;
    try (Stream<Path> files = Files.walk(of)) {
      largest =
          files
              .filter(Files::isRegularFile)
              .max(java.util.Comparator.comparingLong(file -> file.toFile().length()))
              .orElseThrow();
    }
    try (RandomAccessFile file = new RandomAccessFile(largest.toFile(), "rw")) {
      long middle = file.length() / 2;
      file.seek(middle);
      int old = file.read();
      file.seek(middle);
      file.write(old ^ 1);
    }
  }

  private static Hierarchy.Said capture(Path from, Path into) {
    return Hierarchy.command("capture", from.toString(), "--library", into.toString());
  }

  private Hierarchy.Said verify(String digest) {
    return Hierarchy.command("verify", digest, "--library", library.toString());
  }

  /** A refusal says its code, what it is about, why, and what to do next. */
  static void refused(Hierarchy.Said said, int status, String code, String about) {
    assertThat(said.status()).as(said.toString()).isEqualTo(status);
    assertThat(said.err()).contains(code, about, "why:", "next:");
  }
}
