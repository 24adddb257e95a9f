package io.sluice.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.content.TestContent;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Facts;
import io.sluice.filesystem.Keep;
import io.sluice.filesystem.Platform;
import io.sluice.filesystem.Streams;
import io.sluice.filesystem.TestVolume;
import io.sluice.parallel.CallerThread;
import io.sluice.parallel.OsThreads;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A source that was captured before is recognised as a whole, and only if nothing changed. */
class UnchangedSourceTest {
  @TempDir Path folder;

  private Library library;
  private SourceTree tree;
  private int asked;

  @BeforeEach
  void open() throws Exception {
    library = Library.open(new HostDisk(), folder.resolve("library"));
    tree = SourceTree.in(folder);
    Assumptions.assumeTrue(
        tree.platform().tellsEveryChange(tree.root(), tree.root())
            && tree.platform().stateCheck(tree.root()).isPresent(),
        "the temporary folder's file system does not tell of every change");
    tree.directory("sub/deeper");
    tree.directory("sub-and-more");
    tree.file("big", TestContent.noise(1, 300_000));
    tree.file("sub/one", "1");
    tree.file("sub/two", "2");
    tree.file("sub-and-more/three", "3");
    tree.file("sub/deeper/Ünï😀", "names are bytes");
    tree.stream("sub/one", "note", new byte[] {1, 2, 3});
    tree.hardLink("sub/two-again", "sub/two");
    tree.symlink("sub/link", "one");
    assertThat(TestVolume.run("mkfifo", tree.path("sub/pipe").toString())).isEmpty();
  }

  @AfterEach
  void close() throws Failure {
    library.close();
  }

  /** The real platform; counts what is asked beside states. */
  private final class Counted extends ForwardingPlatform {
    private final Platform to;

    Counted(Platform to) {
      super(to);
      this.to = to;
    }

    @Override
    public Streams streams(Path entry, Facts facts, Keep keep) throws Failure {
      asked++;
      return super.streams(entry, facts, keep);
    }

    @Override
    public Optional<StateCheck> stateCheck(Path directory) {
      return to.stateCheck(directory);
    }
  }

  private Captured capture() throws Failure, InterruptedException {
    asked = 0;
    return new Capture(new Counted(tree.platform()), new CallerThread(), library, new LaterClock())
        .capture(tree.root(), Options.plain());
  }

  private interface Change {
    void make() throws Exception;
  }

  private void chmod(String path, String mode) throws Exception {
    Files.setPosixFilePermissions(tree.path(path), PosixFilePermissions.fromString(mode));
  }

  /** With size and modification time as before, so that only the ctime tells. */
  private void rewrite(String path, String text) throws Exception {
    FileTime time = Files.getLastModifiedTime(tree.path(path));
    tree.file(path, text);
    Files.setLastModifiedTime(tree.path(path), time);
  }

  private Map<String, Change> changes() {
    Map<String, Change> changes = new LinkedHashMap<>();
    changes.put("a file is written", () -> rewrite("sub/one", "7"));
    changes.put("a file grows", () -> tree.file("sub/one", "1111"));
    changes.put("a file is added", () -> tree.file("sub/deeper/new", "n"));
    changes.put("a file goes", () -> Files.delete(tree.path("sub/deeper/new")));
    changes.put("a file is renamed", () -> Files.move(tree.path("sub/one"), tree.path("sub/eins")));
    changes.put("a mode", () -> chmod("sub/eins", "rwx------"));
    changes.put("a folder's mode", () -> chmod("sub/deeper", "rwx------"));
    changes.put("the root's mode", () -> chmod("", "rwx--x---"));
    changes.put(
        "a time",
        () -> Files.setLastModifiedTime(tree.path("big"), FileTime.fromMillis(1_000_000_000_000L)));
    changes.put("a stream", () -> tree.stream("sub/eins", "note2", new byte[] {3, 2, 1}));
    changes.put("a folder's stream", () -> tree.stream("sub", "of it", new byte[] {1}));
    changes.put("a folder is added", () -> tree.directory("sub/fresh"));
    changes.put("a hard link", () -> tree.hardLink("sub/deeper/two", "sub/two"));
    changes.put(
        "a link leads elsewhere",
        () -> {
          Files.delete(tree.path("sub/link"));
          tree.symlink("sub/link", "two");
        });
    changes.put(
        "a pipe is added",
        () -> assertThat(TestVolume.run("mkfifo", tree.path("p").toString())).isEmpty());
    changes.put("a pipe goes", () -> Files.delete(tree.path("p")));
    changes.put(
        "a file gives way to a link",
        () -> {
          Files.delete(tree.path("big"));
          tree.symlink("big", "sub/two");
        });
    return changes;
  }

