package io.sluice.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkerPropertyTest {
  private static byte[] content(long seed) {
    RandomGenerator random = TestContent.random(seed);
    int length = random.nextInt(1, 2_500_000);
    return seed % 2 == 0 ? TestContent.text(seed, length) : TestContent.noise(seed, length);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void chunksAreTheInputAndWithinBounds(long seed) {
    byte[] content = content(seed);
    List<Integer> lengths = ChunkerTest.lengths(content);
    int sum = 0;
    for (int i = 0; i < lengths.size(); i++) {
      assertThat(lengths.get(i)).isBetween(1, Chunker.BYTES_MAX);
      if (i < lengths.size() - 1) {
        assertThat(lengths.get(i)).isGreaterThan(Chunker.BYTES_MIN);
      }
      sum += lengths.get(i);
    }
    assertThat(sum).isEqualTo(content.length);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {11, 12, 13, 14, 15, 16})
  void piecesOfAnySizeGiveTheSameCuts(long seed) {
    byte[] content = content(seed);
    RandomGenerator random = TestContent.random(seed + 1000);
    int pieceMax = 1 << random.nextInt(8, 20);
    List<Integer> lengths = new ArrayList<>();
    byte[] buffer = new byte[Chunker.BYTES_MAX + pieceMax];
    int filled = 0;
    int read = 0;
    while (read < content.length || filled > 0) {
      int piece = Math.min(content.length - read, random.nextInt(1, pieceMax + 1));
      piece = Math.min(piece, buffer.length - filled);
      System.arraycopy(content, read, buffer, filled, piece);
      read += piece;
      filled += piece;
      boolean end = read == content.length;
      int from = 0;
      for (int length = Chunker.cut(buffer, from, filled, end);
          length > 0;
          length = Chunker.cut(buffer, from, filled, end)) {
        lengths.add(length);
        from += length;
      }
      System.arraycopy(buffer, from, buffer, 0, filled - from);
      filled -= from;
    }
    assertThat(lengths).isEqualTo(ChunkerTest.lengths(content));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {21, 22, 23, 24, 25, 26})
  void anInsertionDisturbsFewChunks(long seed) {
    byte[] content =
        seed % 2 == 0 ? TestContent.text(seed, 4_000_000) : TestContent.noise(seed, 4_000_000);
    RandomGenerator random = TestContent.random(seed);
    int at = random.nextInt(content.length);
    byte[] inserted = TestContent.noise(seed + 1, random.nextInt(1, 2000));
    byte[] changed = new byte[content.length + inserted.length];
    System.arraycopy(content, 0, changed, 0, at);
    System.arraycopy(inserted, 0, changed, at, inserted.length);
    System.arraycopy(content, at, changed, at + inserted.length, content.length - at);
    Set<Digest> before = digests(content);
    Set<Digest> after = digests(changed);
    after.removeAll(before);
    assertThat(after.size()).isLessThanOrEqualTo(8);
  }

  private static Set<Digest> digests(byte[] content) {
    Set<Digest> digests = new HashSet<>();
    for (Frame.Chunk chunk : TestContent.chunks(content)) {
      digests.add(chunk.digest());
    }
    return digests;
  }
}
