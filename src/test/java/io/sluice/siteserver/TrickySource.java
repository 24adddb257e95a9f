package io.sluice.siteserver;

import io.sluice.failure.Failure;
import io.sluice.filesystem.Platform;
import io.sluice.filesystem.Platforms;
import io.sluice.manifest.Name;
import io.sluice.manifest.Stream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A source folder for tests of whole sites: incompressible and compressible files, many small ones,
 * streams, links. What it holds depends on the seed alone.
 */
final class TrickySource {
  private static final int SMALL_FILES = 200;
  private static final int BLOCK = 1 << 20;

  private final Platform platform = Platforms.ofThisMachine();
  private final Path root;
  private final SplittableRandom random;

  TrickySource(Path root, long seed) {
    this.root = root;
    this.random = new SplittableRandom(seed);
  }

  Path root() {
    return root;
  }

  /** Makes version 1 with so many MiB of noise and as much text. */
  void make(int noiseMib, int textMib) throws IOException, Failure {
    Path many = Files.createDirectories(root.resolve("many"));
    for (int i = 0; i < SMALL_FILES; i++) {
      Files.writeString(many.resolve("file-" + i + ".txt"), "small file " + i + "\n");
    }
    Files.createDirectories(root.resolve("empty"));
    addNoise("noise", noiseMib);
    try (OutputStream out = Files.newOutputStream(root.resolve("text.log"))) {
      for (long line = 0, bytes = 0; bytes < (long) textMib * BLOCK; line++) {
        byte[] text =
            (line + " a line with number " + random.nextInt(1000) + " that compresses well\n")
                .getBytes(StandardCharsets.UTF_8);
        out.write(text);
        bytes += text.length;
      }
    }
    Path streamed = Files.writeString(root.resolve("Grüße – 你好.txt"), "names are data\n");
    stream(streamed, "small", "a small stream".getBytes(StandardCharsets.UTF_8));
    stream(streamed, "empty", new byte[0]);
    stream(root.resolve("empty"), "on-a-folder", noise(2_000));
    Files.createSymbolicLink(root.resolve("link"), Path.of("text.log"));
    Files.createLink(root.resolve("same.txt"), streamed);
  }

  /** Adds files of noise, so many MiB together. */
  void addNoise(String name, int mib) throws IOException {
    Path folder = Files.createDirectories(root.resolve(name));
    for (int i = 0; i < mib; i++) {
      Files.write(folder.resolve("noise-" + i + ".bin"), noise(BLOCK - random.nextInt(1000)));
    }
  }

  private byte[] noise(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Gives an entry a stream, if this file system holds any. */
  private void stream(Path entry, String name, byte[] bytes) throws IOException, Failure {
    Stream stream = new Stream(Name.of(name), bytes.length);
    if (platform.streamCapacity(root).holds(List.of(stream))) {
      try (OutputStream out = platform.writeStream(entry, stream)) {
        out.write(bytes);
      }
    }
  }
}
