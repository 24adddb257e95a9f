package io.sluice.content;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.parallel.CallerThread;
import io.sluice.parallel.Crew;
import io.sluice.parallel.Job;
import io.sluice.parallel.OsThreads;
import io.sluice.parallel.Threads;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The index goes to the disk behind the backs of those who store. */
class IndexKeeperTest {
  private static final Path FOLDER = Path.of("/library").toAbsolutePath();
  private static final PackIntake.Sizes SIZES =
      new PackIntake.Sizes(PackFormat.FRAMES_END_MAX, PackFormat.FRAMES_END_MAX, 1);

  @TempDir Path folder;

  private final MemoryDisk disk = new MemoryDisk();
  private final Later later = new Later();

  /** Threads whose crews work when they are told to, and at the latest when they are to finish. */
  private static final class Later implements Threads {
    private final CallerThread caller = new CallerThread();
    private final ArrayDeque<Job<?>> waiting = new ArrayDeque<>();

    @Override
    public <T> List<T> all(List<? extends Job<T>> jobs, int atMost)
        throws Failure, InterruptedException {
      return caller.all(jobs, atMost);
    }

    @Override
    public Crew crew(String name, int workers, int queued) {
      return new Crew() {
        @Override
        public void submit(Job<?> task) {
          assertThat(waiting.size()).isLessThan(queued);
          waiting.add(task);
        }

        @Override
        public void finish() throws Failure, InterruptedException {
          while (step()) {}
        }

        @Override
        public void close() {
          waiting.clear();
        }
      };
    }

    @Override
    public int cores() {
      return 1;
    }

    boolean step() throws Failure, InterruptedException {
      Job<?> next = waiting.poll();
      if (next == null) {
        return false;
      }
      next.run();
      return true;
    }
  }

  private List<String> runs() throws Failure {
    return disk.list(FOLDER.resolve("index"));
  }

  private static byte[] content(int seed) {
    return TestContent.noise(seed, 50_000);
  }

  @Test
  void nobodyWhoStoresWritesARun() throws Exception {
    try (Library library = Library.open(disk, FOLDER, later, SIZES)) {
      for (int i = 0; i < 5; i++) {
        LibraryTest.store(library, content(i));
      }
      assertThat(runs()).isEmpty();
      assertThat(later.waiting).hasSize(1);
      assertThat(later.step()).isTrue();
      assertThat(runs()).hasSize(1);
      LibraryTest.store(library, content(5));
      assertThat(later.waiting).hasSize(1);
      LibraryTest.requireHeld(library, content(5));
    }
    assertThat(later.waiting).isEmpty();
    disk.crash();
    try (Library library = Library.open(disk, FOLDER, later, SIZES)) {
      assertThat(library.parts().index().covered()).hasSize(6);
      for (int i = 0; i < 6; i++) {
        LibraryTest.requireHeld(library, content(i));
      }
      assertThat(library.check()).isEmpty();
    }
  }

  @Test
  void aPackSealedWhileItsSessionGoesOnIsMovedToo() throws Exception {
    PackIntake.Sizes small = new PackIntake.Sizes(60_000, 60_000, 1);
    try (Library library = Library.open(disk, FOLDER, new CallerThread(), small);
        ChunkStore.Intake session = library.intake()) {
      for (int i = 0; i < 3; i++) {
        byte[] plain = content(i);
        session.append(
            FrameCodec.raw(List.of(new Frame.Chunk(Digest.of(plain), plain.length)), plain, 0));
      }
      assertThat(library.parts().index().covered()).containsExactly(1L, 2L);
    }
  }

  @Test
  void whatItCannotWriteStaysInMemoryAndIsTold() throws Exception {
    try (Library library = Library.open(disk, FOLDER, later, SIZES)) {
      LibraryTest.store(library, content(0));
      disk.capacity(disk.usedBytes());
      assertThat(later.step()).isTrue();
      assertThat(library.problems()).extracting(Failure::code).containsExactly(Code.NO_SPACE);
      LibraryTest.requireHeld(library, content(0));
      disk.capacity(Long.MAX_VALUE);
      LibraryTest.store(library, content(1));
      assertThat(later.step()).isTrue();
      assertThat(library.parts().index().covered()).containsExactly(1L, 2L);
    }
  }

  @Test
  void closingWaitsForARunAndTheNextOneUsesIt() throws Exception {
    for (int i = 0; i < 10; i++) {
      try (Library library = Library.open(new HostDisk(), folder, new OsThreads(), SIZES)) {
        LibraryTest.store(library, content(i));
      }
    }
    try (Library library = Library.open(new HostDisk(), folder, new OsThreads(), SIZES)) {
      assertThat(library.parts().index().covered()).hasSize(10);
      assertThat(library.problems()).isEmpty();
      assertThat(new HostDisk().list(folder.resolve("index")).size()).isLessThan(5);
      assertThat(library.scrub()).isEmpty();
    }
  }
}
