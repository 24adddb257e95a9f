package io.sluice.distributionpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.filesystem.Folder;
import io.sluice.filesystem.Platform;
import io.sluice.filesystem.Platforms;
import io.sluice.manifest.EntryPath;
import io.sluice.manifest.Name;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreeFoldersTest {
  private static final Path OPEN_FILES = Path.of("/proc/self/fd");

  @TempDir private Path path;

  private static long open() throws Exception {
    try (Stream<Path> files = Files.list(OPEN_FILES)) {
      return files.count();
    }
  }

  @Test
  void aTreeDeeperThanMayBeOpenIsWrittenAndWalkedUpAgain() throws Exception {
    Assumptions.assumeTrue(Files.isDirectory(OPEN_FILES), "needs /proc");
    Platform platform = Platforms.ofThisMachine();
    int deep = TreeFolders.OPEN_MAX * 2 + 7;
    try (Folder root = platform.folder(path)) {
      // Whatever the platform opens once, it has opened now.
      root.createFile(Name.of("first")).close();
      long before = open();
      try (TreeFolders folders = new TreeFolders(root, new TreeFolders.Made())) {
        EntryPath at = EntryPath.ROOT;
        for (int i = 0; i < deep; i++) {
          at = at.child(Name.of("d"));
          folders.create(at);
        }
        assertThat(open()).isLessThanOrEqualTo(before + TreeFolders.OPEN_MAX);
        for (; !at.isRoot(); at = at.parent()) {
          folders.of(at).createFile(Name.of("f")).close();
        }
        assertThat(folders.of(EntryPath.ROOT)).isSameAs(root);
      }
      assertThat(open()).isEqualTo(before);
    }
    Path at = path;
    for (int i = 0; i < deep; i++) {
      at = at.resolve("d");
      assertThat(at.resolve("f")).exists();
    }
  }
}
