package io.sluice.simulation;

import io.sluice.capture.MemoryPlatform;
import io.sluice.manifest.Name;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * The folder a package is captured from: a small tree in memory with names, streams and content
 * drawn from the seed. Most content cannot be compressed, so that each chunk travels as a segment
 * of its own. It has no faults; it only ever changes between captures.
 */
final class SimulatedSource {
  private static final int LARGE_BYTES_MAX = 200_000;
  private static final int SMALL_BYTES_MAX = 3_000;

  private final Path path;
  private final MemoryPlatform platform;
  private final MemoryPlatform.Node folder;
  private final RandomGenerator random;
  private final Map<Name, MemoryPlatform.Node> files = new TreeMap<>();
  private final Map<String, byte[]> content = new TreeMap<>();
  private int made;

  /**
   * @param path of a folder below the platform's root; it is really there, and empty
   * @param like begins with the files this one has now, under other names; or with new ones
   */
  SimulatedSource(
      Path path, MemoryPlatform platform, RandomGenerator random, Optional<SimulatedSource> like) {
    this.path = path;
    this.platform = platform;
    this.random = random;
    this.folder = platform.add(platform.top(), Name.of(path.getFileName().toString()), true);
    if (like.isPresent()) {
      SimulatedSource other = like.get();
      other.files.keySet().forEach(name -> write(added(), other.content.get(name.toString())));
    } else {
      addLarge();
      addLarge();
      addLarge();
    }
    addSmall();
  }

  Path path() {
    return path;
  }

  /** The bytes of every stream as they are now, by the path they have in a manifest. */
  Map<String, byte[]> content() {
    return content;
  }

  /** Changes something, or, rarely, nothing. */
  void change() {
    switch (random.nextInt(7)) {
      case 0 -> addLarge();
      case 1 -> addSmall();
      case 2 -> {
        if (files.size() > 2) {
          remove(any());
        }
      }
      case 3 -> rename(any());
      case 4 -> addStream(any());
      case 5 -> edit(any());
      default -> {
        // Captured again, it is the same version.
      }
    }
  }

  private void edit(Name name) {
    byte[] before = content.get(name.toString());
    byte[] inserted = bytes(SMALL_BYTES_MAX);
    int at = random.nextInt(before.length + 1);
    byte[] after = new byte[before.length + inserted.length];
    System.arraycopy(before, 0, after, 0, at);
    System.arraycopy(inserted, 0, after, at, inserted.length);
    System.arraycopy(before, at, after, at + inserted.length, before.length - at);
    write(name, after);
  }

  private void remove(Name name) {
    files.remove(name);
    content.keySet().removeIf(path -> path.equals(name.toString()) || path.startsWith(name + ":"));
    platform.remove(folder, name);
  }

  private void rename(Name from) {
    Name to = nextName();
    platform.rename(folder, from, to);
    files.put(to, files.remove(from));
    for (String path : List.copyOf(content.keySet())) {
      if (path.equals(from.toString()) || path.startsWith(from + ":")) {
        content.put(to + path.substring(from.toString().length()), content.remove(path));
      }
    }
  }

  private void addLarge() {
    write(added(), bytes(LARGE_BYTES_MAX));
  }

  private void addSmall() {
    String text = "The same words again and again. ".repeat(random.nextInt(200));
    write(added(), text.getBytes(StandardCharsets.UTF_8));
  }

  private void addStream(Name file) {
    Name stream = Name.of("a stream é " + made++);
    byte[] bytes = bytes(SMALL_BYTES_MAX);
    platform.writeStream(files.get(file), stream, bytes);
    content.put(file + ":" + stream, bytes);
  }

  private void write(Name file, byte[] bytes) {
    platform.write(files.get(file), bytes);
    content.put(file.toString(), bytes);
  }

  private Name added() {
    Name name = nextName();
    files.put(name, platform.add(folder, name, false));
    return name;
  }

  private Name nextName() {
    return Name.of("file " + made++ + (random.nextBoolean() ? " %n" : ".dll"));
  }

  private Name any() {
    return List.copyOf(files.keySet()).get(random.nextInt(files.size()));
  }

  private byte[] bytes(int most) {
    byte[] bytes = new byte[random.nextInt(1, most)];
    random.nextBytes(bytes);
    return bytes;
  }
}
