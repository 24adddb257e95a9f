package io.sluice.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.content.ChunkStore;
import io.sluice.content.Frame;
import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.content.TestContent;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Platform;
import io.sluice.filesystem.TestVolume;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.Name;
import io.sluice.manifest.Stream;
import io.sluice.parallel.OsThreads;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChangingSourceTest {
  @TempDir Path folder;

  private SourceTree tree;
  private Library library;
  private int events;

  /** Something that happens to the source while a file of it is read. */
  private interface Event {
    void happen(Path file, int times) throws IOException;
  }

  @BeforeEach
  void open() throws Exception {
    tree = SourceTree.in(folder);
    tree.directory("sub");
    for (int i = 0; i < 10; i++) {
      tree.file("file" + i, TestContent.noise(i, 60_000));
    }
    tree.file("sub/big", TestContent.noise(99, 2_000_000));
    library = Library.open(new HostDisk(), folder.resolve("library"));
  }

  @AfterEach
  void close() throws Failure {
    library.close();
  }

  /** Lets something happen after the first bytes of a file of this name were read. */
  private Platform disturbed(String name, int timesMax, Event event) {
    return new ForwardingPlatform(tree.platform()) {
      private int times;

      @Override
      public InputStream read(Path file) throws Failure {
        InputStream in = super.read(file);
        if (!file.endsWith(name)) {
          return in;
        }
        return new FilterInputStream(in) {
          private boolean begun;

          @Override
          public int read(byte[] into, int from, int length) throws IOException {
            if (begun) {
              return super.read(into, from, length);
            }
            begun = true;
            int read = super.read(into, from, Math.min(length, 1_000));
            if (times < timesMax) {
              event.happen(file, ++times);
              events++;
            }
            return read;
          }
        };
      }
    };
  }

  private Manifest capture(Platform platform) throws Failure, InterruptedException {
    return CapturedManifest.of(
        library,
        new Capture(platform, new OsThreads(), library, new LaterClock())
            .capture(tree.root(), new Options(List.of(), bytes -> {}, true)));
  }

  /** The manifest is that of the source as it is now, and its content is held. */
  private void assertTrue(Manifest manifest) throws Exception {
    List<byte[]> streams = Expected.streams(tree.platform(), tree.root(), manifest.entries());
    assertThat(manifest.chunks()).isEqualTo(Expected.chunks(streams));
    assertThat(Expected.content(library, manifest)).isEqualTo(Expected.concatenation(streams));
    try (Library other = Library.open(new HostDisk(), folder.resolve("other"))) {
      Manifest quiet =
          CapturedManifest.of(
              other,
              new Capture(tree.platform(), new OsThreads(), other, new LaterClock())
                  .capture(tree.root(), Options.plain()));
      assertThat(manifest).isEqualTo(quiet);
    }
  }

  @Test
  void aFileRewrittenWhileItIsReadIsReadAgain() throws Exception {
    Event rewrite = (file, times) -> Files.write(file, TestContent.noise(1_000 + times, 60_000));
    assertTrue(capture(disturbed("file5", 1, rewrite)));
  }

  @Test
  void aFileThatGrowsShrinksOrGoesWhileItIsReadIsFollowed() throws Exception {
    assertTrue(
        capture(
            disturbed(
                "file3",
                1,
                (file, n) -> Files.write(file, new byte[9], StandardOpenOption.APPEND))));
    assertTrue(capture(disturbed("big", 1, (file, n) -> Files.write(file, new byte[9]))));
    assertTrue(capture(disturbed("file4", 1, (file, n) -> Files.delete(file))));
    assertThat(events).isEqualTo(3);
  }

  @Test
  void anEntryAddedOrRemovedMeanwhileIsSeen() throws Exception {
    Manifest manifest =
        capture(
            disturbed(
                "file3", 1, (file, n) -> Files.write(file.resolveSibling("new"), new byte[5])));
    assertThat(manifest.entries()).anyMatch(entry -> entry.path().toString().equals("new"));
    assertTrue(manifest);
    Manifest less =
        capture(disturbed("file3", 1, (file, n) -> Files.delete(file.resolveSibling("sub/big"))));
    assertThat(less.entries()).noneMatch(entry -> entry.path().toString().equals("sub/big"));
    assertTrue(less);
  }

  @Test
  void aFileReadBeforeAndAnEmptyOneThatAreWrittenMeanwhileAreReadAgain() throws Exception {
    tree.file("file0-empty", new byte[0]);
    Event write =
        (file, n) -> {
          Files.write(file.resolveSibling("file1"), TestContent.noise(1_001, 60_000));
          Files.write(file.resolveSibling("file0-empty"), TestContent.noise(1_002, 70_000));
        };
    assertTrue(capture(disturbed("file9", 1, write)));
    assertThat(events).isEqualTo(1);
  }

  @Test
  void givesUpOnASourceThatNeverRestsAndNamesAllThatChanged() throws Exception {
    Event both =
        (file, times) -> {
          Files.write(file, TestContent.noise(times, 60_000 + times));
          Files.write(file.resolveSibling("file8"), TestContent.noise(times, 50_000));
        };
    Failure failure =
        catchThrowableOfType(
            Failure.class, () -> capture(disturbed("file2", Integer.MAX_VALUE, both)));
    assertThat(failure.code()).isEqualTo(Code.SOURCE_CHANGED);
    assertThat(failure.isTemporary()).isTrue();
    assertThat(failure.items())
        .hasSize(2)
        .anyMatch(item -> item.startsWith("file2: "))
        .anyMatch(item -> item.startsWith("file8: "));
    assertThat(library.documents()).isEmpty();
  }

  @Test
  void succeedsIfItRestsInTheLastAttempt() throws Exception {
    Event rewrite = (file, times) -> Files.write(file, TestContent.noise(times, 60_000));
    assertTrue(capture(disturbed("file5", Capture.ATTEMPTS_MAX - 1, rewrite)));
  }

  @Test
  void publishesNothingIfTheLibraryLosesAChunkMeanwhile() throws Exception {
    Options trusting = Options.plain();
    Manifest first =
        CapturedManifest.of(
            library,
            new Capture(tree.platform(), new OsThreads(), library, new LaterClock())
                .capture(tree.root(), trusting));
    tree.file("file5", TestContent.noise(500, 60_000));
    Platform platform = disturbed("file5", 1, (file, n) -> damage(first.chunks().getLast()));
    Capture disturbed = new Capture(platform, new OsThreads(), library, new LaterClock());
    Failure failure =
        catchThrowableOfType(Failure.class, () -> disturbed.capture(tree.root(), trusting));
    assertThat(failure.code()).isEqualTo(Code.CONTENT_MISSING);
    assertThat(failure.isTemporary()).isTrue();
    assertThat(library.documents()).containsExactly(first.digest());
    assertTrue(CapturedManifest.of(library, disturbed.capture(tree.root(), trusting)));
  }

  /** Damages a stored chunk and lets the library find out. */
  private void damage(Frame.Chunk chunk) throws IOException {
    ChunkStore.Place place = library.place(chunk.digest()).orElseThrow();
    Path pack = folder.resolve("library/packs/%016x.pack".formatted(place.pack()));
    byte[] bytes = Files.readAllBytes(pack);
    bytes[(int) place.offset() + 100]++;
    Files.write(pack, bytes);
    byte[] buffer = new byte[Frame.Chunk.BYTES_MAX];
    Failure found =
        catchThrowableOfType(Failure.class, () -> library.read(chunk.digest(), buffer, 0));
    assertThat(found.code()).isEqualTo(Code.CONTENT_CORRUPT);
  }

  @Test
  void anInterruptionTravelsOn() {
    Thread current = Thread.currentThread();
    Platform platform = disturbed("file1", 1, (file, n) -> current.interrupt());
    InterruptedException interrupted =
        catchThrowableOfType(InterruptedException.class, () -> capture(platform));
    assertThat(interrupted).isNotNull();
    assertThat(library.documents()).isEmpty();
    assertThat(Thread.interrupted()).as("told twice").isFalse();
  }

  /** On NTFS the state of a file does not tell that a stream of it was removed. */
  @ParameterizedTest
  @ValueSource(strings = {"windows", "xattr"})
  void aStreamThatIsRemovedBeforeItIsReadIsNoLongerThere(String mode) throws Exception {
    try (TestVolume volume = TestVolume.ntfs(mode)) {
      Path file = Files.write(volume.root().resolve("file"), new byte[] {1});
      try (OutputStream out = tree.platform().writeStream(file, new Stream(Name.of("note"), 1))) {
        out.write(2);
      }
      Platform platform =
          new ForwardingPlatform(tree.platform()) {
            @Override
            public InputStream readStream(Path entry, Name stream) throws Failure {
              remove(entry, mode);
              return super.readStream(entry, stream);
            }
          };
      Captured captured =
          new Capture(platform, new OsThreads(), library, new LaterClock())
              .capture(volume.root(), Options.plain());
      assertThat(captured.totals().streams()).isZero();
    }
  }

  private static void remove(Path entry, String mode) {
    try {
      if (mode.equals("windows")) {
        Files.delete(entry.resolveSibling(entry.getFileName() + ":note"));
      } else {
        Files.getFileAttributeView(entry, UserDefinedFileAttributeView.class).delete("note");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
