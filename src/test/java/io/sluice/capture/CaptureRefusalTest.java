package io.sluice.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.content.Limits;
import io.sluice.content.TestContent;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Facts;
import io.sluice.filesystem.Keep;
import io.sluice.filesystem.Platform;
import io.sluice.filesystem.Streams;
import io.sluice.filesystem.TestVolume;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.Name;
import io.sluice.parallel.OsThreads;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaptureRefusalTest {
  @TempDir Path folder;

  private SourceTree tree;
  private Library library;

  @BeforeEach
  void open() throws Exception {
    tree = SourceTree.in(folder);
    library = Library.open(new HostDisk(), folder.resolve("library"));
  }

  @AfterEach
  void close() throws Failure {
    library.close();
  }

  private Failure refusal(Platform platform, Path source, Path... forbidden) {
    Capture capture = new Capture(platform, new OsThreads(), library, new LaterClock());
    Options options = new Options(List.of(forbidden), bytes -> {}, false);
    Failure failure = catchThrowableOfType(Failure.class, () -> capture.capture(source, options));
    assertThat(failure).as("refused").isNotNull();
    assertThat(library.documents()).as("nothing published").isEmpty();
    return failure;
  }

  private Failure refusal(Path source, Path... forbidden) {
    return refusal(tree.platform(), source, forbidden);
  }

  @Test
  void refusesASourceThatIsNotThereOrNoFolder() throws Exception {
    assertThat(refusal(folder.resolve("nowhere")).code()).isEqualTo(Code.SOURCE_MISSING);
    assertThat(refusal(tree.file("file", "x")).code()).isEqualTo(Code.SOURCE_MISSING);
  }

  @Test
  void refusesASourceThatHoldsNothing() throws Exception {
    assertThat(refusal(tree.root()).code()).isEqualTo(Code.SOURCE_EMPTY);
    new ProcessBuilder("mkfifo", tree.path("pipe").toString()).start().waitFor();
    Failure failure = refusal(tree.root());
    assertThat(failure.code()).isEqualTo(Code.SOURCE_EMPTY);
    assertThat(failure.items()).hasSize(1).allMatch(item -> item.contains("pipe"));
  }

  @Test
  void namesAllFoldersTheSourceOverlaps() throws Exception {
    tree.file("file", "x");
    Path inside = tree.directory("inside");
    Path later = tree.path("inside/not/there/yet");
    Path apart = Files.createDirectory(folder.resolve("source-apart"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), inside);
    Failure failure = refusal(tree.root(), inside, later, apart, link, folder, tree.root());
    assertThat(failure.code()).isEqualTo(Code.SOURCE_OVERLAPS);
    assertThat(failure.items())
        .containsExactly(
            inside + " is in the source",
            later + " is in the source",
            link + " is in the source",
            folder + " holds the source",
            tree.root() + " is the source");
  }

  @Test
  void resolvesTheSourceBeforeComparing() throws Exception {
    Path inside = tree.directory("inside");
    Files.writeString(inside.resolve("file"), "x");
    Path link = Files.createSymbolicLink(folder.resolve("link"), inside);
    assertThat(refusal(link, tree.root()).code()).isEqualTo(Code.SOURCE_OVERLAPS);
  }

  @Test
  void findsAnOverlapByIdentityWherePathsDoNotTell() throws Exception {
    tree.file("file", "x");
    Path twin = Files.createDirectory(folder.resolve("twin"));
    Platform mounted =
        new ForwardingPlatform(tree.platform()) {
          @Override
          public Facts facts(Path entry) throws Failure {
            return super.facts(entry.equals(twin) ? tree.root() : entry);
          }
        };
    assertThat(refusal(mounted, tree.root(), twin).items()).hasSize(1);
    assertThat(refusal(mounted, tree.root(), twin.resolve("below")).items())
        .containsExactly(twin.resolve("below") + " is in the source");
  }

  @Test
  void refusesToCaptureItsOwnLibrary() {
    assertThat(refusal(library.folder()).code()).isEqualTo(Code.SOURCE_OVERLAPS);
    assertThat(refusal(folder).code()).isEqualTo(Code.SOURCE_OVERLAPS);
    assertThat(refusal(library.folder().resolve("packs")).code()).isEqualTo(Code.SOURCE_OVERLAPS);
  }

  /** Refuses, as a file's permissions would, what has "secret" in its path. */
  private Platform refusing() {
    return new ForwardingPlatform(tree.platform()) {
      private void check(Path path, String why) throws Failure {
        if (path.toString().contains(why)) {
          throw Failure.permanent(Code.SOURCE_UNREADABLE, "reading " + path, why, "grant access");
        }
      }

      @Override
      public List<Name> children(Path directory) throws Failure {
        check(directory, "secret-folder");
        return super.children(directory);
      }

      @Override
      public InputStream read(Path file) throws Failure {
        check(file, "secret-file");
        return super.read(file);
      }

      @Override
      public InputStream readStream(Path entry, Name stream) throws Failure {
        if (stream.toString().equals("secret")) {
          throw Failure.permanent(
              Code.STREAM_UNREADABLE, "reading " + entry, "too long", "remount");
        }
        return super.readStream(entry, stream);
      }
    };
  }

  @Test
  void namesEveryUnreadableEntryAndPublishesNothing() throws Exception {
    for (int i = 0; i < 5; i++) {
      tree.file("readable" + i, TestContent.noise(i, 300_000));
      tree.file("secret-file" + i, "secret");
    }
    tree.directory("sub/secret-folder");
    tree.directory("sub/more");
    tree.file("sub/more/secret-file", "secret");
    Failure failure = refusal(refusing(), tree.root());
    assertThat(failure.code()).isEqualTo(Code.SOURCE_UNREADABLE);
    assertThat(failure.isTemporary()).isFalse();
    assertThat(failure.items())
        .containsExactlyInAnyOrder(
            "secret-file0: secret-file",
            "secret-file1: secret-file",
            "secret-file2: secret-file",
            "secret-file3: secret-file",
            "secret-file4: secret-file",
            "sub/more/secret-file: secret-file",
            "sub/secret-folder: secret-folder");
  }

  @Test
  void namesEveryUnreadableFileThoughTheFirstIsMetWhileReading() throws Exception {
    for (int i = 0; i < 3; i++) {
      tree.file("readable" + i, TestContent.noise(i, 300_000));
      tree.file("secret-file" + i, "secret");
      tree.stream("readable" + i, "secret", new byte[] {1});
    }
    Failure failure = refusal(refusing(), tree.root());
    assertThat(failure.code()).isEqualTo(Code.SOURCE_UNREADABLE);
    assertThat(failure.items())
        .containsExactlyInAnyOrder(
            "secret-file0: secret-file",
            "secret-file1: secret-file",
            "secret-file2: secret-file",
            "readable0: too long",
            "readable1: too long",
            "readable2: too long");
  }

  @Test
  void refusesStreamsThatCannotBeRead() throws Exception {
    tree.file("file", "x");
    tree.stream("file", "secret", new byte[] {1});
    Failure failure = refusal(refusing(), tree.root());
    assertThat(failure.code()).isEqualTo(Code.STREAM_UNREADABLE);
    assertThat(failure.items()).containsExactly("file: too long");
    assertThat(failure.next()).isEqualTo("remount");
  }

  @Test
  void refusesStreamsThatCannotBeListed() throws Exception {
    tree.file("a", "x");
    tree.file("b", "x");
    Platform platform =
        new ForwardingPlatform(tree.platform()) {
          @Override
          public Streams streams(Path entry, Facts facts, Keep keep) throws Failure {
            throw Failure.permanent(
                Code.STREAM_UNREADABLE, "listing " + entry, "hidden", "remount");
          }
        };
    assertThat(refusal(platform, tree.root()).items())
        .containsExactly(".: hidden", "a: hidden", "b: hidden");
  }

  @Test
  void aDiskErrorWhileReadingNamesTheFile() throws Exception {
    tree.file("damaged", TestContent.noise(1, 500_000));
    Platform platform =
        new ForwardingPlatform(tree.platform()) {
          @Override
          public InputStream read(Path file) throws Failure {
            return new FilterInputStream(super.read(file)) {
              private int left = 200_000;

              @Override
              public int read(byte[] into, int from, int length) throws IOException {
                if (left == 0) {
                  throw new IOException("Input/output error");
                }
                int read = super.read(into, from, Math.min(left, length));
                left -= read;
                return read;
              }
            };
          }
        };
    Failure failure = refusal(platform, tree.root());
    assertThat(failure.code()).isEqualTo(Code.SOURCE_UNREADABLE);
    assertThat(failure.items()).containsExactly("damaged: Input/output error");
  }

  @Test
  void refusesATreeDeeperThanAManifestMayBe() {
    MemoryPlatform platform = new MemoryPlatform(tree.root());
    MemoryPlatform.Node deepest = platform.top();
    for (int depth = 0; depth <= 1_000; depth++) {
      deepest = platform.add(deepest, Name.of("a"), true);
    }
    Failure failure = refusal(platform, tree.root());
    assertThat(failure.code()).isEqualTo(Code.MANIFEST_TOO_LARGE);
    assertThat(failure.items()).hasSize(1).first().asString().startsWith("a/a/a/");
  }

  @Test
  void refusesEarlyWhenTheDiskIsClearlyTooSmall() throws Exception {
    tree.file("big", TestContent.noise(1, 2_000_000));
    library.close();
    library = Library.open(new CrampedDisk(1_000_000), folder.resolve("library"));
    Failure failure = refusal(tree.root());
    assertThat(failure.code()).isEqualTo(Code.NO_SPACE);
    assertThat(failure.isTemporary()).isTrue();
    assertThat(library.stats().chunks()).isZero();
    library.close();
    library = Library.open(new CrampedDisk(20_000_000), folder.resolve("library"));
    Capture capture = new Capture(tree.platform(), new OsThreads(), library, new LaterClock());
    assertThat(
            CapturedManifest.of(library, capture.capture(tree.root(), Options.plain())).entries())
        .hasSize(2);
  }

  @Test
  void refusesWhatFitsOnlyWithoutTheCaptureThatGoesOn() throws Exception {
    tree.file("big", TestContent.noise(1, 2_000_000));
    SourceTree other = SourceTree.in(Files.createDirectory(folder.resolve("other")));
    other.file("big", TestContent.noise(2, 2_000_000));
    library.limit(new Limits(3_000_000, 0));
    List<Failure> refused = new ArrayList<>();
    Platform platform =
        new ForwardingPlatform(tree.platform()) {
          @Override
          public InputStream read(Path file) throws Failure {
            refused.add(refusal(other.root()));
            return super.read(file);
          }
        };
    Capture capture = new Capture(platform, new OsThreads(), library, new LaterClock());
    Captured captured = capture.capture(tree.root(), Options.plain());
    assertThat(refused).extracting(Failure::code).containsExactly(Code.NO_SPACE);
    assertThat(captured.totals().bytesStored()).isGreaterThan(2_000_000);
    assertThat(library.stats().frameBytes()).isLessThan(2_100_000);
  }

  @Test
  void saysHowManyCannotBeReadHoweverManyTheyAre() throws Exception {
    for (int i = 0; i < 500; i++) {
      tree.file("secret-file%03d".formatted(i), "secret");
    }
    Failure failure = refusal(refusing(), tree.root());
    assertThat(failure.items()).first().isEqualTo("secret-file000: secret-file");
    assertThat(failure.items()).last().isEqualTo("... and 400 more");
  }

  @Test
  void refusesMoreBytesThanAManifestNames() throws Exception {
    try (TestVolume memory = TestVolume.tmpfs(1 << 20)) {
      for (long bytes : List.of(1L << 60, Manifest.INTEGER_MAX)) {
        for (String name : List.of("one", "two")) {
          try (RandomAccessFile file =
              new RandomAccessFile(memory.root().resolve(name).toFile(), "rw")) {
            file.setLength(bytes);
          }
        }
        Failure failure = refusal(memory.root());
        assertThat(failure.code()).isEqualTo(Code.MANIFEST_TOO_LARGE);
        assertThat(failure.items()).last().asString().startsWith("two: ");
      }
    }
  }
}
