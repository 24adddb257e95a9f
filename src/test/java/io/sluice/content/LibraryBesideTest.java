package io.sluice.content;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.parallel.CallerThread;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A library is read while another process stores, seals, copies and deletes packs in it. */
class LibraryBesideTest {
  private static final Path FOLDER = Path.of("/library").toAbsolutePath();
  private static final byte[] WANTED = TestContent.noise(1, 200_000);
  private static final byte[] UNWANTED = TestContent.noise(2, 200_000);

  private final MemoryDisk disk = new MemoryDisk();

  private Library owner() throws Failure {
    return Library.open(disk, FOLDER, new CallerThread());
  }

  private static Frame frame(byte[] plain) {
    return FrameCodec.raw(List.of(new Frame.Chunk(Digest.of(plain), plain.length)), plain, 0);
  }

  private static void requireRead(Library library, byte[] plain) throws Failure {
    byte[] read = new byte[plain.length];
    assertThat(library.read(Digest.of(plain), read, 0)).isEqualTo(plain.length);
    assertThat(read).isEqualTo(plain);
  }

  @Test
  void whatACollectionCopiedIsFoundInItsNewPack() throws Exception {
    try (Library owner = owner()) {
      try (ChunkStore.Intake session = owner.intake()) {
        session.append(frame(WANTED));
        session.append(frame(UNWANTED));
        session.commit();
      }
      try (Library reader = Library.openForReading(disk, FOLDER)) {
        Frame.Chunk wanted = new Frame.Chunk(Digest.of(WANTED), WANTED.length);
        Garbage garbage = new Garbage(owner, needed -> needed.accept(wanted));
        assertThat(garbage.collect(Instant.EPOCH).with(Garbage.Action.REWRITE)).hasSize(1);
        requireRead(reader, WANTED);
        garbage.purge(Instant.EPOCH);
        requireRead(reader, WANTED);
        DiskContractTest.requireCode(Code.CONTENT_MISSING, () -> requireRead(reader, UNWANTED));
      }
    }
  }

  @Test
  void aPackThatIsSealedMeanwhileIsReadOn() throws Exception {
    try (Library owner = owner();
        ChunkStore.Intake session = owner.intake()) {
      session.append(frame(WANTED));
      session.append(frame(UNWANTED));
      try (Library reader = Library.openForReading(disk, FOLDER)) {
        session.commit();
        requireRead(reader, WANTED);
        requireRead(reader, UNWANTED);
        assertThat(reader.stats().packs()).isEqualTo(1);
      }
    }
  }

  @Test
  void whatVanishesWhileItIsCountedIsNotCounted() throws Exception {
    try (Library owner = owner()) {
      LibraryTest.store(owner, WANTED);
      LibraryTest.store(owner, UNWANTED);
      owner.limit(new Limits(10_000_000, 0));
      Garbage garbage = new Garbage(owner, needed -> TestContent.chunks(WANTED).forEach(needed));
      garbage.collect(Instant.EPOCH);
      WatchedDisk.Watcher purging =
          (operation, path) -> {
            if (operation == WatchedDisk.Operation.OPEN && path.toString().contains("trash")) {
              disk.delete(path);
            }
          };
      try (Library reader = Library.openForReading(new WatchedDisk(disk, purging), FOLDER)) {
        assertThat(reader.problems()).isEmpty();
        assertThat(reader.usedBytes()).isBetween(200_000L, 210_000L);
      }
    }
  }
}
