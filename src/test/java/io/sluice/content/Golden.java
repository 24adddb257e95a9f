package io.sluice.content;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** The golden frames and pack: read, never written. */
final class Golden {
  static final Path PACK = Path.of("src/test/resources/golden/pack-v0/one.pack");
  private static final Path FRAMES = Path.of("src/test/resources/golden/frame-v0/frames.txt");

  private Golden() {}

  /** A frame's bytes in a pack, and the plain bytes of its chunks. */
  record GoldenFrame(Frame.Codec codec, List<byte[]> chunks, byte[] bytes) {
    Frame frame() {
      FrameFormat.Header header = FrameFormat.header(bytes, bytes.length).orElseThrow();
      byte[] stored = new byte[header.storedLength()];
      System.arraycopy(bytes, header.headBytes(), stored, 0, stored.length);
      return FrameFormat.frame(header, bytes, stored).orElseThrow();
    }
  }

  static List<GoldenFrame> frames() throws IOException {
    List<GoldenFrame> frames = new ArrayList<>();
    for (String line : Files.readAllLines(FRAMES)) {
      if (!line.startsWith("#")) {
        String[] words = line.split(" ", -1);
        List<byte[]> chunks = new ArrayList<>();
        for (String chunk : words[1].split(",", -1)) {
          chunks.add(plain(chunk));
        }
        Frame.Codec codec = words[0].equals("raw") ? Frame.Codec.RAW : Frame.Codec.ZSTD;
        frames.add(new GoldenFrame(codec, chunks, HexFormat.of().parseHex(words[2])));
      }
    }
    return frames;
  }

  private static byte[] plain(String chunk) {
    int colon = chunk.indexOf(':');
    long seed = Long.parseLong(chunk.substring(1, colon));
    int length = Integer.parseInt(chunk.substring(colon + 1));
    if (chunk.charAt(0) == 'n') {
      return TestContent.vector(seed, length);
    }
    String text = HexFormat.of().formatHex(TestContent.vector(seed, 40));
    return text.repeat(length / text.length() + 1)
        .substring(0, length)
        .getBytes(StandardCharsets.US_ASCII);
  }
}
