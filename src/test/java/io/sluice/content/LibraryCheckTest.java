package io.sluice.content;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.parallel.CallerThread;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class LibraryCheckTest {
  private static final Path FOLDER = Path.of("/library").toAbsolutePath();
  private static final Path PACK = FOLDER.resolve("packs").resolve("0000000000000001.pack");
  private static final byte[] CONTENT = TestContent.noise(1, 1_000_000);

  private final MemoryDisk disk = new MemoryDisk();

  private Library open() throws Failure {
    return Library.open(disk, FOLDER, new CallerThread());
  }

  private void store() throws Failure, InterruptedException {
    try (Library library = open()) {
      LibraryTest.store(library, CONTENT);
    }
  }

  @Test
  void checkingFindsDamagedHeadsAndReadsNoContent() throws Exception {
    store();
    int second = PackFormat.HEADER_BYTES + 56 + TestContent.chunks(CONTENT).get(0).length();
    disk.flip(PACK, second + 60, 0);
    try (Library library = open()) {
      assertThat(library.check()).isEmpty();
    }
    disk.flip(PACK, second, 0);
    disk.flip(PACK, PackFormat.HEADER_BYTES + 25, 0);
    try (Library library = open()) {
      List<Failure> problems = library.check();
      assertThat(problems).extracting(Failure::code).containsExactly(Code.CONTENT_CORRUPT);
      assertThat(problems.getFirst().why()).startsWith("at byte " + second);
      // It only looks: the digest in the first frame's table is wrong, and its chunk still held.
      assertThat(library.holds(TestContent.chunks(CONTENT).get(0).digest())).isTrue();
    }
  }

  @Test
  void aDigestInAFramesTableThatTheIndexDoesNotListIsFound() throws Exception {
    store();
    disk.flip(PACK, PackFormat.HEADER_BYTES + 25, 0);
    try (Library library = open()) {
      assertThat(library.check())
          .extracting(Failure::why)
          .containsExactly("its index does not list its frames' chunks");
    }
  }

  @Test
  void scrubbingGoesOnBehindADamagedHead() throws Exception {
    store();
    List<Frame.Chunk> chunks = TestContent.chunks(CONTENT);
    int second = PackFormat.HEADER_BYTES + 56 + chunks.get(0).length();
    int third = second + 56 + chunks.get(1).length();
    disk.flip(PACK, second, 0);
    disk.flip(PACK, third + 100, 0);
    try (Library library = open()) {
      assertThat(library.scrub()).hasSize(2);
      assertThat(library.stats().chunks()).isEqualTo(chunks.size() - 2);
      assertThat(library.scrub()).isEmpty();
    }
  }

  @Test
  void tellsWhatIsNeededFromWhatIsNot() throws Exception {
    store();
    List<Frame.Chunk> chunks = TestContent.chunks(CONTENT);
    try (Library library = open()) {
      Usage usage =
          library.usage(
              needed -> {
                needed.accept(chunks.get(0));
                needed.accept(chunks.get(0));
                needed.accept(new Frame.Chunk(Digest.of(new byte[1]), 1));
              });
      assertThat(usage.stored().frames()).isEqualTo(chunks.size());
      assertThat(usage.stored().contentBytes()).isEqualTo(CONTENT.length);
      assertThat(usage.needed().contentBytes()).isEqualTo(chunks.get(0).length());
      assertThat(usage.unneeded().chunks()).isEqualTo(chunks.size() - 1L);
      assertThat(usage.wanted()).isEqualTo(new Usage.Wanted(2, chunks.get(0).length() + 1L));
    }
  }
}
