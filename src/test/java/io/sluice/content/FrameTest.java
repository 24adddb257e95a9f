package io.sluice.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FrameTest {
  private final FrameCodec codec = new FrameCodec();

  @AfterEach
  void close() {
    codec.close();
  }

  private static Frame.Chunk chunk(byte[] plain) {
    return new Frame.Chunk(Digest.of(plain), plain.length);
  }

  private Frame encoded(byte[] plain) {
    return codec.encode(List.of(chunk(plain)), plain, 0);
  }

  private void requireCorrupt(Frame frame, String why) {
    DiskContractTest.requireCode(Code.CONTENT_CORRUPT, () -> codec.decode(frame));
    try {
      codec.decode(frame);
    } catch (Failure e) {
      assertThat(e.why()).contains(why);
    }
  }

  @Test
  void readsTheGoldenFrames() throws Exception {
    List<Golden.GoldenFrame> frames = Golden.frames();
    assertThat(frames).hasSize(4);
    for (Golden.GoldenFrame golden : frames) {
      Frame frame = golden.frame();
      assertThat(frame.codec()).isEqualTo(golden.codec());
      ByteArrayOutputStream plain = new ByteArrayOutputStream();
      for (int i = 0; i < golden.chunks().size(); i++) {
        assertThat(frame.chunks().get(i)).isEqualTo(chunk(golden.chunks().get(i)));
        plain.write(golden.chunks().get(i));
      }
      assertThat(codec.decode(frame)).isEqualTo(plain.toByteArray());
    }
  }

  @Test
  void writesFramesAsTheGoldenOnesAre() throws Exception {
    for (Golden.GoldenFrame golden : Golden.frames()) {
      Frame frame = golden.frame();
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      bytes.write(FrameFormat.head(frame));
      bytes.write(frame.stored());
      assertThat(bytes.toByteArray()).isEqualTo(golden.bytes());
    }
  }

  @Test
  void noFlippedBitOfAFrameGoesUnseen() throws Exception {
    for (Golden.GoldenFrame golden : Golden.frames()) {
      for (int bit = 0; bit < golden.bytes().length * 8; bit++) {
        byte[] damaged = golden.bytes().clone();
        damaged[bit / 8] ^= (byte) (1 << bit % 8);
        boolean whole =
            FrameFormat.header(damaged, damaged.length)
                .filter(header -> header.frameBytes() <= damaged.length)
                .flatMap(
                    header ->
                        FrameFormat.frame(
                            header,
                            damaged,
                            Arrays.copyOfRange(damaged, header.headBytes(), header.frameBytes())))
                .isPresent();
        assertThat(whole).as("bit %s", bit).isFalse();
      }
    }
  }

  @Test
  void givesBackEveryChunkOfAFrame() throws Failure {
    byte[] content = TestContent.text(3, Frame.PLAIN_BYTES_MAX);
    List<Frame.Chunk> chunks = TestContent.chunks(content);
    Frame frame = codec.encode(chunks, content, 0);
    assertThat(frame.stored().length).isLessThan(content.length / 2);
    assertThat(codec.decode(frame)).isEqualTo(content);
    byte[] into = new byte[content.length + 7];
    assertThat(codec.decode(frame, into, 7)).isEqualTo(content.length);
    assertThat(Arrays.copyOfRange(into, 7, into.length)).isEqualTo(content);
    Frame again = codec.encode(chunks.subList(1, 2), content, chunks.get(0).length());
    assertThat(codec.decode(again)).hasSize(chunks.get(1).length());
  }

  @Test
  void keepsIncompressibleContentRaw() throws Failure {
    byte[] noise = TestContent.noise(4, 100_000);
    Frame frame = FrameCodec.raw(List.of(chunk(noise)), noise, 0);
    assertThat(frame.stored()).isEqualTo(noise);
    assertThat(codec.decode(frame)).isEqualTo(noise);
    // What zstd makes of noise still fits the bounds.
    assertThat(codec.decode(encoded(noise))).isEqualTo(noise);
    byte[] most = TestContent.noise(5, Frame.Chunk.BYTES_MAX);
    assertThat(encoded(most).stored().length).isLessThan(FrameFormat.STORED_BYTES_MAX);
  }

  @Test
  void refusesWhatIsNotExactlyOneBoundedZstdFrame() throws IOException {
    byte[] plain = TestContent.text(6, 5_000);
    Frame good = encoded(plain);
    byte[] stored = good.stored();
    byte[] longer = Arrays.copyOf(stored, stored.length + 1);
    requireCorrupt(new Frame(Frame.Codec.ZSTD, good.chunks(), longer), "exactly one");
    byte[] twice = Arrays.copyOf(stored, 2 * stored.length);
    System.arraycopy(stored, 0, twice, stored.length, stored.length);
    requireCorrupt(new Frame(Frame.Codec.ZSTD, good.chunks(), twice), "exactly one");
    requireCorrupt(
        new Frame(Frame.Codec.ZSTD, good.chunks(), Arrays.copyOf(stored, stored.length - 1)),
        "zstd: Src size is incorrect");
    requireCorrupt(new Frame(Frame.Codec.ZSTD, good.chunks(), new byte[0]), "not a zstd frame");
    requireCorrupt(new Frame(Frame.Codec.ZSTD, good.chunks(), plain), "not a zstd frame");
    requireCorrupt(
        new Frame(Frame.Codec.ZSTD, List.of(chunk(new byte[4_999])), stored), "does not declare");
    requireCorrupt(new Frame(Frame.Codec.RAW, good.chunks(), stored), "raw bytes");
    byte[] dictionary = stored.clone();
    dictionary[4] |= 1;
    requireCorrupt(new Frame(Frame.Codec.ZSTD, good.chunks(), dictionary), "dictionary");
    ByteArrayOutputStream undeclared = new ByteArrayOutputStream();
    try (ZstdOutputStreamNoFinalizer zstd = new ZstdOutputStreamNoFinalizer(undeclared, 3)) {
      zstd.write(plain);
    }
    requireCorrupt(
        new Frame(Frame.Codec.ZSTD, good.chunks(), undeclared.toByteArray()), "does not declare");
    byte[] window = undeclared.toByteArray();
    window[5] = (byte) (14 << 3);
    requireCorrupt(new Frame(Frame.Codec.ZSTD, good.chunks(), window), "window is too large");
  }

  @Test
  void refusesAFrameThatIsTooLargeBeforeAnythingIsAllocated() {
    Frame.Chunk largest = new Frame.Chunk(Digest.of(new byte[1]), Frame.Chunk.BYTES_MAX);
    requireCorrupt(
        new Frame(Frame.Codec.ZSTD, Collections.nCopies(3, largest), new byte[10]), "plain bytes");
    requireCorrupt(
        new Frame(Frame.Codec.ZSTD, Collections.nCopies(65, chunk(new byte[1])), new byte[10]),
        "65 chunks");
    requireCorrupt(new Frame(Frame.Codec.RAW, List.of(), new byte[10]), "0 chunks");
    requireCorrupt(
        new Frame(Frame.Codec.ZSTD, List.of(largest), new byte[Frame.PLAIN_BYTES_MAX + 4097]),
        "stored");
  }

  @Test
  void refusesAnotherChunkThanTheOneNamed() {
    byte[] plain = TestContent.text(7, 3_000);
    Frame frame = encoded(plain);
    List<Frame.Chunk> others = List.of(new Frame.Chunk(Digest.of(new byte[1]), plain.length));
    requireCorrupt(new Frame(Frame.Codec.ZSTD, others, frame.stored()), "does not match");
    requireCorrupt(new Frame(Frame.Codec.RAW, others, plain), "does not match");
  }

  @Test
  void noFlippedBitOfEncodedBytesDecodesToSomethingElse() {
    byte[] plain = TestContent.text(8, 400);
    Frame frame = encoded(plain);
    for (int bit = 0; bit < frame.stored().length * 8; bit++) {
      byte[] damaged = frame.stored().clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      try {
        assertThat(codec.decode(new Frame(Frame.Codec.ZSTD, frame.chunks(), damaged)))
            .isEqualTo(plain);
      } catch (Failure e) {
        assertThat(e.code()).isEqualTo(Code.CONTENT_CORRUPT);
      }
    }
  }

  @Test
  void encodesNoFrameBeyondTheBounds() {
    byte[] plain = new byte[Frame.PLAIN_BYTES_MAX + 1];
    Frame.Chunk half = new Frame.Chunk(Digest.of(plain), Frame.Chunk.BYTES_MAX);
    List<Frame.Chunk> tooMuch = List.of(half, half, new Frame.Chunk(Digest.of(plain), 1));
    assertThatIllegalArgumentException().isThrownBy(() -> codec.encode(tooMuch, plain, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> codec.encode(List.of(), plain, 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FrameCodec.raw(Collections.nCopies(65, chunk(new byte[1])), plain, 0));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> FrameFormat.head(new Frame(Frame.Codec.ZSTD, List.of(half), new byte[0])));
  }

  @Test
  void tellsCompressedContentFromTheRest() {
    assertThat(codec.looksIncompressible(TestContent.noise(1, 65_536), 0, 65_536)).isTrue();
    assertThat(codec.looksIncompressible(TestContent.text(1, 65_536), 0, 65_536)).isFalse();
    assertThat(codec.looksIncompressible(new byte[65_536], 0, 65_536)).isFalse();
    byte[] zstd = Zstd.compress(TestContent.text(2, 2_000_000), 19);
    assertThat(codec.looksIncompressible(zstd, 1000, 65_536)).isTrue();
    Deflater deflater = new Deflater(9, true);
    deflater.setInput(TestContent.text(3, 2_000_000));
    deflater.finish();
    byte[] deflated = new byte[300_000];
    int length = deflater.deflate(deflated);
    deflater.end();
    assertThat(codec.looksIncompressible(deflated, 0, Math.min(length, 65_536))).isTrue();
    // Bytes that look even but repeat, or are more even than chance makes them.
    byte[] repeated = repeated(TestContent.noise(4, 2048));
    assertThat(codec.looksIncompressible(repeated, 0, repeated.length)).isFalse();
    byte[] counting = new byte[256];
    for (int i = 0; i < counting.length; i++) {
      counting[i] = (byte) i;
    }
    byte[] ramps = repeated(counting);
    assertThat(codec.looksIncompressible(ramps, 0, ramps.length)).isFalse();
    // Too little to be worth a frame of its own.
    assertThat(codec.looksIncompressible(TestContent.noise(5, 1000), 0, 1000)).isFalse();
  }

  private static byte[] repeated(byte[] block) {
    byte[] repeated = new byte[65_536];
    for (int at = 0; at < repeated.length; at += block.length) {
      System.arraycopy(block, 0, repeated, at, block.length);
    }
    return repeated;
  }

  @Test
  void buildsSolidFramesOfWhatCompressesAndRawOnesOfWhatDoesNot() throws Exception {
    List<Frame> frames = new ArrayList<>();
    FrameBuilder builder = new FrameBuilder(codec, frames::add);
    byte[] text = TestContent.text(1, 1_500_000);
    byte[] noise = TestContent.noise(2, 60_000);
    int at = 0;
    for (Frame.Chunk chunk : TestContent.chunks(text)) {
      builder.add(chunk, text, at);
      builder.add(chunk(noise), noise, 0);
      at += chunk.length();
    }
    builder.flush();
    builder.flush();
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    for (Frame frame : frames) {
      byte[] plain = codec.decode(frame);
      if (frame.codec() == Frame.Codec.RAW) {
        assertThat(frame.chunks()).containsExactly(chunk(noise));
      } else {
        compressed.write(plain);
      }
    }
    assertThat(compressed.toByteArray()).isEqualTo(text);
    long solid = frames.stream().filter(frame -> frame.codec() == Frame.Codec.ZSTD).count();
    assertThat(solid).isBetween(3L, 5L);
  }

  @Test
  void buildsFramesOfNoMoreThanTheChunksAllowed() throws Exception {
    List<Frame> frames = new ArrayList<>();
    FrameBuilder builder = new FrameBuilder(codec, frames::add);
    for (int i = 0; i < 150; i++) {
      byte[] small = TestContent.text(i, 100);
      builder.add(chunk(small), small, 0);
    }
    builder.flush();
    assertThat(frames).extracting(frame -> frame.chunks().size()).containsExactly(64, 64, 22);
  }
}
