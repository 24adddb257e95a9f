package io.sluice.content;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Content for tests: made from seeds, so that a failure can be repeated. */
public final class TestContent {
  private static final String[] WORDS = {
    "package", "site", "chunk", "frame", "library", "parent", "child", "version", "manifest", "link"
  };

  private TestContent() {}

  /** A seeded generator. */
  public static RandomGenerator random(long seed) {
    return new SplittableRandom(seed);
  }

  /** The test input of docs/formats/chunking.md: SHA-256 in counter mode. */
  public static byte[] vector(long seed, int length) {
    byte[] bytes = new byte[length];
    MessageDigest sha = Digest.sha256();
    int at = 0;
    for (int k = 0; at < length; k++) {
      String text = "sluice vector " + seed + "." + k;
      byte[] block = sha.digest(text.getBytes(StandardCharsets.US_ASCII));
      int piece = Math.min(block.length, length - at);
      System.arraycopy(block, 0, bytes, at, piece);
      at += piece;
    }
    return bytes;
  }

  /** Bytes that do not compress. */
  public static byte[] noise(long seed, int length) {
    byte[] bytes = new byte[length];
    random(seed).nextBytes(bytes);
    return bytes;
  }

  /** Bytes that compress about as text does. */
  public static byte[] text(long seed, int length) {
    RandomGenerator random = random(seed);
    StringBuilder text = new StringBuilder(length + 16);
    while (text.length() < length) {
      text.append(WORDS[random.nextInt(WORDS.length)]).append(random.nextInt(1000)).append(' ');
    }
    return text.substring(0, length).getBytes(StandardCharsets.US_ASCII);
  }

  /** The chunks of some content, in order. */
  public static List<Frame.Chunk> chunks(byte[] content) {
    List<Frame.Chunk> chunks = new ArrayList<>();
    int at = 0;
    while (at < content.length) {
      int length = Chunker.cut(content, at, content.length, true);
      chunks.add(new Frame.Chunk(Digest.of(content, at, length), length));
      at += length;
    }
    return chunks;
  }
}
