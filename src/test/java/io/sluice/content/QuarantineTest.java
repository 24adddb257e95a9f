package io.sluice.content;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.parallel.CallerThread;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class QuarantineTest {
  private static final Path FOLDER = Path.of("/library").toAbsolutePath();
  private static final Path FIRST = FOLDER.resolve("packs").resolve("0000000000000001.pack");

  private final MemoryDisk disk = new MemoryDisk();

  private Quarantine quarantine(Disk on) throws Failure {
    LibraryFiles files = new LibraryFiles(on, FOLDER, new Stop("the content library"));
    files.prepare();
    Quarantine quarantine = new Quarantine(files);
    assertThat(quarantine.load()).isEmpty();
    return quarantine;
  }

  private Library open() throws Failure {
    return Library.open(disk, FOLDER, new CallerThread());
  }

  @Test
  void aFrameThatCouldNotBeWrittenDownIsWhenItIsFoundAgain() throws Exception {
    AtomicBoolean isFull = new AtomicBoolean();
    Disk filling =
        new WatchedDisk(
            disk,
            (operation, path) -> {
              if (isFull.get() && operation == WatchedDisk.Operation.WRITE) {
                throw DiskFailures.noSpace("writing", path, 1, 0);
              }
            });
    Quarantine quarantine = quarantine(filling);
    isFull.set(true);
    DiskContractTest.requireCode(Code.NO_SPACE, () -> quarantine.add(7));
    assertThat(quarantine.contains(7)).isTrue();
    isFull.set(false);
    quarantine.add(7);
    disk.crash();
    assertThat(quarantine(disk).contains(7)).isTrue();
  }

  @Test
  void aFullListIsToldAndKeepsWhatItHas() throws Exception {
    quarantine(disk);
    StringBuilder lines = new StringBuilder("sluice-quarantine 0\n");
    for (int i = 0; i < Quarantine.FRAMES_MAX; i++) {
      lines.append(String.format(Locale.ROOT, "%016x %08x%n", 0, i));
    }
    try (Disk.Writer writer = disk.create(FOLDER.resolve("quarantine"))) {
      writer.write(ByteBuffer.wrap(lines.toString().getBytes(StandardCharsets.US_ASCII)));
      writer.force();
    }
    disk.forceDirectory(FOLDER);
    Quarantine quarantine = quarantine(disk);
    for (int i = 0; i < 2; i++) {
      DiskContractTest.requireCode(
          Code.CONTENT_CORRUPT, () -> quarantine.add(Quarantine.FRAMES_MAX));
    }
    assertThat(quarantine.contains(Quarantine.FRAMES_MAX)).isTrue();
    disk.crash();
    Quarantine again = quarantine(disk);
    assertThat(again.contains(Quarantine.FRAMES_MAX - 1)).isTrue();
    assertThat(again.contains(Quarantine.FRAMES_MAX)).isFalse();
  }

  @Test
  void aSecondSoundCopyIsReadWhenTheFirstIsDamaged() throws Exception {
    byte[] content = TestContent.text(1, 400_000);
    Digest first = TestContent.chunks(content).get(0).digest();
    storeTwice(content);
    disk.flip(FIRST, 10_000, 2);
    try (Library library = open()) {
      long frames = library.usage(needed -> {}).stored().frames();
      LibraryTest.requireHeld(library, content);
      assertThat(library.place(first).orElseThrow().pack()).isEqualTo(2);
      assertThat(library.usage(needed -> {}).quarantined().frames()).isEqualTo(1);
      assertThat(library.usage(needed -> {}).stored().frames()).isEqualTo(frames);
    }
    disk.crash();
    try (Library library = open()) {
      LibraryTest.requireHeld(library, content);
      // Held by the copy: nothing is stored a third time.
      LibraryTest.store(library, content);
      assertThat(library.stats().packs()).isEqualTo(2);
    }
  }

  @Test
  void aSecondCopyIsReadWhenTheFirstPackIsGone() throws Exception {
    byte[] content = TestContent.text(1, 400_000);
    storeTwice(content);
    try (Library library = open()) {
      disk.delete(FIRST);
      LibraryTest.requireHeld(library, content);
    }
  }

  /** Two sessions store the same content, as two transfers may. */
  private void storeTwice(byte[] content) throws Failure, InterruptedException {
    try (Library library = open();
        FrameCodec codec = new FrameCodec();
        ChunkStore.Intake one = library.intake();
        ChunkStore.Intake other = library.intake()) {
      for (ChunkStore.Intake intake : List.of(one, other)) {
        FrameBuilder builder = new FrameBuilder(codec, intake::append);
        int at = 0;
        for (Frame.Chunk chunk : TestContent.chunks(content)) {
          builder.add(chunk, content, at);
          at += chunk.length();
        }
        builder.flush();
        intake.commit();
      }
    }
  }
}