  @Test
  void nothingIsAskedButStatesWhereNothingChanged() throws Exception {
    Captured first = capture();
    assertThat(asked).isPositive();
    Captured again = capture();
    assertThat(asked).isZero();
    assertThat(again.manifest()).isEqualTo(first.manifest());
    assertThat(again.receipt()).isEqualTo(first.receipt());
    assertThat(again.receipt().remarks().text()).as("the pipe").hasSize(1);
    assertThat(again.totals()).isEqualTo(new Totals(11, 1, 0, 0));
  }

  @Test
  void whateverChangesIsSeen() throws Exception {
    Captured before = capture();
    for (Map.Entry<String, Change> each : changes().entrySet()) {
      each.getValue().make();
      Captured now = capture();
      assertThat(asked).as(each.getKey()).isPositive();
      try (Library other = Library.open(new HostDisk(), folder.resolve("other " + each.getKey()))) {
        Captured fresh =
            new Capture(tree.platform(), new OsThreads(), other, new LaterClock())
                .capture(tree.root(), Options.plain());
        assertThat(now.manifest()).as(each.getKey()).isEqualTo(fresh.manifest());
        assertThat(now.receipt()).as(each.getKey()).isEqualTo(fresh.receipt());
      }
      assertThat(now.manifest()).as(each.getKey()).isNotEqualTo(before.manifest());
      assertThat(capture().manifest()).isEqualTo(now.manifest());
      assertThat(asked).as("after: " + each.getKey()).isZero();
      before = now;
    }
  }

  @Test
  void anotherPolicyAsksForEverything() throws Exception {
    capture();
    asked = 0;
    new Capture(new Counted(tree.platform()), new CallerThread(), library, new LaterClock())
        .capture(tree.root(), new Options(List.of(), bytes -> {}, false, Keep.parse("owner")));
    assertThat(asked).isPositive();
  }

  @Test
  void whatTheLibraryLostIsReadAgain() throws Exception {
    Captured first = capture();
    library.close();
    Path packs = folder.resolve("library/packs");
    try (var files = Files.list(packs)) {
      for (Path pack : files.toList()) {
        Files.delete(pack);
      }
    }
    library = Library.open(new HostDisk(), folder.resolve("library"));
    Captured again = capture();
    assertThat(again.manifest()).isEqualTo(first.manifest());
    assertThat(again.totals().bytesRead()).isGreaterThan(300_000);
    assertThat(Expected.content(library, CapturedManifest.of(library, again))).isNotEmpty();
  }

  @Test
  void aDamagedManifestIsMadeAgain() throws Exception {
    Captured first = capture();
    Path document;
    try (var files = Files.walk(folder.resolve("library/documents"))) {
      document = files.filter(Files::isRegularFile).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(document);
    bytes[bytes.length / 2] ^= 1;
    Files.write(document, bytes);
    Captured again = capture();
    assertThat(again.manifest()).isEqualTo(first.manifest());
    assertThat(CapturedManifest.of(library, again).entries()).hasSize(11);
  }

  @Test
  void aReceiptOfAnotherSourceIsNotTakenForThisOnes() throws Exception {
    Captured first = capture();
    Files.delete(tree.path("sub/pipe"));
    Files.setLastModifiedTime(tree.path("sub"), FileTime.fromMillis(1_000_000_000_000L));
    Captured without = capture();
    assertThat(without.receipt().remarks().text()).isEmpty();
    assertThat(first.receipt().remarks().text()).hasSize(1);
    // Another folder with the same content and another pipe gives the same manifest.
    Path twin = Files.createDirectory(folder.resolve("twin"));
    assertThat(TestVolume.run("cp", "-a", tree.root() + "/.", twin.toString())).isEmpty();
    Files.setLastModifiedTime(twin, Files.getLastModifiedTime(tree.root()));
    FileTime time = Files.getLastModifiedTime(twin.resolve("sub"));
    assertThat(TestVolume.run("mkfifo", twin.resolve("sub/other").toString())).isEmpty();
    Files.setLastModifiedTime(twin.resolve("sub"), time);
    Captured twins =
        new Capture(tree.platform(), new CallerThread(), library, new LaterClock())
            .capture(twin, Options.plain());
    assertThat(twins.manifest()).isEqualTo(without.manifest());
    assertThat(twins.receipt().remarks().text()).hasSize(1);
    assertThat(capture().receipt()).isEqualTo(without.receipt());
  }
}
