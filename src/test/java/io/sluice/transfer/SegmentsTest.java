package io.sluice.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.content.Frame;
import io.sluice.content.TestContent;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class SegmentsTest {
  private static final Path GOLDEN =
      Path.of("src/test/resources/golden/site-protocol-v0/response.bin");

  private static List<Segment> goldenSegments() {
    return List.of(
        new Segment(List.of(0, 1, 2), Frame.Codec.RAW, ascii("three chunks as they are")),
        new Segment(List.of(7, 5, 6, 100), Frame.Codec.ZSTD, ascii("not really zstd")),
        new Segment(List.of(Ordinals.ORDINALS_MAX - 1), Frame.Codec.RAW, ascii("!")));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] written(List<Segment> segments) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SegmentWriter writer = new SegmentWriter(out);
    for (Segment segment : segments) {
      writer.write(segment);
    }
    writer.end();
    return out.toByteArray();
  }

  private static List<Segment> read(InputStream in) throws Failure {
    SegmentReader reader = new SegmentReader(in, "reading a test's response");
    List<Segment> segments = new ArrayList<>();
    for (Optional<Segment> next = reader.next(); next.isPresent(); next = reader.next()) {
      segments.add(next.get());
    }
    assertThat(reader.next()).isEmpty();
    return segments;
  }

  private static void requireSame(List<Segment> one, List<Segment> other) {
    assertThat(one).usingRecursiveFieldByFieldElementComparator().containsExactlyElementsOf(other);
  }

  private static Failure refusal(byte[] response) {
    return catchThrowableOfType(Failure.class, () -> read(new ByteArrayInputStream(response)));
  }

  @Test
  void writesTheGoldenResponse() throws Exception {
    assertThat(written(goldenSegments())).isEqualTo(Files.readAllBytes(GOLDEN));
  }

  @Test
  void readsTheGoldenResponse() throws Exception {
    try (InputStream in = Files.newInputStream(GOLDEN)) {
      requireSame(read(in), goldenSegments());
    }
  }

  @Test
  void anAnswerWithNothingIsWholeToo() throws Exception {
    assertThat(read(new ByteArrayInputStream(written(List.of())))).isEmpty();
  }

  @Test
  void whateverIsWrittenIsReadBack() throws Exception {
    long seed = 7;
    RandomGenerator random = TestContent.random(seed);
    for (int round = 0; round < 30; round++) {
      List<Segment> segments = new ArrayList<>();
      for (int i = 0; i < random.nextInt(5); i++) {
        List<Integer> ordinals = new ArrayList<>();
        int next = random.nextInt(1000);
        for (int k = 0; k <= random.nextInt(Frame.CHUNKS_MAX); k++) {
          ordinals.add(next);
          next = random.nextInt(3) > 0 ? next + 1 : random.nextInt(Ordinals.ORDINALS_MAX - 100);
        }
        byte[] stored = new byte[1 + random.nextInt(5000)];
        random.nextBytes(stored);
        segments.add(
            new Segment(
                ordinals, random.nextBoolean() ? Frame.Codec.RAW : Frame.Codec.ZSTD, stored));
      }
      requireSame(read(new ByteArrayInputStream(written(segments))), segments);
    }
  }

  @Test
  void everyTruncationIsAnInterruption() throws Exception {
    byte[] whole = written(goldenSegments());
    for (int length = 0; length < whole.length; length++) {
      Failure failure = refusal(Arrays.copyOf(whole, length));
      assertThat(failure.code()).isEqualTo(Code.TRANSFER_INTERRUPTED);
      assertThat(failure.isTemporary()).isTrue();
    }
  }

  @Test
  void segmentsBeforeABreakCount() throws Exception {
    byte[] whole = written(goldenSegments());
    SegmentReader reader =
        new SegmentReader(
            new ByteArrayInputStream(Arrays.copyOf(whole, whole.length - 6)), "reading");
    requireSame(List.of(reader.next().orElseThrow()), goldenSegments().subList(0, 1));
    requireSame(List.of(reader.next().orElseThrow()), goldenSegments().subList(1, 2));
    assertThat(catchThrowableOfType(Failure.class, reader::next)).isNotNull();
  }

  @Test
  void refusesWhatTheGrammarDoesNotAllow() throws Exception {
    byte[] whole = written(goldenSegments());
    byte[] longer = Arrays.copyOf(whole, whole.length + 1);
    assertThat(refusal(longer).code()).isEqualTo(Code.PROTOCOL_VIOLATION);
    // magic, kind, codec, run count, reserved, stored length, first ordinal, chunk count, end's
    // count
    int[][] changes = {
      {0, 'X'},
      {4, 0x54},
      {5, 2},
      {6, 0},
      {6, 65},
      {7, 1},
      {8, 0x7f},
      {8, 0x80},
      {16, 0x7f},
      {16, 0x80},
      {20, 1},
      {20, 0x80},
      {23, 0},
      {23, 65},
      {whole.length - 1, 4}
    };
    for (int[] change : changes) {
      byte[] bad = whole.clone();
      bad[change[0]] = (byte) change[1];
      assertThat(refusal(bad).code())
          .as("byte %d = %d", change[0], change[1])
          .isEqualTo(Code.PROTOCOL_VIOLATION);
    }
  }

  @Test
  void aWrongCheckSumIsABrokenWire() throws Exception {
    byte[] bad = written(goldenSegments());
    bad[30] ^= 1;

    assertThat(refusal(bad).code()).isEqualTo(Code.TRANSFER_INTERRUPTED);
  }

  @Test
  void nothingButTheTwoFailuresComesOutOfMutations() throws Exception {
    long seed = 99;
    RandomGenerator random = TestContent.random(seed);
    byte[] whole = written(goldenSegments());
    for (int round = 0; round < 8_000; round++) {
      byte[] bad = Arrays.copyOf(whole, whole.length - random.nextInt(4) + random.nextInt(4));
      for (int change = 0; change <= random.nextInt(3); change++) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
      }
      try {
        read(new ByteArrayInputStream(bad));
      } catch (Failure e) {
        assertThat(e.code())
            .as("seed %d round %d", seed, round)
            .isIn(Code.PROTOCOL_VIOLATION, Code.TRANSFER_INTERRUPTED);
      }
    }
  }

  @Test
  void allocatesNothingForALengthThatIsOnlyClaimed() {
    ByteBuffer claim = ByteBuffer.allocate(28);
    claim.putInt(SegmentWriter.MAGIC).put(SegmentWriter.SEGMENT).put((byte) 0).put((byte) 1);
    claim.put((byte) 0).putInt(Segment.STORED_BYTES_MAX + 1).putInt(0).putInt(0).putInt(1);

    assertThat(refusal(claim.array()).code()).isEqualTo(Code.PROTOCOL_VIOLATION);
  }

  @Test
  void aBrokenStreamIsAnInterruption() {
    InputStream broken =
        new SequenceInputStream(
            new ByteArrayInputStream(ascii("SLR0")),
            new InputStream() {
              @Override
              public int read() throws IOException {
                throw new IOException("connection reset");
              }

              @Override
              public int read(byte[] into, int from, int length) throws IOException {
                return read();
              }
            });
    Failure failure = catchThrowableOfType(Failure.class, () -> read(broken));

    assertThat(failure.code()).isEqualTo(Code.TRANSFER_INTERRUPTED);
    assertThat(failure.why()).contains("connection reset");
  }
}
