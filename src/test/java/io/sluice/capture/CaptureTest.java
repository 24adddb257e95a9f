package io.sluice.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.content.Digest;
import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.content.TestContent;
import io.sluice.failure.Failure;
import io.sluice.fidelity.Receipts;
import io.sluice.manifest.Entry;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.ManifestReader;
import io.sluice.manifest.ManifestWriter;
import io.sluice.manifest.Name;
import io.sluice.manifest.Stream;
import io.sluice.parallel.CallerThread;
import io.sluice.parallel.OsThreads;
import io.sluice.parallel.Threads;
import io.sluice.time.SystemClock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaptureTest {
  private static final byte[] NOT_UTF_8 = "caf\u00e9".getBytes(StandardCharsets.ISO_8859_1);

  @TempDir Path folder;

  private Library library(String name) throws Failure {
    return Library.open(new HostDisk(), folder.resolve(name));
  }

  private static Capture capture(SourceTree tree, Threads threads, Library library) {
    return new Capture(tree.platform(), threads, library, new SystemClock());
  }

  /** A bit of everything. */
  private SourceTree everything() throws Exception {
    SourceTree tree = SourceTree.in(folder);
    tree.directory("docs/deep/er");
    tree.directory("empty");
    tree.file("nothing", "");
    tree.file("one", "1");
    tree.file("docs/readme", "read me");
    tree.rawFile(NOT_UTF_8, new byte[] {1, 2, 3});
    tree.file("docs/Ünï😀", "names are bytes");
    int[] around = {16_384, 65_536, 262_144, Press.BATCH_BYTES};
    for (int size : around) {
      for (int delta = -1; delta <= 1; delta++) {
        tree.file("docs/deep/f" + (size + delta), TestContent.text(size + delta, size + delta));
      }
    }
    tree.file("docs/deep/zeros", new byte[1_000_000]);
    tree.file("docs/deep/noise", TestContent.noise(5, 3_000_000));
    tree.symlink("dangling", "nowhere/at/all");
    tree.symlink("loop", "loop");
    Files.writeString(Files.createDirectories(folder.resolve("apart")).resolve("x"), "never read");
    tree.symlink("outside", "../apart");
    tree.symlink("docs/up", "..");
    tree.hardLink("docs/deep/er/linked", "docs/readme");
    tree.hardLink("a-link-that-comes-first", "docs/readme");
    tree.stream("one", "empty", new byte[0]);
    tree.stream("one", "byte", new byte[] {7});
    tree.stream("one", "longer than its file", TestContent.text(1, 3_000));
    tree.stream("docs", "of a folder", TestContent.text(2, 100));
    tree.stream("", "of the root", TestContent.text(3, 200));
    return tree;
  }

  private static Entry entry(Manifest manifest, String path) {
    return manifest.entries().stream()
        .filter(each -> each.path().toString().equals(path))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no entry " + path));
  }

  @Test
  void everyStreamOfEveryEntryIsInTheLibraryAndInTheManifest() throws Exception {
    SourceTree tree = everything();
    try (Library library = library("library")) {
      Captured captured =
          capture(tree, new OsThreads(), library).capture(tree.root(), Options.plain());
      Manifest manifest = CapturedManifest.of(library, captured);
      List<byte[]> streams = Expected.streams(tree.platform(), tree.root(), manifest.entries());
      assertThat(manifest.chunks()).isEqualTo(Expected.chunks(streams));
      assertThat(Expected.content(library, manifest)).isEqualTo(Expected.concatenation(streams));
      byte[] plain = library.document(manifest.digest(), Manifest.PLAIN_BYTES_MAX);
      assertThat(plain).isEqualTo(ManifestWriter.plain(manifest.entries(), manifest.chunks()));
      assertThat(ManifestReader.read(plain, manifest.digest())).isEqualTo(manifest);
      assertThat(captured.totals().entries()).isEqualTo(manifest.entries().size());
      assertThat(captured.totals().streams()).isEqualTo(5);
      assertThat(captured.totals().bytesRead()).isEqualTo(manifest.contentBytes());
      assertThat(captured.totals().bytesStored())
          .isCloseTo(library.stats().frameBytes(), Percentage.withPercentage(1));
    }
  }

  @Test
  void entriesAreWhatTheyAreAndInOrder() throws Exception {
    SourceTree tree = everything();
    try (Library library = library("library")) {
      Manifest manifest =
          CapturedManifest.of(
              library,
              capture(tree, new CallerThread(), library).capture(tree.root(), Options.plain()));
      List<String> paths = manifest.entries().stream().map(each -> each.path().toString()).toList();
      assertThat(paths.subList(0, 11))
          .containsExactly(
              ".",
              "a-link-that-comes-first",
              "caf\\xe9",
              "dangling",
              "loop",
              "nothing",
              "one",
              "outside",
              "docs",
              "docs/readme",
              "docs/up");
      assertThat(entry(manifest, "a-link-that-comes-first")).isInstanceOf(Entry.File.class);
      assertThat(entry(manifest, "docs/readme"))
          .isEqualTo(
              new Entry.HardLink(
                  entry(manifest, "docs/readme").path(),
                  entry(manifest, "a-link-that-comes-first").path()));
      assertThat(entry(manifest, "docs/deep/er/linked")).isInstanceOf(Entry.HardLink.class);
      assertThat(entry(manifest, "loop")).isInstanceOf(Entry.Symlink.class);
      assertThat(((Entry.Symlink) entry(manifest, "outside")).target().toString())
          .isEqualTo("../apart");
      assertThat(entry(manifest, "empty")).isInstanceOf(Entry.Directory.class);
      assertThat(entry(manifest, "one").streams())
          .containsExactly(
              new Stream(Name.of("byte"), 1),
              new Stream(Name.of("empty"), 0),
              new Stream(Name.of("longer than its file"), 3_000));
      assertThat(entry(manifest, "docs").streams()).hasSize(1);
      assertThat(entry(manifest, ".").streams()).hasSize(1);
    }
  }

  @Test
  void threadsLibraryAndRepetitionChangeNothing() throws Exception {
    SourceTree tree = everything();
    List<Digest> manifests = new ArrayList<>();
    try (Library one = library("one");
        Library two = library("two")) {
      Options everything = new Options(List.of(), bytes -> {}, true);
      manifests.add(
          capture(tree, new OsThreads(), one).capture(tree.root(), everything).manifest());
      manifests.add(
          capture(tree, new CallerThread(), two).capture(tree.root(), everything).manifest());
      manifests.add(
          capture(tree, new OsThreads(), two).capture(tree.root(), everything).manifest());
      manifests.add(
          capture(tree, new OsThreads(), one).capture(tree.root(), Options.plain()).manifest());
      assertThat(one.documents()).containsExactly(manifests.getFirst());
    }
    assertThat(manifests).allMatch(manifests.getFirst()::equals);
  }

  @Test
  void equalContentIsStoredOnce() throws Exception {
    SourceTree tree = SourceTree.in(folder);
    byte[] noise = TestContent.noise(1, 1_000_000);
    tree.file("a", noise);
    tree.directory("sub");
    tree.file("sub/b", noise);
    try (Library library = library("library")) {
      Capture capture = capture(tree, new OsThreads(), library);
      assertThat(capture.capture(tree.root(), Options.plain()).totals().bytesStored())
          .isLessThan(1_100_000);
      tree.file("c", noise);
      Captured again = capture.capture(tree.root(), Options.plain());
      assertThat(again.totals().bytesStored()).isZero();
      assertThat(CapturedManifest.of(library, again).contentBytes()).isEqualTo(3_000_000);
    }
  }

  @Test
  void specialFilesAndForeignAttributesAreListed() throws Exception {
    SourceTree tree = SourceTree.in(folder);
    Path file = tree.file("setuid", "x");
    run("chmod", "u+s", file.toString());
    run("mkfifo", tree.path("pipe").toString());
    try (Library library = library("library")) {
      Captured captured =
          capture(tree, new OsThreads(), library).capture(tree.root(), Options.plain());
      assertThat(captured.receipt().remarks().text())
          .containsExactlyInAnyOrder(
              "pipe: refused: SLU-208 a socket, pipe or device cannot be captured",
              "setuid: setuid dropped: the policy leaves it out");
      assertThat(new Receipts(library.disk(), library.folder()).find(captured.manifest()))
          .contains(captured.receipt());
      assertThat(CapturedManifest.of(library, captured).entries()).hasSize(2);
    }
  }

  @Test
  void reachesItsDurableStepsInOrderAndTellsItsProgress() throws Exception {
    SourceTree tree = SourceTree.in(folder);
    tree.file("big", TestContent.noise(1, 10_000_000));
    List<String> reached = new ArrayList<>();
    List<Long> progress = new ArrayList<>();
    HostDisk disk = new HostDisk(reached::add);
    try (Library library = Library.open(disk, folder.resolve("library"))) {
      capture(tree, new CallerThread(), library)
          .capture(tree.root(), new Options(List.of(), progress::add, false));
    }
    assertThat(reached.stream().filter(point -> point.startsWith("capture.")))
        .containsExactly("capture.chunks-durable", "capture.manifest-durable");
    assertThat(progress).isSorted().endsWith(10_000_000L).hasSizeGreaterThan(2);
  }

  @Test
  void aRecaptureOfAnUntouchedFolderReadsNoContent() throws Exception {
    SourceTree tree = everything();
    try (Library library = library("library")) {
      Capture capture = new Capture(tree.platform(), new OsThreads(), library, new LaterClock());
      Captured first = capture.capture(tree.root(), Options.plain());
      Captured second = capture.capture(tree.root(), Options.plain());
      assertThat(second.totals().bytesRead()).isZero();
      assertThat(second.manifest()).isEqualTo(first.manifest());
      Files.write(tree.path("docs/deep/zeros"), new byte[1_000_000]);
      Captured third = capture.capture(tree.root(), Options.plain());
      assertThat(third.totals().bytesRead()).isEqualTo(1_000_000);
      assertThat(third.totals().bytesStored()).isZero();
    }
  }

  @Test
  void aChangedStreamIsFoundThoughItsFileIsTheSame() throws Exception {
    SourceTree tree = everything();
    try (Library library = library("library")) {
      Capture capture = new Capture(tree.platform(), new OsThreads(), library, new LaterClock());
      Captured first = capture.capture(tree.root(), Options.plain());
      tree.stream("one", "byte", new byte[] {8});
      Captured second = capture.capture(tree.root(), Options.plain());
      assertThat(CapturedManifest.of(library, second).entries())
          .isEqualTo(CapturedManifest.of(library, first).entries());
      assertThat(second.manifest()).isNotEqualTo(first.manifest());
      List<byte[]> streams =
          Expected.streams(
              tree.platform(), tree.root(), CapturedManifest.of(library, second).entries());
      assertThat(Expected.content(library, CapturedManifest.of(library, second)))
          .isEqualTo(Expected.concatenation(streams));
    }
  }

  @Test
  void statesTooRecentToTellApartAreReadAgain() throws Exception {
    SourceTree tree = SourceTree.in(folder);
    tree.file("just-made", "x");
    try (Library library = library("library")) {
      Capture capture = capture(tree, new OsThreads(), library);
      capture.capture(tree.root(), Options.plain());
      assertThat(capture.capture(tree.root(), Options.plain()).totals().bytesRead()).isEqualTo(1);
    }
  }

  private static void run(String... command) throws Exception {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }

  @Test
  void aLinkOfSeveralNamesIsToldToBeKeptAsSeveralLinks() throws Exception {
    SourceTree tree = SourceTree.in(folder);
    tree.file("file", "x");
    tree.symlink("link", "file");
    tree.hardLink("link-again", "link");
    try (Library library = library("library")) {
      Captured captured =
          capture(tree, new OsThreads(), library).capture(tree.root(), Options.plain());
      assertThat(captured.receipt().remarks().text())
          .containsExactly(
              "link: hard link mapped: each name of a symbolic link is kept as a link of its own",
              "link-again: hard link mapped: each name of a symbolic link is kept as a link of its own");
    }
  }
}
