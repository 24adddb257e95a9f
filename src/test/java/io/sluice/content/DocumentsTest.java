package io.sluice.content;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.content.WatchedDisk.Operation;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.parallel.CallerThread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentsTest {
  private static final Path FOLDER = Path.of("/library").toAbsolutePath();

  @TempDir Path folder;

  /** Something another thread does, once, in the middle of an operation. */
  @FunctionalInterface
  private interface Meanwhile {
    void happens() throws Failure;
  }

  @Test
  void aSlowReaderOfADamagedDocumentGetsTheNewOneAndSetsItNotAside() throws Exception {
    byte[] document = TestContent.text(4, 5_000);
    Digest digest = Digest.of(document);
    String hex = digest.hex();
    Path file = FOLDER.resolve("documents").resolve(hex.substring(0, 2)).resolve(hex);
    MemoryDisk memory = new MemoryDisk();
    AtomicReference<Meanwhile> meanwhile = new AtomicReference<>(() -> {});
    Disk disk =
        new WatchedDisk(
            memory,
            (operation, path) -> {
              if (operation == Operation.READ && path.equals(file)) {
                meanwhile.getAndSet(() -> {}).happens();
              }
            });
    try (Library library = Library.open(disk, FOLDER, new CallerThread())) {
      library.putDocument(document);
      memory.flip(file, 100, 0);
      byte[] damaged = memory.bytes(file);
      meanwhile.set(
          () -> {
            DiskContractTest.requireCode(
                Code.CONTENT_CORRUPT, () -> library.document(digest, 5_000));
            assertThat(library.holdsDocument(digest)).isFalse();
            library.putDocument(document);
          });
      assertThat(library.document(digest, 5_000)).isEqualTo(document);
      assertThat(library.holdsDocument(digest)).isTrue();
      assertThat(library.scrub()).isEmpty();
      assertThat(memory.bytes(file.resolveSibling(hex + ".damaged"))).isEqualTo(damaged);
    }
  }

  @Test
  void aFolderWhoseNameCouldNotBeForcedStopsTheLibrary() throws Exception {
    byte[] document = TestContent.text(4, 5_000);
    Disk disk =
        new WatchedDisk(
            new HostDisk(),
            (operation, path) -> {
              if (operation == Operation.CREATE_FOLDERS
                  && path.startsWith(folder.resolve("documents"))
                  && !path.endsWith("documents")) {
                makeUnforced(path);
                throw WatchedDisk.broken(operation, path);
              }
            });
    try (Library library = Library.open(disk, folder, new CallerThread())) {
      for (int again = 0; again < 2; again++) {
        DiskContractTest.requireCode(Code.DISK_ERROR, () -> library.putDocument(document));
      }
      DiskContractTest.requireCode(Code.DISK_ERROR, library::requireWritable);
    }
    try (Library library = Library.open(new HostDisk(), folder, new CallerThread())) {
      Digest digest = library.putDocument(document);
      assertThat(library.document(digest, 5_000)).isEqualTo(document);
    }
  }

  private static void makeUnforced(Path made) {
    try {
      Files.createDirectory(made);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
