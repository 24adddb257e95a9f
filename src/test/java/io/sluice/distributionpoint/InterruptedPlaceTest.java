package io.sluice.distributionpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.content.TestContent;
import io.sluice.content.WatchedDisk;
import io.sluice.content.WatchedDisk.Operation;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Facts;
import io.sluice.filesystem.TestVolume;
import io.sluice.manifest.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A distribution point whose process died while it made a version. */
class InterruptedPlaceTest {
  private static final int FILES = 12;
  private static final int FILE_BYTES = 300_000;

  private TestSite site;
  private TestVolume volume;
  private CountingStore store;

  @BeforeEach
  void open() throws Exception {
    site = new TestSite();
    volume = TestVolume.plain();
    store = new CountingStore(site.library);
  }

  @AfterEach
  void close() throws IOException {
    site.close();
    volume.close();
  }

  private Path folder() {
    return volume.root().resolve("dp");
  }

  private Path building() {
    return folder().resolve(".sluice/building");
  }

  private FolderPlace place() {
    return site.place(folder(), store);
  }

  private Manifest version(int version) throws Exception {
    TestPackage made = new TestPackage().attributes(".", 0555, 1_000_000_000, 0);
    for (int i = 0; i < FILES; i++) {
      String path = "d" + i / 4 + "/f" + i;
      made.file(path, TestContent.noise(100 * version + i, FILE_BYTES)).stream(
          path, "s", new byte[i]);
      made.attributes("d" + i / 4, 0500, 1_000_000_000, 0);
    }
    return made.stream("d1/f5", "too long for an attribute", TestContent.noise(77, 90_000))
        .hardLink("d2/same", "d0/f0")
        .link("d0/link", "f0")
        .store(site.library);
  }

  /** Places a version in a process that dies when it asks for one chunk more than so many. */
  private void dieAfter(int chunks, int version, Manifest manifest) {
    store.read.clear();
    store.most = chunks;
    assertThatThrownBy(() -> place().put(TestSite.ID, version, manifest))
        .isInstanceOf(TestSite.Crash.class);
    store.most = Integer.MAX_VALUE;
    store.read.clear();
  }

  /** The tree that a process left. */
  private Path left() throws IOException {
    try (Stream<Path> all = Files.list(building())) {
      return all.toList().getFirst().resolve("tree");
    }
  }

  private static boolean isFile(Path path) {
    return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
  }

  /** The files that are finished, and which they are. */
  private Map<Path, Long> inodes(Path tree) throws Exception {
    Map<Path, Long> inodes = new TreeMap<>();
    try (Stream<Path> all = Files.walk(tree)) {
      for (Path path : all.filter(InterruptedPlaceTest::isFile).toList()) {
        Facts facts = site.platform.facts(path);
        if (facts.attributes().mtimeSeconds() == 1_600_000_000) {
          inodes.put(tree.relativize(path), facts.identity().orElseThrow().inode());
        }
      }
    }
    return inodes;
  }

  private static long bytes(Manifest manifest, List<Digest> chunks) {
    Map<Digest, Integer> lengths =
        manifest.chunks().stream()
            .collect(Collectors.toMap(Frame.Chunk::digest, Frame.Chunk::length, (a, b) -> a));
    return chunks.stream().mapToLong(lengths::get).sum();
  }

