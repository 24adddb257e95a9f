package io.sluice.siteserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.Views;
import io.sluice.content.Digest;
import io.sluice.failure.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Site processes that end themselves at named durable steps, as if killed there: started again they
 * complete, and nobody sees a version half.
 */
class CrashPointTest {
  private static final Path MAIN = Path.of("src", "main", "java");
  private static final Path TABLE = Path.of("docs", "operations", "crash-points.md");
  private static final Duration WAIT_MAX = Duration.ofSeconds(90);
  private static final int KILLED = 137;

  @TempDir private Path folder;

  @Test
  void completesAfterEndingAtAnyPointOfCapturing() throws Exception {
    endAt(
        "CEN",
        "content.frame-appended:5",
        "content.pack-renamed",
        "content.document-renamed",
        "capture.manifest-durable",
        "catalog.version-row-before",
        "catalog.version-row-after");
  }

  @Test
  void completesAfterEndingAtAnyPointOfReceivingAndPlacing() throws Exception {
    endAt(
        "STO",
        "transfer.manifest-durable",
        "transfer.segment-stored:7",
        "content.pack-written",
        "transfer.chunks-durable",
        "distribution.fetched",
        "place.built",
        "place.renamed",
        "place.recorded",
        "place.current-renamed",
        "place.switched",
        "distribution.placed",
        "distribution.facts-told");
  }

  @Test
  void documentsEveryPointThereIs() throws IOException {
    assertThat(documented()).isEqualTo(inSource());
  }

  /**
   * The site ends at one point after the other, each on the way of a new version, or on the way of
   * the last one again if the point comes up there; after the last point it completes undisturbed.
   */
  private void endAt(String code, String... points) throws Exception {
    TrickySource source = new TrickySource(folder.resolve("source"), 4711);
    source.make(2, 1);
    Path point = folder.resolve("point");
    try (Hierarchy sites = Hierarchy.of(folder, "CEN", "STO")) {
      sites.play(
          () -> {
            sites.site("STO").addPlace(point);
            String id = sites.site("CEN").offer("tricky", source.root(), "STO");
            Hierarchy.Site site = sites.site(code);
            site.kill();
            launch(sites, site, points[0]);
            int version = 0;
            boolean isCaptured = false;
            for (int i = 0; i < points.length; i++) {
              CompletableFuture<Boolean> captured = CompletableFuture.completedFuture(isCaptured);
              if (site.isAlive()) {
                if (version == 0 || isCaptured) {
                  version++;
                  source.addNoise("version-" + version, 1);
                }
                captured = CompletableFuture.supplyAsync(() -> capture(sites.site("CEN"), id));
              }
              Wanted wanted = new Wanted(id, version, source.root(), point);
              assertThat(site.awaitEnd(WAIT_MAX)).as(points[i]).isEqualTo(KILLED);
              requireWholeOrAbsent(wanted);
              launch(sites, site, i + 1 < points.length ? points[i + 1] : "");
              isCaptured = captured.join() || capture(sites.site("CEN"), id);
              if (isCaptured) {
                awaitIdentical(sites, site, wanted);
              }
            }
            assertThat(site.isAlive()).isTrue();
            assertThat(sites.site("STO").hasPlaced(id, version)).isTrue();
          });
    }
  }

  private record Wanted(String id, int version, Path source, Path point) {}

  /** Starts the site anew; it may end before it serves, as something may be left to be done. */
  private static void launch(Hierarchy sites, Hierarchy.Site site, String point) throws Exception {
    site.launch(Map.of(SiteServeCommand.CRASH_VARIABLE, point));
    sites.until(
        site.code() + " serves or has ended at " + point,
        WAIT_MAX,
        () -> site.serves() || !site.isAlive());
  }

