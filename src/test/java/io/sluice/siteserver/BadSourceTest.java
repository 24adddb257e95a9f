package io.sluice.siteserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.filesystem.TestVolume;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sources that cannot be read as they are, captured by command line. */
class BadSourceTest {
  /** Large enough that a file is still being read when its writer's turn comes. */
  private static final int CHANGING_BYTES = 16 << 20;

  private static final int APPENDED_BYTES = 1_000;

  /** Runs a process that, although root's, may read only what its modes allow. */
  private static final List<String> WITHOUT_PRIVILEGE =
      List.of("setpriv", "--bounding-set", "-dac_override,-dac_read_search");

  @TempDir private Path folder;

  private Path source;
  private Path library;

  @BeforeEach
  void makeSource() throws IOException {
    source = Files.createDirectories(folder.resolve("source"));
    library = folder.resolve("library");
    for (String name : List.of("readable.txt", "secret-1.txt", "secret-2.txt")) {
      Files.writeString(source.resolve(name), name + "\n");
    }
    Path closed = Files.createDirectories(source.resolve("sub/closed"));
    Files.writeString(closed.resolve("inside.txt"), "inside\n");
    Files.writeString(source.resolve("sub/secret-3.txt"), "three\n");
  }

  @Test
  void listsAllThatCannotBeReadInOneRefusalAndCapturesItOnceItCan() throws Exception {
    List<String> secret = List.of("secret-1.txt", "secret-2.txt", "sub/secret-3.txt");
    for (String name : secret) {
      mode(source.resolve(name), "---------");
    }
    mode(source.resolve("sub/closed"), "---------");
    List<String> before = unprivileged(source.resolve("secret-1.txt"));
    Hierarchy.Said said = capture(before);
    BadInputTest.refused(said, 1, "SLU-202", source.toString());
    assertThat(said.err().lines().filter(line -> line.startsWith("    ")))
        .as(said.err())
        .hasSize(4)
        .anyMatch(line -> line.contains("sub/closed: "))
        .allMatch(line -> !line.contains("readable.txt"));
    assertThat(said.err()).contains(secret).doesNotContain("inside.txt");
    assertThat(said.out()).isEmpty();
    assertThat(documents()).isZero();
    for (String name : secret) {
      mode(source.resolve(name), "rw-------");
    }
    mode(source.resolve("sub/closed"), "rwx------");
    Hierarchy.Said again = capture(before);
    assertThat(again.status()).as(again.toString()).isZero();
    assertThat(documents()).isEqualTo(1);
  }

  @Test
  void refusesAFileThatNeverRestsByNameAndCapturesItOnceItDoes() throws Exception {
    Path busy = source.resolve("sub/busy.log");
    byte[] noise = new byte[CHANGING_BYTES];
    new SplittableRandom(1).nextBytes(noise);
    Files.write(busy, noise);
    AtomicBoolean writing = new AtomicBoolean(true);
    Thread writer = Thread.ofPlatform().start(() -> append(busy, writing));
    try {
      Hierarchy.Said said = capture();
      BadInputTest.refused(said, 3, "SLU-205", "sub/busy.log: ");
      assertThat(said.err()).doesNotContain("readable.txt").doesNotContain("secret");
      assertThat(said.out()).isEmpty();
      assertThat(documents()).isZero();
    } finally {
      writing.set(false);
      writer.join();
    }
    Hierarchy.Said again = capture();
    assertThat(again.status()).as(again.toString()).isZero();
    assertThat(documents()).isEqualTo(1);
    Path copy = folder.resolve("copy");
    String digest = again.out().lines().findFirst().orElseThrow();
    assertThat(
            Hierarchy.command(
                    "restore", digest, "--library", library.toString(), "--to", copy.toString())
                .status())
        .isZero();
    assertThat(Files.mismatch(busy, copy.resolve("sub/busy.log"))).isEqualTo(-1);
  }

  private static void append(Path file, AtomicBoolean writing) {
    try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.APPEND)) {
      while (writing.get()) {
        out.write(new byte[APPENDED_BYTES]);
        Thread.sleep(1);
      }
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private Hierarchy.Said capture() {
    return Hierarchy.command("capture", source.toString(), "--library", library.toString());
  }

  private Hierarchy.Said capture(List<String> before) throws IOException, InterruptedException {
    return ProductProcess.run(
        before, "capture", source.toString(), "--library", library.toString());
  }

  /** What takes the right to read everything from a process, if whoever runs this test has it. */
  private static List<String> unprivileged(Path unreadable) throws IOException {
    if (!Files.isReadable(unreadable)) {
      return List.of();
    }
    String said;
    try {
      String[] probe =
          Stream.concat(WITHOUT_PRIVILEGE.stream(), Stream.of("true")).toArray(String[]::new);
      said = TestVolume.run(probe);
    } catch (IOException e) {
      said = String.valueOf(e.getMessage());
    }
    Assumptions.assumeTrue(
        said.isEmpty(), "this user reads every file, and setpriv cannot take that away: " + said);
    return WITHOUT_PRIVILEGE;
  }

  private static void mode(Path file, String mode) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  /** How many manifests the library holds. */
  private long documents() throws IOException {
    try (Stream<Path> files = Files.walk(library.resolve("documents"))) {
      return files.filter(Files::isRegularFile).count();
    }
  }
}
