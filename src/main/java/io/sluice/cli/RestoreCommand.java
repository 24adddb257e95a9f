package io.sluice.cli;

import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.distributionpoint.Difference;
import io.sluice.distributionpoint.Materialiser;
import io.sluice.distributionpoint.Placed;
import io.sluice.distributionpoint.StreamPolicy;
import io.sluice.distributionpoint.Verifier;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.EntryCapacity;
import io.sluice.filesystem.Platform;
import io.sluice.filesystem.Platforms;
import io.sluice.manifest.Manifest;
import io.sluice.parallel.OsThreads;
import io.sluice.time.Clock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/** {@code sluice restore}: a version out of a content library into a folder, read back. */
@Command(
    name = "restore",
    description = "Restore a captured version into a new folder, and read it back.",
    sortOptions = false)
public final class RestoreCommand implements Callable<Integer> {
  private final Terminal terminal;
  private final Clock clock;

  @Parameters(paramLabel = "DIGEST", description = "the version, or 12 and more digits of it")
  private String digest = "";

  @Mixin private LibraryAccess libraryAccess = new LibraryAccess();

  @Option(
      names = "--to",
      paramLabel = "DIR",
      required = true,
      description = "the folder to make; it may exist if it is empty")
  private @Nullable Path to;

  @Option(
      names = "--streams",
      paramLabel = "POLICY",
      description = "streams DIR cannot hold: refuse (default) or sidecar (into DIR.sidecar)")
  private Streams streams = Streams.refuse;

  @Option(names = "--json", description = "print the result as one JSON object")
  private boolean json;

  /** The words of {@code --streams}. */
  enum Streams {
    refuse,
    sidecar
  }

  public RestoreCommand(Terminal terminal, Clock clock) {
    this.terminal = terminal;
    this.clock = clock;
  }

  /** The JSON form; field names are part of the command's contract. */
  record Result(
      String digest,
      long entries,
      long native_streams,
      long sidecar_streams,
      long bytes_written,
      double seconds) {}

  @Override
  public Integer call() throws Failure, InterruptedException {
    if (to == null) {
      throw new IllegalStateException("the option is required");
    }
    Path target = to.toAbsolutePath().normalize();
    Path folder = target.getParent();
    if (folder == null) {
      throw Failure.permanent(
          Code.USAGE,
          "restoring to " + target,
          "it is a file system's root",
          "name a folder in it");
    }
    Path beside = folder.resolve(target.getFileName() + ".sidecar");
    long start = clock.nanos();
    try (Library library = libraryAccess.open()) {
      Manifest manifest = LibraryAccess.manifest(library, digest);
      Placed placed = restore(library, manifest, target, beside);
      new HostDisk().forceDirectory(folder);
      print(manifest, placed, (clock.nanos() - start) / 1e9);
    }
    return Terminal.DONE;
  }

  private Placed restore(Library library, Manifest manifest, Path target, Path beside)
      throws Failure, InterruptedException {
    Platform platform = Platforms.ofThisMachine();
    HostDisk disk = new HostDisk();
    refuseUsed(beside);
    boolean existed = Files.exists(target, LinkOption.NOFOLLOW_LINKS);
    disk.createFolders(target);
    StreamPolicy policy = StreamPolicy.valueOf(streams.name().toUpperCase(Locale.ROOT));
    EntryCapacity capacity = platform.entryCapacity(target);
    Placed placed;
    try {
      placed =
          new Materialiser(platform, new OsThreads(), library, disk)
              .build(manifest, target, beside, policy);
    } catch (Failure failure) {
      leaveNothingEmpty(target, existed);
      throw failure;
    }
    List<Difference> differences =
        new Verifier(platform, new OsThreads(), library)
            .compare(
                manifest,
                target,
                placed.sidecarStreams() > 0 ? Optional.of(beside) : Optional.empty(),
                capacity);
    if (!differences.isEmpty()) {
      throw Failure.permanent(
              Code.PLACE_VERIFY_FAILED,
              "reading back " + target,
              differences.size() + " differences",
              "check the disk; the folder is not to be used")
          .about(differences.stream().map(Difference::toString).toList());
    }
    return placed;
  }

  private static void refuseUsed(Path beside) throws Failure {
    if (Files.exists(beside, LinkOption.NOFOLLOW_LINKS)) {
      throw Failure.permanent(
          Code.ALREADY_EXISTS,
          "restoring with a sidecar at " + beside,
          "something is there",
          "restore to another folder, or move it away");
    }
  }

  private static void leaveNothingEmpty(Path target, boolean existed) {
    if (!existed) {
      target.toFile().delete(); // Deletes it only if it is empty.
    }
  }

  private void print(Manifest manifest, Placed placed, double seconds) {
    if (json) {
      Result result =
          new Result(
              manifest.digest().hex(),
              manifest.entries().size(),
              placed.nativeStreams(),
              placed.sidecarStreams(),
              placed.bytes(),
              Math.round(seconds * 1000) / 1000.0);
      terminal.out().println(new JsonMapper().writeValueAsString(result));
      return;
    }
    terminal
        .out()
        .println(
            "Restored and read back: "
                + Quantity.count(manifest.entries().size())
                + " entries, "
                + Quantity.bytes(placed.bytes())
                + ", "
                + Quantity.count(placed.nativeStreams())
                + " streams native and "
                + Quantity.count(placed.sidecarStreams())
                + " in the sidecar, in "
                + Quantity.seconds(seconds));
    terminal.out().print(NotCaptured.text("Not held as it is:", placed.remarks().text()));
  }
}