  private void assertServed(int version, Manifest manifest) throws Exception {
    assertThat(place().current(TestSite.ID)).hasValue(version);
    assertThat(place().verify(TestSite.ID, version, manifest)).isEmpty();
    assertThat(building()).isEmptyDirectory();
    assertThat(folder().resolve(".sluice/removing")).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.1, 0.5, 0.9})
  void goesOnAndWritesOnlyWhatLacks(double part) throws Exception {
    Manifest manifest = version(1);
    dieAfter((int) (manifest.chunks().size() * part), 1, manifest);
    Map<Path, Long> finished = inodes(left());
    Taken taken = place().put(TestSite.ID, 1, manifest).taken();
    long kept = taken.keptFiles();
    assertThat(kept).isEqualTo(finished.size()).isGreaterThanOrEqualTo((long) (part * FILES) - 1);
    assertThat(taken.keptBytes()).isGreaterThanOrEqualTo(kept * FILE_BYTES);
    // Chunks at a file's ends, and the stream in the sidecar, are read once more.
    assertThat(bytes(manifest, store.read))
        .isLessThan(manifest.contentBytes() - taken.keptBytes() + 3L * Frame.Chunk.BYTES_MAX);
    assertServed(1, manifest);
    assertThat(inodes(folder().resolve("CEN-12/v1"))).containsAllEntriesOf(finished);
  }

  @ParameterizedTest
  @CsvSource({"disk,place.built", "disk,place.verified", "ntfs,place.verified"})
  void whatWasWrittenAsAWholeIsOnlyReadBack(String kind, String point) throws Exception {
    if (kind.equals("ntfs")) {
      volume.close();
      volume = TestVolume.ntfs("windows");
    }
    Manifest manifest = version(1);
    site.crashAt = point;
    dieAfter(Integer.MAX_VALUE, 1, manifest);
    Map<Path, Long> finished = inodes(left());
    assertThat(place().put(TestSite.ID, 1, manifest).taken().keptFiles()).isEqualTo(FILES);
    assertServed(1, manifest);
    assertThat(inodes(folder().resolve("CEN-12/v1"))).isEqualTo(finished);
  }

  @Test
  void needsRoomOnlyForWhatLacks() throws Exception {
    volume.close();
    volume = TestVolume.tmpfs(FILES * FILE_BYTES * 3 / 2);
    Manifest manifest = version(1);
    site.crashAt = "place.built";
    dieAfter(Integer.MAX_VALUE, 1, manifest);
    assertThat(place().put(TestSite.ID, 1, manifest).taken().keptFiles()).isEqualTo(FILES);
    assertServed(1, manifest);
  }

  @Test
  void goesOnAsOftenAsItIsInterrupted() throws Exception {
    Manifest manifest = version(1);
    int parts = 5;
    long kept = 0;
    for (int i = 0; i < parts; i++) {
      dieAfter(manifest.chunks().size() / (parts + 1), 1, manifest);
      assertThat(inodes(left()).size()).isGreaterThan((int) kept);
      kept = inodes(left()).size();
    }
    assertThat(place().put(TestSite.ID, 1, manifest).taken().keptFiles()).isEqualTo(kept);
    assertServed(1, manifest);
  }

  @Test
  void anotherVersionBeginsAnewAndWhatWasLeftGoes() throws Exception {
    Manifest one = version(1);
    dieAfter(one.chunks().size() - 1, 1, one);
    Manifest two = version(2);
    assertThat(place().put(TestSite.ID, 2, two).taken().keptFiles()).isZero();
    assertServed(2, two);
  }

  @Test
  void otherContentOfTheSameNumberBeginsAnew() throws Exception {
    Manifest one = version(1);
    dieAfter(one.chunks().size() - 1, 1, one);
    Manifest other = version(2);
    assertThat(place().put(TestSite.ID, 1, other).taken().keptFiles()).isZero();
    assertServed(1, other);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatAFailedBuildLeftIsBelievedByAnotherProcessOnly(boolean another) throws Exception {
    Manifest manifest = version(1);
    FolderPlace place = place();
    Path removing = folder().resolve(".sluice/removing");
    site.watcher =
        (operation, path) -> {
          boolean intends = path.getFileName().toString().endsWith(".intent.new");
          if (intends || (operation == Operation.RENAME && path.startsWith(removing))) {
            throw WatchedDisk.broken(operation, path);
          }
        };
    assertThatThrownBy(() -> place.put(TestSite.ID, 1, manifest))
        .isInstanceOfSatisfying(
            Failure.class, e -> assertThat(e.code()).isEqualTo(Code.DISK_ERROR));
    assertThat(inodes(left())).hasSize(FILES + 1);
    site.watcher = (operation, path) -> {};
    Taken taken = (another ? place() : place).put(TestSite.ID, 1, manifest).taken();
    assertThat(taken.keptFiles()).isEqualTo(another ? FILES : 0);
    assertServed(1, manifest);
  }

  /** What somebody does to the tree that a process left. */
  enum Mischief {
    OTHER_BYTES {
      @Override
      void run(Path tree, Path outside) throws IOException {
        Path file = tree.resolve("d0/f1");
        FileTime time = Files.getLastModifiedTime(file);
        Files.write(file, new byte[FILE_BYTES]);
        Files.setLastModifiedTime(file, time);
      }
    },
    A_LINK_TO_A_FILE {
      @Override
      void run(Path tree, Path outside) throws IOException {
        Files.move(tree.resolve("d0/f1"), outside.resolve("f1"));
        Files.createSymbolicLink(tree.resolve("d0/f1"), outside.resolve("f1"));
      }
    },
    A_LINK_TO_A_FOLDER {
      @Override
      void run(Path tree, Path outside) throws IOException {
        Files.move(tree.resolve("d0"), outside.resolve("d0"));
        Files.createSymbolicLink(tree.resolve("d0"), outside.resolve("d0"));
      }
    },
    A_FILE_WITH_A_NAME_OUTSIDE {
      @Override
      void run(Path tree, Path outside) throws IOException {
        Files.createLink(outside.resolve("f1"), tree.resolve("d0/f1"));
      }
    },
    A_FILE_IN_PLACE_OF_A_FOLDER {
      @Override
      void run(Path tree, Path outside) throws IOException {
        Files.move(tree.resolve("d0"), outside.resolve("d0"));
        Files.write(tree.resolve("d0"), new byte[1]);
      }
    },
    A_FOLDER_IN_PLACE_OF_A_FILE {
      @Override
      void run(Path tree, Path outside) throws IOException {
        Files.delete(tree.resolve("d0/f1"));
        Files.createDirectories(tree.resolve("d0/f1/more"));
      }
    },
    ONE_FILE_MORE {
      @Override
      void run(Path tree, Path outside) throws IOException {
        Files.write(tree.resolve("d0/more"), new byte[1]);
      }
    },
    A_LINK_IN_PLACE_OF_THE_TREE {
      @Override
      void run(Path tree, Path outside) throws IOException {
        Files.move(tree, outside.resolve("tree"));
        Files.createSymbolicLink(tree, outside.resolve("tree"));
      }
    },
    A_LINK_IN_PLACE_OF_ALL {
      @Override
      void run(Path tree, Path outside) throws IOException {
        Path work = tree.getParent();
        Files.move(work, outside.resolve("work"));
        Files.createSymbolicLink(work, outside.resolve("work"));
      }
    };

    abstract void run(Path tree, Path outside) throws IOException;
  }

  @ParameterizedTest
  @EnumSource(Mischief.class)
  void whatSomebodyDidToItIsNeitherServedNorFollowed(Mischief mischief) throws Exception {
    Manifest one = version(1);
    Manifest two = version(2);
    place().put(TestSite.ID, 1, one);
    dieAfter(two.chunks().size() / 2, 2, two);
    Path outside = volume.folder("outside");
    mischief.run(left(), outside);
    Map<String, String> before = FolderPlaceTest.snapshot(outside);
    try {
      place().put(TestSite.ID, 2, two);
    } catch (Failure e) {
      assertThat(e.code()).isIn(Code.PLACE_UNAVAILABLE, Code.PLACE_VERIFY_FAILED);
      assertThat(e.isTemporary()).isTrue();
      assertThat(place().current(TestSite.ID)).hasValue(1);
      assertThat(place().verify(TestSite.ID, 1, one)).isEmpty();
      place().put(TestSite.ID, 2, two);
    }
    assertServed(2, two);
    assertThat(FolderPlaceTest.snapshot(outside)).isEqualTo(before);
    try (Stream<Path> served = Files.walk(folder().resolve("CEN-12/v2"))) {
      for (Path path : served.filter(InterruptedPlaceTest::isFile).toList()) {
        assertThat(site.platform.facts(path).size().links())
            .as(path.toString())
            .isEqualTo(path.endsWith("f0") || path.endsWith("same") ? 2 : 1);
      }
    }
  }
}
