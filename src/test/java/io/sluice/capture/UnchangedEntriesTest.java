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
import io.sluice.manifest.Name;
import io.sluice.manifest.Stream;
import io.sluice.parallel.CallerThread;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a recapture leaves alone, and what it notices all the same. */
class UnchangedEntriesTest {
  @TempDir Path folder;

  private Library library;
  private final List<String> listed = new ArrayList<>();
  private final List<String> read = new ArrayList<>();

  @BeforeEach
  void open() throws Failure {
    library = Library.open(new HostDisk(), folder.resolve("library"));
  }

  @AfterEach
  void close() throws Failure {
    library.close();
  }

  /** The real platform; what is listed and what is read is written down. */
  private final class Watched extends ForwardingPlatform {
    Watched(Platform platform) {
      super(platform);
    }

    @Override
    public Streams streams(Path entry, Facts facts, Keep keep) throws Failure {
      listed.add(String.valueOf(entry.getFileName()));
      return super.streams(entry, facts, keep);
    }

    @Override
    public InputStream read(Path file) throws Failure {
      read.add(String.valueOf(file.getFileName()));
      return super.read(file);
    }
  }

  private Captured capture(Platform platform, Path source, Keep keep)
      throws Failure, InterruptedException {
    listed.clear();
    read.clear();
    return new Capture(new Watched(platform), new CallerThread(), library, new LaterClock())
        .capture(source, new Options(List.of(), bytes -> {}, false, keep));
  }

  private Captured capture(SourceTree tree) throws Failure, InterruptedException {
    return capture(tree.platform(), tree.root(), Keep.USUAL);
  }

  /** A small tree on a file system that tells of every change. */
  private SourceTree tree() throws Exception {
    SourceTree tree = SourceTree.in(folder);
    Assumptions.assumeTrue(
        tree.platform().tellsEveryChange(tree.root(), tree.root()),
        "the temporary folder's file system does not tell of every change");
    tree.directory("sub");
    tree.file("big", TestContent.noise(1, 300_000));
    tree.file("sub/one", "1");
    tree.file("sub/two", "2");
    tree.stream("sub/one", "note", new byte[] {1, 2, 3});
    tree.hardLink("sub/two-again", "sub/two");
    tree.symlink("sub/link", "one");
    return tree;
  }

  @Test
  void nothingIsListedOrReadOfWhatIsUnchanged() throws Exception {
    SourceTree tree = tree();
    Captured first = capture(tree);
    assertThat(listed).contains("big", "one");
    Captured again = capture(tree);
    assertThat(listed).as("only links are looked at").containsExactly("link");
    assertThat(read).isEmpty();
    assertThat(again.manifest()).isEqualTo(first.manifest());
  }

  @Test
  void onlyWhatChangedIsListed() throws Exception {
    SourceTree tree = tree();
    capture(tree);
    tree.file("sub/new", "new");
    Captured again = capture(tree);
    assertThat(listed).containsExactlyInAnyOrder("sub", "new", "link");
    assertThat(read).doesNotContain("big");
    assertThat(again.manifest())
        .isEqualTo(
            new Capture(tree.platform(), new CallerThread(), library, new LaterClock())
                .capture(tree.root(), new Options(List.of(), bytes -> {}, true))
                .manifest());
  }

  @Test
  void whatWasSeenAndNotKeptIsToldAgain() throws Exception {
    SourceTree tree = tree();
    assertThat(TestVolume.run("chmod", "u+s", tree.path("big").toString())).isEmpty();
    Assumptions.assumeTrue(
        TestVolume.run(
                "setfattr", "-n", "trusted.probe", "-v", "1", tree.path("sub/two").toString())
            .isEmpty(),
        "trusted attributes cannot be set here");
    Captured first = capture(tree);
    assertThat(first.receipt().remarks().text()).hasSize(2);
    Captured again = capture(tree);
    assertThat(again.receipt()).isEqualTo(first.receipt());
    assertThat(listed).containsExactlyInAnyOrder("two", "link");
  }

