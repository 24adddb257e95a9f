package io.sluice.siteserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.filesystem.TestVolume;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a process unpacks for itself does not pile up, however the process ends. */
class NativeLibraryTest {
  @TempDir private Path folder;

  @Test
  void aKilledSiteLeavesNothingThatItsNextStartDoesNotDelete() throws Exception {
    try (Hierarchy sites = Hierarchy.of(folder, "CEN")) {
      sites.play(
          () -> {
            Hierarchy.Site site = sites.site("CEN");
            Path unpacked = site.data().resolve("native");
            Set<String> first = names(unpacked);
            assertThat(first).hasSize(2);
            site.kill();
            Files.writeString(unpacked.resolve("notes.txt"), "somebody's\n");
            Files.createDirectories(unpacked.resolve("sqlite-3-folder"));
            site.start();
            assertThat(names(unpacked))
                .hasSize(4)
                .contains("notes.txt", "sqlite-3-folder")
                .doesNotContainAnyElementsOf(first);
            site.stop();
            assertThat(names(unpacked)).containsExactly("notes.txt", "sqlite-3-folder");
          });
    }
    assertThat(names(ProductProcess.temporaryFolder()))
        .noneMatch(name -> name.contains("sqlite") || name.contains("zstd"));
  }

  @Test
  void whereItCannotBeUnpackedTheCommandSaysSo() throws Exception {
    try (TestVolume tiny = TestVolume.tmpfs(300_000)) {
      Path source = Files.createDirectory(folder.resolve("source"));
      Files.writeString(source.resolve("a"), "a");
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "--enable-native-access=ALL-UNNAMED",
                  "-Djava.io.tmpdir=" + tiny.root(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  "io.sluice.siteserver.Main",
                  "capture",
                  source.toString(),
                  "--library",
                  folder.resolve("library").toString())
              .redirectErrorStream(true)
              .start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(said).isEqualTo(3);
      assertThat(said)
          .contains("SLU-308", tiny.root().toString(), "-Djava.io.tmpdir=DIR")
          .doesNotContain("\tat ");
    }
  }

  private static Set<String> names(Path of) throws IOException {
    try (Stream<Path> files = Files.list(of)) {
      Set<String> names = new TreeSet<>();
      files.forEach(file -> names.add(file.getFileName().toString()));
      return names;
    }
  }
}
