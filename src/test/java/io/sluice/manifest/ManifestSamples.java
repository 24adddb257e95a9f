package io.sluice.manifest;

import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.failure.Failure;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** Random valid manifests for tests: any tree, any names, chunks that sum to the streams. */
public final class ManifestSamples {
  private static final String[] TEXTS = {
    "a",
    "B",
    "readme.txt",
    "Ω",
    "日本語",
    "e\u0301",
    "\u00e9",
    "😀",
    "a b",
    "-rf",
    "con",
    "x\ty",
    "line\nbreak",
    "quote\"back\\slash",
    "\u007f",
    "\u2028",
    ".hidden",
    "...",
    "a:b",
    "\u0001",
    "Z.jar"
  };

  private final RandomGenerator random;
  private final int entriesMax;
  private final List<Entry> entries = new ArrayList<>();
  private final List<EntryPath> files = new ArrayList<>();
  private long bytes;

  private ManifestSamples(RandomGenerator random, int entriesMax) {
    this.random = random;
    this.entriesMax = entriesMax;
  }

  /** The manifest of this seed, with up to about {@code entriesMax} entries. */
  public static Manifest random(long seed, int entriesMax) {
    ManifestSamples samples = new ManifestSamples(new SplittableRandom(seed), entriesMax);
    samples.directory(EntryPath.ROOT, 0);
    return manifest(samples.entries, samples.chunks());
  }

  /** The entries of that manifest, as objects. */
  static List<Entry> entries(long seed, int entriesMax) {
    ManifestSamples samples = new ManifestSamples(new SplittableRandom(seed), entriesMax);
    samples.directory(EntryPath.ROOT, 0);
    return samples.entries;
  }

  /** The manifest of these entries and chunks, its digest made by the writer. */
  public static Manifest manifest(List<Entry> entries, List<Frame.Chunk> chunks) {
    try {
      return new Manifest(Digest.of(ManifestWriter.plain(entries, chunks)), entries, chunks);
    } catch (Failure e) {
      throw new AssertionError(e);
    }
  }

  /** Chunks of random digests whose lengths sum to {@code bytes}. */
  public static List<Frame.Chunk> chunks(RandomGenerator random, long bytes) {
    List<Frame.Chunk> chunks = new ArrayList<>();
    long rest = bytes;
    while (rest > 0) {
      int length = (int) Math.min(rest, 1 + random.nextInt(Frame.Chunk.BYTES_MAX));
      chunks.add(new Frame.Chunk(digest(random), length));
      rest -= length;
    }
    return chunks;
  }

  /** A random name: text of many scripts, or bytes that may not be UTF-8. */
  public static Name name(RandomGenerator random) {
    return switch (random.nextInt(4)) {
      case 0 -> Name.of(raw(random, 1 + random.nextInt(12)));
      case 1 -> Name.of(TEXTS[random.nextInt(TEXTS.length)]);
      default -> Name.of("n" + random.nextInt(1000));
    };
  }

  private List<Frame.Chunk> chunks() {
    return chunks(random, bytes);
  }

  private void directory(EntryPath path, int depth) {
    entries.add(new Entry.Directory(path, attributes(), streams()));
    TreeMap<Name, Boolean> names = new TreeMap<>();
    int count = random.nextInt(depth == 0 ? 12 : 7);
    for (int i = 0; i < count; i++) {
      names.put(name(random), random.nextInt(3) == 0 && depth < 8);
    }
    names.forEach(
        (name, isDirectory) -> {
          if (!isDirectory && entries.size() < entriesMax) {
            child(path.child(name));
          }
        });
    names.forEach(
        (name, isDirectory) -> {
          if (isDirectory && entries.size() < entriesMax) {
            directory(path.child(name), depth + 1);
          }
        });
  }

  private void child(EntryPath path) {
    int kind = random.nextInt(10);
    if (kind == 0) {
      byte[] target =
          random.nextBoolean() ? "../Ω/x".getBytes(StandardCharsets.UTF_8) : raw(random, 40);
      entries.add(new Entry.Symlink(path, attributes(), LinkTarget.of(target)));
    } else if (kind == 1 && !files.isEmpty()) {
      entries.add(new Entry.HardLink(path, files.get(random.nextInt(files.size()))));
    } else {
      long size = size();
      bytes += size;
      entries.add(new Entry.File(path, attributes(), size, streams()));
      files.add(path);
    }
  }

  private List<Stream> streams() {
    TreeMap<Name, Long> streams = new TreeMap<>();
    int count = random.nextInt(4) == 0 ? random.nextInt(4) : 0;
    for (int i = 0; i < count; i++) {
      streams.put(name(random), size());
    }
    List<Stream> list = new ArrayList<>();
    streams.forEach(
        (name, size) -> {
          list.add(new Stream(name, size));
          bytes += size;
        });
    return list;
  }

  private long size() {
    return switch (random.nextInt(5)) {
      case 0 -> 0;
      case 1 -> 1;
      case 2 -> random.nextInt(1_000_000);
      default -> random.nextInt(5_000);
    };
  }

  private Attributes attributes() {
    long seconds = random.nextInt(8) == 0 ? -random.nextLong(1L << 40) : random.nextLong(1L << 33);
    return new Attributes(
        random.nextInt(010000), seconds, random.nextInt(1_000_000_000), properties());
  }

  private List<Property> properties() {
    TreeMap<Name, Property> properties = new TreeMap<>();
    int count = random.nextInt(5) == 0 ? random.nextInt(4) : 0;
    for (int i = 0; i < count; i++) {
      Name key = name(random);
      properties.put(key, new Property(key, raw(random, random.nextInt(40))));
    }
    return List.copyOf(properties.values());
  }

  private static Digest digest(RandomGenerator random) {
    return new Digest(random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong());
  }

  /** Random bytes an element may have: no zero byte, slash or full stop. */
  private static byte[] raw(RandomGenerator random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    for (int i = 0; i < length; i++) {
      if (bytes[i] == 0 || bytes[i] == '/' || bytes[i] == '.') {
        bytes[i] = (byte) 0xff;
      }
    }
    return bytes;
  }
}