  @Test
  void anotherPolicyListsAnewAndReadsNothing() throws Exception {
    SourceTree tree = tree();
    Captured first = capture(tree);
    Captured owners = capture(tree.platform(), tree.root(), Keep.parse("owner"));
    assertThat(listed).contains("big", "one", "sub");
    assertThat(read).isEmpty();
    assertThat(owners.totals().bytesRead()).isZero();
    assertThat(CapturedManifest.of(library, owners).chunks())
        .isEqualTo(CapturedManifest.of(library, first).chunks());
    assertThat(CapturedManifest.of(library, owners).entries())
        .isNotEqualTo(CapturedManifest.of(library, first).entries());
    Captured again = capture(tree.platform(), tree.root(), Keep.parse("owner"));
    assertThat(listed).containsExactly("link");
    assertThat(again.manifest()).isEqualTo(owners.manifest());
    assertThat(capture(tree).manifest()).isEqualTo(first.manifest());
    assertThat(read).isEmpty();
  }

  @Test
  void readingEverythingTrustsNothing() throws Exception {
    SourceTree tree = tree();
    capture(tree);
    listed.clear();
    new Capture(new Watched(tree.platform()), new CallerThread(), library, new LaterClock())
        .capture(tree.root(), new Options(List.of(), bytes -> {}, true));
    assertThat(listed).contains("big", "one", "two");
    assertThat(read).contains("big", "one", "two");
  }

  @Test
  void aChangedStreamIsNoticedOnTheTemporaryFoldersFileSystem() throws Exception {
    try (TestVolume volume = TestVolume.plain()) {
      noticesWhateverHappensToAStream(volume);
    }
  }

  @Test
  void aChangedStreamIsNoticedOnTmpfs() throws Exception {
    try (TestVolume volume = TestVolume.tmpfs(16 << 20)) {
      noticesWhateverHappensToAStream(volume);
    }
  }

  @Test
  void aChangedStreamIsNoticedOnNtfsInWindowsMode() throws Exception {
    try (TestVolume volume = TestVolume.ntfs("windows")) {
      noticesWhateverHappensToAStream(volume);
    }
  }

  @Test
  void aChangedStreamIsNoticedOnNtfsInAttributeMode() throws Exception {
    try (TestVolume volume = TestVolume.ntfs("xattr")) {
      noticesWhateverHappensToAStream(volume);
    }
  }

  /** Size and modification time of the file are put back after each change. */
  private void noticesWhateverHappensToAStream(TestVolume volume) throws Exception {
    Platform platform = io.sluice.filesystem.Platforms.ofThisMachine();
    Path root = volume.folder("source");
    for (String name : List.of("a", "b")) {
      Files.write(root.resolve(name), TestContent.noise(name.length(), 5_000));
    }
    Files.setLastModifiedTime(root.resolve("b"), FileTime.fromMillis(1_700_000_000_000L));
    List<Captured> versions = new ArrayList<>();
    versions.add(capture(platform, root, Keep.USUAL));
    write(platform, root.resolve("b"), new byte[] {1, 2});
    versions.add(capture(platform, root, Keep.USUAL));
    write(platform, root.resolve("b"), new byte[] {2, 2});
    versions.add(capture(platform, root, Keep.USUAL));
    remove(root.resolve("b"));
    versions.add(capture(platform, root, Keep.USUAL));
    assertThat(versions.get(3).manifest()).isEqualTo(versions.get(0).manifest());
    assertThat(versions.stream().map(each -> each.manifest()).distinct()).hasSize(3);
  }

  private static void write(Platform platform, Path file, byte[] bytes) throws Exception {
    FileTime before = Files.getLastModifiedTime(file);
    try (OutputStream out = platform.writeStream(file, new Stream(Name.of("note"), bytes.length))) {
      out.write(bytes);
    } catch (Failure e) {
      Assumptions.abort("streams cannot be made here: " + e.why());
    }
    Files.setLastModifiedTime(file, before);
  }

  private static void remove(Path file) throws IOException {
    FileTime before = Files.getLastModifiedTime(file);
    String said = TestVolume.run("setfattr", "-x", "user.note", file.toString());
    if (!said.isEmpty()) {
      said = TestVolume.run("rm", file + ":note");
    }
    Assumptions.assumeTrue(said.isEmpty(), "a stream cannot be removed here: " + said);
    Files.setLastModifiedTime(file, before);
  }
}
