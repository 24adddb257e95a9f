package io.sluice.distributionpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.capture.Capture;
import io.sluice.capture.CapturedManifest;
import io.sluice.capture.Options;
import io.sluice.content.Digest;
import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.filesystem.Facts;
import io.sluice.filesystem.Keep;
import io.sluice.filesystem.Platform;
import io.sluice.filesystem.Platforms;
import io.sluice.filesystem.TestVolume;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.Name;
import io.sluice.manifest.Stream;
import io.sluice.parallel.OsThreads;
import io.sluice.time.SystemClock;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Multistreamed files of every shape on a real NTFS volume: captured into a library on the disk,
 * restored to the volume, and compared stream for stream with the source itself, not with what the
 * capture saw.
 */
class NtfsMatrixTest {
  /** Where something in capture, library or restore changes its way: buffers, chunks, frames. */
  private static final List<Integer> EDGES =
      List.of(4096, 16 << 10, 64 << 10, 128 << 10, 256 << 10, 512 << 10, 1 << 20);

  private static final int PIECE = 1 << 20;

  @TempDir private Path folder;
  private Platform platform;

  @BeforeEach
  void requireLinux() {
    Assumptions.assumeTrue("Linux".equals(System.getProperty("os.name")), "needs Linux");
    platform = Platforms.ofThisMachine();
  }

  @Test
  void oneToAHundredStreamsOnFilesAndFoldersComeBack() throws Exception {
    try (TestVolume volume = TestVolume.ntfs("windows")) {
      Path source = volume.folder("source");
      for (int count : List.of(1, 2, 3, 10, 31, 64, 99, 100)) {
        Path file = file(source, "file " + count, count);
        Path directory = platform.child(source, Name.of("folder " + count));
        platform.createDirectory(directory);
        for (int i = 0; i < count; i++) {
          stream(file, "stream " + i, i * 37L);
          stream(directory, "s" + i, i);
        }
      }
      roundTrip(volume, source);
    }
  }

  @Test
  void namesOfEveryLengthAndScriptComeBack() throws Exception {
    List<String> names = new ArrayList<>();
    for (int length : List.of(1, 2, 127, 128, 254, 255)) {
      names.add("n".repeat(length));
      names.add("\u00e9".repeat(length));
      names.add("\u65e5".repeat(length));
    }
    names.addAll(List.of("e\u0301 and \u00e9", "\ud83d\ude00", " blank", "ωΩ", "a.b.c", "$DATA$"));
    try (TestVolume volume = TestVolume.ntfs("windows")) {
      Path source = volume.folder("source");
      Path file = file(source, "file", 10);
      int size = 0;
      for (String name : names) {
        stream(file, name, size++);
        file(source, name, size);
      }
      roundTrip(volume, source);
    }
  }

  @Test
  void sizesAroundEveryEdgeComeBack() throws Exception {
    try (TestVolume volume = TestVolume.ntfs(256L << 20, "windows")) {
      Path source = volume.folder("source");
      for (int edge : EDGES) {
        for (int size : List.of(edge - 1, edge, edge + 1)) {
          Path file = file(source, "file " + size, size);
          stream(file, "same", size);
          stream(file, "empty", 0);
        }
      }
      // Small streams share chunks with what comes behind them: a sweep that shifts every cut.
      Path small = file(source, "small", 1);
      for (int i = 0; i < 60; i++) {
        stream(small, "s" + i, 16_384 - 30 + i);
      }
      roundTrip(volume, source);
    }
  }

  @Test
  @Tag("long")
  void streamsOfAGigabyteAndAroundAPacksSizeComeBack() throws Exception {
    try (TestVolume volume = TestVolume.ntfs(4L << 30, "windows")) {
      Path source = volume.folder("source");
      Path file = file(source, "file", 1);
      long pack = 64L << 20;
      for (long size : List.of(pack - 1, pack, pack + 1, 1L << 30)) {
        stream(file, "stream " + size, size);
      }
      roundTrip(volume, source);
    }
  }

  private Path file(Path in, String name, int size) throws Exception {
    Path file = platform.child(in, Name.of(name));
    try (OutputStream out = platform.createFile(file)) {
      fill(out, name.hashCode(), size);
    }
    return file;
  }

  private void stream(Path entry, String name, long size) throws Exception {
    try (OutputStream out = platform.writeStream(entry, new Stream(Name.of(name), size))) {
      fill(out, name.hashCode() ^ size, size);
    }
  }

  private static void fill(OutputStream out, long seed, long size) throws IOException {
    Random random = new Random(seed);
    byte[] piece = new byte[(int) Math.min(size, PIECE)];
    for (long left = size; left > 0; left -= piece.length) {
      random.nextBytes(piece);
      out.write(piece, 0, (int) Math.min(left, piece.length));
    }
  }

  private void roundTrip(TestVolume volume, Path source) throws Exception {
    Map<String, Digest> before = streams(source);
    Path to = volume.folder("to");
    try (Library library = Library.open(new HostDisk(), folder.resolve("library"))) {
      Manifest manifest = capture(library, source);
      assertThat(manifest.streamCount())
          .isEqualTo(before.keySet().stream().filter(this::named).count());
      new Materialiser(platform, new OsThreads(), library, new HostDisk())
          .build(manifest, to, volume.root().resolve("to.sidecar"), StreamPolicy.REFUSE);
      assertThat(streams(to)).isEqualTo(before);
      assertThat(capture(library, to).digest()).isEqualTo(manifest.digest());
    }
    assertThat(Files.exists(volume.root().resolve("to.sidecar"))).isFalse();
  }

  private boolean named(String key) {
    return key.contains("\u0000");
  }

  private Manifest capture(Library library, Path source) throws Exception {
    Options options = new Options(List.of(), bytes -> {}, false, Keep.EVERYTHING);
    return CapturedManifest.of(
        library,
        new Capture(platform, new OsThreads(), library, new SystemClock())
            .capture(source, options));
  }

  /** The digest of every stream, named and unnamed, read through the platform one by one. */
  private Map<String, Digest> streams(Path root) throws Exception {
    Map<String, Digest> all = new TreeMap<>();
    collect(root, "", all);
    return all;
  }

  private void collect(Path entry, String name, Map<String, Digest> into) throws Exception {
    Facts facts = platform.facts(entry);
    boolean directory = facts.kind() == Facts.Kind.DIRECTORY;
    if (!directory) {
      try (InputStream in = platform.read(entry)) {
        into.put(name, digest(in));
      }
    }
    for (Stream stream : platform.streams(entry, facts, Keep.USUAL).named()) {
      try (InputStream in = platform.readStream(entry, stream.name())) {
        into.put(name + "\u0000" + stream.name(), digest(in));
      }
    }
    if (directory) {
      for (Name child : platform.children(entry)) {
        collect(platform.child(entry, child), name + "/" + child, into);
      }
    }
  }

  private static Digest digest(InputStream in) throws IOException {
    java.security.MessageDigest sha = Digest.sha256();
    byte[] buffer = new byte[PIECE];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      sha.update(buffer, 0, n);
    }
    return Digest.read(sha.digest(), 0);
  }
}
