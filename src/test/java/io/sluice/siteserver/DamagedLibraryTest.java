package io.sluice.siteserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.content.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damage in the library of a running site, of manifests above all. */
class DamagedLibraryTest {
  private static final Duration WAIT_MAX = Duration.ofSeconds(90);

  @TempDir private Path folder;

  @Test
  void aChildPlacesNoDamagedManifestAndMendsItFromItsParent() throws Exception {
    TrickySource source = new TrickySource(folder.resolve("source"), 7);
    source.make(1, 1);
    Path point = folder.resolve("point");
    try (Hierarchy sites = Hierarchy.of(folder, "CEN", "STO")) {
      sites.play(
          () -> {
            Hierarchy.Site child = sites.site("STO");
            String id = sites.site("CEN").offer("tricky", source.root(), "STO");
            Digest manifest = Digest.parse(sites.site("CEN").capture(id).capture().digest());
            sites.until("it is held", WAIT_MAX, () -> child.logged("fetched version 1") > 0);
            damage(child, "library/documents");
            child.addPlace(point);
            sites.until("it is placed", WAIT_MAX, () -> child.hasPlaced(id, 1));
            assertThat(child.logged("SLU-305 CONTENT_CORRUPT")).isPositive();
            assertThat(child.logged("fetched version 1")).isEqualTo(2);
            assertThat(child.logged("reached place.built")).isEqualTo(1);
            assertThat(setAside(child)).containsExactly(manifest.hex() + ".damaged");
            assertThat(Hierarchy.differences(source.root(), point, id, manifest)).isEmpty();
            assertThat(child.status()).doesNotContain("SLU-");
          });
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"library/documents", "library/packs"})
  void theTopNeitherPlacesNorServesDamageAndSaysWhatToDo(String damaged) throws Exception {
    TrickySource source = new TrickySource(folder.resolve("source"), 8);
    source.make(3, 1);
    Path here = folder.resolve("here");
    Path below = folder.resolve("below");
    try (Hierarchy sites = Hierarchy.of(folder, "CEN", "STO")) {
      sites.play(
          () -> {
            Hierarchy.Site top = sites.site("CEN");
            Hierarchy.Site child = sites.site("STO");
            String id = top.offer("tricky", source.root(), "CEN");
            Digest manifest = Digest.parse(top.capture(id).capture().digest());
            damage(top, damaged);
            child.addPlace(below);
            top.addPlace(here);
            String data = top.data().toString();
            assertThat(
                    Hierarchy.command("package", "assign", id, "--site", "STO", "--data", data)
                        .status())
                .isZero();
            sites.until(
                "the top says what to do",
                WAIT_MAX,
                () -> top.status().matches("(?s).*SLU-30[56] CONTENT_.*next: update " + id + ".*"));
            assertThat(here.resolve(id).resolve("current")).doesNotExist();
            assertThat(below.resolve(id)).doesNotExist();
            assertThat(child.logged("fetched version 1")).isZero();
            // What it advises works.
            Hierarchy.Said update = Hierarchy.command("package", "update", id, "--data", data);
            assertThat(update.status()).as(update.toString()).isZero();
            assertThat(update.out()).contains("version 1 stays");
            sites.until("it is placed at the top", WAIT_MAX, () -> top.hasPlaced(id, 1));
            sites.until("it is placed below", WAIT_MAX, () -> child.hasPlaced(id, 1));
            for (Path point : new Path[] {here, below}) {
              assertThat(Hierarchy.differences(source.root(), point, id, manifest)).isEmpty();
            }
            assertThat(top.status()).doesNotContain("SLU-");
          });
    }
  }

  /** Damages the largest file of a part of a site's library while the site does not run. */
  private static void damage(Hierarchy.Site site, String where) throws Exception {
    site.stop();
    BadInputTest.flipByteInTheMiddle(site.data().resolve(where));
    site.start();
  }

  private static Stream<String> setAside(Hierarchy.Site site) throws IOException {
    try (Stream<Path> files = Files.walk(site.data().resolve("library/documents"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".damaged"))
          .toList()
          .stream();
    }
  }
}
