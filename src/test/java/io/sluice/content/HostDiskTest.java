package io.sluice.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostDiskTest extends DiskContractTest {
  @TempDir Path folder;

  private final List<String> reached = new ArrayList<>();
  private final Disk disk = new HostDisk(reached::add);

  @Override
  Disk disk() {
    return disk;
  }

  @Override
  Path folder() {
    return folder;
  }

  @Test
  void saysWhichPointsAreReached() {
    disk.reached("content.frame-appended");
    assertThat(reached).containsExactly("content.frame-appended");
  }

  @Test
  void aLockIsTheSameThroughASymbolicLink() throws IOException, Failure {
    Path real = Files.createDirectory(folder.resolve("real"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), real);
    try (FolderLock held = FolderLock.take(real.resolve("lock"))) {
      assertThat(held).isNotNull();
      requireCode(Code.LIBRARY_IN_USE, () -> FolderLock.take(link.resolve("lock")));
    }
  }

  @Test
  void readersAreNotDisturbedByTheInterruptionOfOneOfThem() throws Exception {
    byte[] content = new byte[1 << 20];
    new Random(7).nextBytes(content);
    Path file = folder.resolve("file");
    try (Disk.Writer writer = disk.create(file)) {
      writer.write(ByteBuffer.wrap(content));
    }
    try (Disk.Reader reader = disk.open(file)) {
      List<Thread> threads = new ArrayList<>();
      List<Throwable> failures = java.util.Collections.synchronizedList(new ArrayList<>());
      for (int i = 0; i < 4; i++) {
        boolean interrupts = i == 0;
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      try {
                        for (int n = 0; n < 200; n++) {
                          if (interrupts) {
                            Thread.currentThread().interrupt();
                          }
                          ByteBuffer into = ByteBuffer.allocate(4096);
                          assertThat(reader.read(into, n * 100L)).isEqualTo(4096);
                          assertThat(into.flip())
                              .isEqualTo(ByteBuffer.wrap(content, n * 100, 4096));
                        }
                      } catch (Failure | AssertionError e) {
                        failures.add(e);
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(failures).isEmpty();
    }
  }

  @Test
  void aWriteToAFullDiskSaysWhatIsNeededAndFree() {
    Failure failure = DiskFailures.noSpace("writing", folder.resolve("file"), 2_000_000, 12_345);
    assertThat(failure.code()).isEqualTo(Code.NO_SPACE);
    assertThat(failure.isTemporary()).isTrue();
    assertThat(failure.why()).isEqualTo("needed 2,000,000 bytes, free 12,345 bytes");
    assertThat(DiskFailures.isNoSpace(new IOException("No space left on device"), 1, 100)).isTrue();
    assertThat(DiskFailures.isNoSpace(new IOException("Auf dem Gerät ist kein Platz"), 10, 5))
        .isTrue();
    assertThat(DiskFailures.isNoSpace(new IOException("Input/output error"), 10, 50)).isFalse();
    assertThat(DiskFailures.isNoSpace(new AccessDeniedException("file"), 10, 5)).isFalse();
  }

  @Test
  void aClosedReaderStaysClosed() throws Failure {
    Path file = write("file", "text");
    Disk.Reader reader = disk.open(file);
    reader.close();
    assertThatThrownBy(() -> reader.read(ByteBuffer.allocate(1), 0)).isInstanceOf(Failure.class);
  }
}
