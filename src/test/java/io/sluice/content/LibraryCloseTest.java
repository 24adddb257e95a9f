package io.sluice.content;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.parallel.CallerThread;
import io.sluice.parallel.Job;
import io.sluice.parallel.OsThreads;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A library is closed while somebody writes to it, as when a server is told to end. */
class LibraryCloseTest {
  private static final Path FOLDER = Path.of("/library").toAbsolutePath();
  private static final PackIntake.Sizes SIZES = new PackIntake.Sizes(400_000, 150_000);

  @TempDir Path folder;

  @Test
  void closingSealsWhatASessionWroteAndTakesNoMoreOfIt() throws Exception {
    byte[] before = TestContent.noise(1, 10_000);
    byte[] after = TestContent.noise(2, 10_000);
    MemoryDisk disk = new MemoryDisk();
    Library library = Library.open(disk, FOLDER, new CallerThread());
    ChunkStore.Intake begun = library.intake();
    ChunkStore.Intake fresh = library.intake();
    begun.append(frame(before));
    library.close();
    DiskContractTest.requireCode(Code.DISK_ERROR, () -> begun.append(frame(after)));
    DiskContractTest.requireCode(Code.DISK_ERROR, () -> fresh.append(frame(after)));
    begun.close();
    fresh.close();
    assertThat(disk.list(FOLDER.resolve("packs"))).containsExactly("0000000000000001.pack");
    try (Library reopened = Library.open(disk, FOLDER, new CallerThread())) {
      assertThat(reopened.problems()).isEmpty();
      assertThat(reopened.scrub()).isEmpty();
      LibraryTest.requireHeld(reopened, before);
    }
  }

  @Test
  void closingWhileAThreadAppendsLeavesWholePacks() throws Exception {
    OsThreads threads = new OsThreads();
    List<byte[]> appended = new ArrayList<>();
    Library library = Library.open(new HostDisk(), folder, threads, SIZES);
    ChunkStore.Intake intake = library.intake();
    CountDownLatch some = new CountDownLatch(20);
    Job<Integer> appending =
        () -> {
          for (int i = 0; true; i++) {
            byte[] plain = TestContent.noise(i, 10_000);
            try {
              intake.append(frame(plain));
            } catch (Failure e) {
              some.countDown();
              return i;
            }
            appended.add(plain);
            some.countDown();
          }
        };
    Job<Integer> closing =
        () -> {
          some.await();
          library.close();
          return 0;
        };
    threads.all(List.of(appending, closing), 2);
    intake.close();
    try (Library reopened = Library.open(new HostDisk(), folder, threads, SIZES)) {
      assertThat(reopened.problems()).isEmpty();
      assertThat(reopened.scrub()).isEmpty();
      for (byte[] plain : appended) {
        LibraryTest.requireHeld(reopened, plain);
      }
    }
  }

  private static Frame frame(byte[] plain) {
    return FrameCodec.raw(List.of(new Frame.Chunk(Digest.of(plain), plain.length)), plain, 0);
  }
}
