package io.sluice.cli;

import io.sluice.capture.Capture;
import io.sluice.capture.Captured;
import io.sluice.capture.Options;
import io.sluice.content.Disk;
import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.exchange.ArchiveFile;
import io.sluice.exchange.ArchivePlatform;
import io.sluice.exchange.WimImage;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Keep;
import io.sluice.filesystem.Platform;
import io.sluice.filesystem.Platforms;
import io.sluice.parallel.OsThreads;
import io.sluice.time.Clock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice import}: an archive into a content library, as if it had been extracted there. */
@Command(
    name = "import",
    description = "Capture what an archive holds into a content library, unextracted.",
    sortOptions = false)
public final class ImportCommand implements Callable<Integer> {
  private static final String STANDARD_INPUT = "-";
  private static final int COPY_BYTES = 256 * 1024;

  private final Terminal terminal;
  private final Clock clock;
  private final InputStream in;
  private final Disk disk = new HostDisk();

  @Parameters(
      paramLabel = "FILE",
      description =
          "the tar archive or WIM (FILE:N is its image N); - is standard input, kept in the"
              + " library until it is read")
  private String file = "";

  @Mixin private LibraryAccess libraryAccess = new LibraryAccess();

  @Option(names = "--tar", description = "FILE is a tar archive, whatever it begins with")
  private boolean tar;

  @Option(
      names = "--keep",
      paramLabel = "WORDS",
      description = "attributes to keep or to leave out, as with capture")
  private String keep = "";

  @Option(names = "--json", description = "print the result as one JSON object")
  private boolean json;

  public ImportCommand(Terminal terminal, Clock clock) {
    this(terminal, clock, System.in);
  }

  ImportCommand(Terminal terminal, Clock clock, InputStream in) {
    this.terminal = terminal;
    this.clock = clock;
    this.in = in;
  }

  @Override
  public Integer call() throws Failure, InterruptedException {
    long start = clock.nanos();
    Keep kept = Keep.parse(keep);
    boolean piped = file.equals(STANDARD_INPUT);
    if (!piped && !Files.isRegularFile(WimImage.parse(file).file())) {
      throw Failure.permanent(
          Code.SOURCE_MISSING,
          "importing " + file,
          "there is no file of that name",
          "check the path; a pipe is given as -");
    }
    try (Library library = libraryAccess.openOrCreate()) {
      Path spool = library.folder().resolve("temporary").resolve("import");
      try {
        WimImage source = piped ? new WimImage(spooled(spool), 0) : WimImage.parse(file).absolute();
        Captured captured = captured(source, library, kept);
        double seconds = (clock.nanos() - start) / 1e9;
        CaptureReport.print(captured, seconds, json, terminal.out());
      } finally {
        disk.delete(spool);
        disk.delete(unpacked(library));
      }
    }
    return Terminal.DONE;
  }

  private static Path unpacked(Library library) {
    return library.folder().resolve("temporary").resolve("import.wim");
  }

  private Captured captured(WimImage source, Library library, Keep kept)
      throws Failure, InterruptedException {
    Platform here = Platforms.ofThisMachine();
    try (ArchiveFile archive = ArchiveFile.open(disk, source.file())) {
      if (tar || !WimImage.isWim(archive)) {
        return captured(ArchivePlatform.ofTar(archive, here), source.file(), library, kept);
      }
      if (source.isPacked(archive)) {
        return captured(source.unpacked(disk, archive, unpacked(library)), library, kept);
      }
      int image = source.chosen(archive);
      return captured(ArchivePlatform.ofWim(archive, image, here), source.file(), library, kept);
    }
  }

  private Captured captured(Platform platform, Path root, Library library, Keep kept)
      throws Failure, InterruptedException {
    return new Capture(platform, new OsThreads(), library, clock)
        .captureOnce(root, new Options(List.of(), bytes -> {}, true, kept));
  }

  /** A stream is read in another order than it comes: it is put down first. */
  private Path spooled(Path spool) throws Failure {
    disk.delete(spool);
    try (Disk.Writer writer = disk.create(spool)) {
      byte[] buffer = new byte[COPY_BYTES];
      int read;
      while ((read = in.read(buffer)) >= 0) {
        writer.write(ByteBuffer.wrap(buffer, 0, read));
      }
      return spool;
    } catch (IOException e) {
      throw Failure.permanent(
              Code.SOURCE_UNREADABLE,
              "reading standard input",
              String.valueOf(e.getMessage()),
              "check what writes it")
          .because(e);
    }
  }
}
