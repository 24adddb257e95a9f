package io.sluice.capture;

import io.sluice.failure.Failure;
import io.sluice.filesystem.Platform;
import io.sluice.filesystem.Platforms;
import io.sluice.manifest.LinkTarget;
import io.sluice.manifest.Name;
import io.sluice.manifest.Stream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Makes real source folders through the platform, so that any name and stream can be had. */
final class SourceTree {
  private final Platform platform = Platforms.ofThisMachine();
  private final Path root;

  private SourceTree(Path root) {
    this.root = root;
  }

  static SourceTree in(Path parent) throws IOException {
    return new SourceTree(Files.createDirectory(parent.resolve("source")));
  }

  Path root() {
    return root;
  }

  Platform platform() {
    return platform;
  }

  Path path(String path) {
    return path.isEmpty() ? root : root.resolve(path);
  }

  Path directory(String path) throws IOException {
    return Files.createDirectories(root.resolve(path));
  }

  Path file(String path, byte[] bytes) throws IOException {
    return Files.write(root.resolve(path), bytes);
  }

  Path file(String path, String text) throws IOException {
    return file(path, text.getBytes(StandardCharsets.UTF_8));
  }

  Path rawFile(byte[] name, byte[] bytes) throws Failure, IOException {
    Path path = platform.child(root, Name.of(name));
    try (OutputStream out = platform.createFile(path)) {
      out.write(bytes);
    }
    return path;
  }

  void symlink(String path, String target) throws Failure {
    platform.createSymlink(
        root.resolve(path), LinkTarget.of(target.getBytes(StandardCharsets.UTF_8)));
  }

  void hardLink(String path, String file) throws Failure {
    platform.createHardLink(root.resolve(path), root.resolve(file));
  }

  /** Adds a stream, or skips the test where the temporary folder's file system has none. */
  void stream(String path, String name, byte[] bytes) throws IOException {
    try (OutputStream out =
        platform.writeStream(path(path), new Stream(Name.of(name), bytes.length))) {
      out.write(bytes);
    } catch (Failure e) {
      Assumptions.abort("streams cannot be made here: " + e.why());
    }
  }
}