  /** Waits until the version is placed and compares it, unless the site ends again meanwhile. */
  private static void awaitIdentical(Hierarchy sites, Hierarchy.Site site, Wanted wanted)
      throws Exception {
    sites.until(
        "version " + wanted.version + " is placed",
        WAIT_MAX,
        () -> !site.isAlive() || sites.site("STO").hasPlaced(wanted.id, wanted.version));
    if (site.isAlive()) {
      Views.PackageView known = sites.site("CEN").known(wanted.id).orElseThrow();
      assertThat(known.version()).isEqualTo(wanted.version);
      Digest manifest = Digest.parse(known.manifest());
      assertThat(Hierarchy.differences(wanted.source, wanted.point, wanted.id, manifest)).isEmpty();
    }
  }

  /** False if the site ended before it had answered. */
  private static boolean capture(Hierarchy.Site site, String id) {
    try {
      site.capture(id);
      return true;
    } catch (Failure | IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Readers see no version, the last one, or this one: never a part of one. */
  private static void requireWholeOrAbsent(Wanted wanted) throws IOException {
    Path current = wanted.point.resolve(wanted.id).resolve("current");
    if (!Files.exists(current, LinkOption.NOFOLLOW_LINKS)) {
      assertThat(wanted.version).as("only the first version may be absent").isEqualTo(1);
      return;
    }
    Path shown = current.toRealPath();
    Set<Path> mine = entries(wanted.source);
    Set<Path> theirs = entries(shown);
    // What each version adds, which tells it from the last one.
    Set<Path> missing = new TreeSet<>(mine);
    missing.removeAll(theirs);
    Set<Path> added = new TreeSet<>(mine);
    added.removeIf(entry -> !entry.startsWith("version-" + wanted.version));
    assertThat(mine).as("entries of the source").containsAll(theirs);
    assertThat(missing).as("entries %s lacks", shown).isIn(Set.of(), added);
    for (Path entry : theirs) {
      assertThat(same(wanted.source.resolve(entry), shown.resolve(entry)))
          .as("%s is as it is in the source", shown.resolve(entry))
          .isTrue();
    }
  }

  private static Set<Path> entries(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.map(folder::relativize).collect(Collectors.toCollection(TreeSet::new));
    }
  }

  /** Compares sort and bytes; streams are compared when a version is complete. */
  private static boolean same(Path mine, Path theirs) throws IOException {
    if (Files.isSymbolicLink(mine)) {
      return Files.isSymbolicLink(theirs)
          && Files.readSymbolicLink(mine).equals(Files.readSymbolicLink(theirs));
    }
    if (Files.isDirectory(mine)) {
      return Files.isDirectory(theirs, LinkOption.NOFOLLOW_LINKS);
    }
    return Files.isRegularFile(theirs, LinkOption.NOFOLLOW_LINKS)
        && Files.mismatch(mine, theirs) < 0;
  }

  private static Set<String> documented() throws IOException {
    Set<String> names = new TreeSet<>();
    for (String line : Files.readAllLines(TABLE)) {
      Matcher row = Pattern.compile("\\| `([a-z.-]+)` \\|.*").matcher(line);
      if (row.matches()) {
        names.add(row.group(1));
      }
    }
    return names;
  }

  /** Names in reached("..."), and those made of the names given to publish(...). */
  private static Set<String> inSource() throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.walk(MAIN)) {
      for (Path file : files.filter(one -> one.toString().endsWith(".java")).toList()) {
        String text = Files.readString(file);
        Matcher direct = Pattern.compile("\\breached\\(\\s*\"([a-z.-]+)\"").matcher(text);
        while (direct.find()) {
          names.add(direct.group(1));
        }
        Matcher published = Pattern.compile("\\bpublish\\([^;{]*\"([a-z.-]+)\"\\)").matcher(text);
        while (published.find()) {
          for (String step : List.of("written", "forced", "renamed", "folder-forced")) {
            names.add(published.group(1) + "-" + step);
          }
        }
      }
    }
    return names;
  }
}
