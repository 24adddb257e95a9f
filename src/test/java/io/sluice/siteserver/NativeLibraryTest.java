package io.sluice.siteserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
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

  private static Set<String> names(Path of) throws IOException {
    try (Stream<Path> files = Files.list(of)) {
      Set<String> names = new TreeSet<>();
      files.forEach(file -> names.add(file.getFileName().toString()));
      return names;
    }
  }
}
