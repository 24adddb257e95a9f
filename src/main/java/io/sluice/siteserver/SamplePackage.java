package io.sluice.siteserver;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Platform;
import io.sluice.manifest.Name;
import io.sluice.manifest.Stream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The package {@code quickstart} distributes when it is given none: the Java runtime's own folder
 * for bulk, and beside it one of everything that is easily lost: several streams on a file, empty
 * streams, a stream longer than its file, a stream on a folder, empty folders, a symbolic and a
 * hard link.
 */
final class SamplePackage {
  private static final long SEED = 20_021_015;
  private static final int LARGE_STREAM_BYTES = 3_000;
  private static final int REPORT_LINES = 20_000;

  private final Platform platform;
  private final Path root;

  SamplePackage(Platform platform, Path root) {
    this.platform = platform;
    this.root = root;
  }

  /**
   * Makes version 1 in the root folder, which must not exist; {@code runtime} is copied into it.
   */
  void make(Path runtime) throws Failure {
    try {
      Files.createDirectories(root);
      copy(runtime, root.resolve("runtime"));
      Path documents = Files.createDirectories(root.resolve("documents"));
      Files.createDirectories(root.resolve("empty").resolve("also empty"));
      Path report = documents.resolve("report.txt");
      Files.writeString(report, report(1));
      stream(report, "summary", "first of three streams".getBytes(StandardCharsets.UTF_8));
      stream(
          report,
          "Zone.Identifier",
          "[ZoneTransfer]\r\nZoneId=3\r\n".getBytes(StandardCharsets.UTF_8));
      stream(report, "empty", new byte[0]);
      Path tiny = Files.writeString(documents.resolve("tiny.txt"), "ten bytes\n");
      stream(tiny, "longer-than-its-file", noise(LARGE_STREAM_BYTES));
      stream(Files.createFile(documents.resolve("no-data.bin")), "all-there-is", noise(100));
      stream(documents, "on-a-folder", "folders have streams too".getBytes(StandardCharsets.UTF_8));
      Files.writeString(documents.resolve("Grüße – 你好.txt"), "names are data\n");
      Files.createSymbolicLink(root.resolve("latest"), Path.of("documents/report.txt"));
      Files.createLink(root.resolve("same-file.txt"), report);
    } catch (IOException | UncheckedIOException e) {
      throw failed(e);
    }
  }

  /** Changes what {@link #make} made as an update would: edits, additions, a deletion. */
  void change() throws Failure {
    try {
      Path documents = root.resolve("documents");
      Path report = documents.resolve("report.txt");
      Files.writeString(report, report(2), StandardOpenOption.TRUNCATE_EXISTING);
      stream(report, "summary", "the first stream, changed".getBytes(StandardCharsets.UTF_8));
      Files.delete(documents.resolve("no-data.bin"));
      Path added = Files.write(documents.resolve("added.bin"), noise(300_000));
      stream(added, "new", "a stream of a new file".getBytes(StandardCharsets.UTF_8));
      Files.delete(root.resolve("latest"));
      Files.createSymbolicLink(root.resolve("latest"), Path.of("documents/added.bin"));
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void stream(Path entry, String name, byte[] bytes) throws Failure, IOException {
    Stream stream = new Stream(Name.of(name), bytes.length);
    if (!platform.streamCapacity(root).holds(List.of(stream))) {
      return; // A file system without streams: the sample then has none, and the table says so.
    }
    try (OutputStream out = platform.writeStream(entry, stream)) {
      out.write(bytes);
    }
  }

  private static String report(int version) {
    StringBuilder text = new StringBuilder("report, version " + version + "\n");
    for (int line = 0; line < REPORT_LINES; line++) {
      text.append("line ").append(line).append(" of a report that compresses well\n");
    }
    return text.toString();
  }

  private static byte[] noise(int length) {
    byte[] bytes = new byte[length];
    new SplittableRandom(SEED).nextBytes(bytes);
    return bytes;
  }

  private static void copy(Path from, Path to) throws IOException {
    CopyOption[] options = {StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS};
    try (java.util.stream.Stream<Path> entries = Files.walk(from)) {
      for (Path entry : (Iterable<Path>) entries::iterator) {
        Path target = to.resolve(from.relativize(entry).toString());
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          Files.createDirectories(target);
        } else if (Files.isReadable(entry)) {
          Files.copy(entry, target, options);
        }
      }
    }
  }

  private static Failure failed(Exception e) {
    return Failure.permanent(
            Code.DISK_ERROR,
            "making the sample package",
            e.getMessage() == null ? e.toString() : e.getMessage(),
            "check the disk and its free space, or name a folder of yours")
        .because(e);
  }
}
