package io.sluice.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChunkerTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/chunking-v0/vectors.txt");

  @Test
  void hasTheGoldenTable() throws Exception {
    long[] table = Gear.table();
    int seen = 0;
    for (String line : Files.readAllLines(GOLDEN)) {
      if (line.startsWith("gear ")) {
        String[] words = line.split(" ", -1);
        assertThat(table[Integer.parseInt(words[1])])
            .isEqualTo(Long.parseUnsignedLong(words[2], 16));
        seen++;
      }
    }
    assertThat(seen).isEqualTo(256);
  }

  @Test
  void cutsTheGoldenInputsAsTheFormatSays() throws Exception {
    int seen = 0;
    for (String line : Files.readAllLines(GOLDEN)) {
      if (line.startsWith("chunks ")) {
        String[] words = line.split(" ", -1);
        byte[] input = TestContent.vector(Long.parseLong(words[1]), Integer.parseInt(words[2]));
        assertThat(lengths(input))
            .as("seed %s, %s bytes", words[1], words[2])
            .containsExactlyElementsOf(
                Arrays.stream(words[3].split(",", -1)).map(Integer::valueOf).toList());
        seen++;
      }
    }
    assertThat(seen).isEqualTo(13);
  }

  @Test
  void cutsAtTheLatestAtTheLongestLength() {
    byte[] zeros = new byte[3 * Chunker.BYTES_MAX + 5];
    assertThat(lengths(zeros))
        .containsExactly(Chunker.BYTES_MAX, Chunker.BYTES_MAX, Chunker.BYTES_MAX, 5);
  }

  @Test
  void asksForMoreBytesOnlyWhenItMayNeedThem() {
    byte[] zeros = new byte[Chunker.BYTES_MAX];
    assertThat(Chunker.cut(zeros, 0, 0, false)).isZero();
    assertThat(Chunker.cut(zeros, 0, 0, true)).isZero();
    assertThat(Chunker.cut(zeros, 0, Chunker.BYTES_MAX - 1, false)).isZero();
    assertThat(Chunker.cut(zeros, 0, Chunker.BYTES_MAX, false)).isEqualTo(Chunker.BYTES_MAX);
    assertThat(Chunker.cut(zeros, 7, 10, true)).isEqualTo(3);
  }

  static List<Integer> lengths(byte[] input) {
    List<Integer> lengths = new ArrayList<>();
    for (Frame.Chunk chunk : TestContent.chunks(input)) {
      lengths.add(chunk.length());
    }
    return lengths;
  }
}
