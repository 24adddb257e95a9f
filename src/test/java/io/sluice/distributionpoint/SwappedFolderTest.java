package io.sluice.distributionpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.content.ChunkStore;
import io.sluice.content.TestContent;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.TestVolume;
import io.sluice.manifest.Manifest;
import io.sluice.parallel.CallerThread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Somebody replaces a folder of the tree between two steps of its writing. */
class SwappedFolderTest {
  private TestSite site;
  private TestVolume volume;
  private Path tree;
  private Path outside;

  @BeforeEach
  void open() throws Exception {
    site = new TestSite();
    volume = TestVolume.plain();
    tree = volume.folder("tree");
    outside = volume.folder("outside");
    Files.createDirectories(outside.resolve("inner"));
  }

  @AfterEach
  void close() throws IOException {
    site.close();
    volume.close();
  }

  /** What is done to the tree while it is written. */
  private interface Swap {
    void run() throws IOException;
  }

  /** A store that does something just before it gives its second chunk. */
  private static ChunkStore swapping(ChunkStore store, Swap swap) {
    AtomicInteger reads = new AtomicInteger();
    return new WatchedStore(
        store,
        chunk -> {
          if (reads.incrementAndGet() == 2) {
            try {
              swap.run();
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          }
        });
  }

  private void buildSwapping(Swap swap) throws Exception {
    Manifest manifest =
        new TestPackage()
            .file("a/one", TestContent.noise(1, 400_000))
            .file("a/inner/two", TestContent.noise(2, 400_000))
            .file("a/inner/three", TestContent.noise(3, 400_000))
            .link("a/inner/link", "nowhere")
            .attributes("a/inner", 0700, 5, 0)
            .store(site.library);
    ChunkStore store = swapping(site.library, swap);
    Materialiser materialiser =
        new Materialiser(site.platform, new CallerThread(), store, site.disk);
    assertThatThrownBy(
            () ->
                materialiser.build(manifest, tree, volume.root().resolve("s"), StreamPolicy.REFUSE))
        .isInstanceOfSatisfying(
            Failure.class, e -> assertThat(e.code()).isEqualTo(Code.PLACE_UNAVAILABLE));
    assertThat(outside.toFile().list()).containsExactly("inner");
    assertThat(outside.resolve("inner")).isEmptyDirectory();
    assertThat(Files.getLastModifiedTime(outside.resolve("inner")).toMillis())
        .isGreaterThan(1_000_000_000_000L);
  }

  @Test
  void aLinkInTheFoldersPlaceIsRefused() throws Exception {
    buildSwapping(
        () -> {
          Files.move(tree.resolve("a/inner"), volume.root().resolve("away"));
          Files.createSymbolicLink(tree.resolve("a/inner"), outside.resolve("inner"));
        });
  }

  @Test
  void aLinkInThePlaceOfAFolderAboveIsRefused() throws Exception {
    buildSwapping(
        () -> {
          Files.move(tree.resolve("a"), volume.root().resolve("away"));
          Files.createSymbolicLink(tree.resolve("a"), outside);
        });
  }

  @Test
  void anotherFolderInItsPlaceIsRefusedByItsIdentity() throws Exception {
    buildSwapping(
        () -> {
          Files.move(tree.resolve("a/inner"), volume.root().resolve("away"));
          Files.move(outside.resolve("inner"), tree.resolve("a/inner"));
          Files.createDirectory(outside.resolve("inner"));
        });
    assertThat(tree.resolve("a/inner")).isEmptyDirectory();
  }
}
