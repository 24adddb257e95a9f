package io.sluice.cli;

import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.distributionpoint.Placed;
import io.sluice.distributionpoint.Restore;
import io.sluice.distributionpoint.StreamPolicy;
import io.sluice.distributionpoint.Taken;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Platforms;
import io.sluice.manifest.Manifest;
import io.sluice.parallel.OsThreads;
import io.sluice.time.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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

  @Parameters(paramLabel = "VERSION", description = VersionAccess.NAMES)
  private String version = "";

  @Mixin private VersionAccess access = new VersionAccess();

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

  @Option(
      names = "--seed",
      paramLabel = "DIR",
      description =
          "a folder that may hold files of the version already, such as an older version;"
              + " may be given several times")
  private List<Path> seeds = new ArrayList<>();

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
      Kept streams,
      Sources bytes,
      Seconds seconds,
      List<String> not_held) {}

  /** How many named streams the file system and the sidecar hold. */
  record Kept(long natively, long sidecar) {}

  /**
   * Where the bytes came from: all less the others came from the library.
   *
   * @param seeds those from seeds
   * @param shared those of them that share their blocks with the seed
   * @param kept those an interrupted restore had written
   */
  record Sources(long all, long seeds, long shared, long kept) {}

  /** Writing until everything was durable; reading it back. */
  record Seconds(double writing, double verifying) {}

  @Override
  public Integer call() throws Failure, InterruptedException {
    if (to == null) {
      throw new IllegalStateException("the option is required");
    }
    Path target = to.toAbsolutePath().normalize();
    if (target.getParent() == null) {
      throw Failure.permanent(
          Code.USAGE,
          "restoring to " + target,
          "it is a file system's root",
          "name a folder in it");
    }
    StreamPolicy policy = StreamPolicy.valueOf(streams.name().toUpperCase(Locale.ROOT));
    List<Path> from = seeds.stream().map(seed -> seed.toAbsolutePath().normalize()).toList();
    try (Library library = access.open()) {
      requireApart(target, library.folder());
      Manifest manifest = access.manifest(library, version);
      Restore restore =
          new Restore(
              new Restore.Parts(
                  Platforms.ofThisMachine(), new OsThreads(), library, new HostDisk(), clock));
      print(manifest, restore.run(manifest, new Restore.Order(target, policy, from)));
    }
    return Terminal.DONE;
  }

  /** What a library does not know in its own folder it may delete. */
  private static void requireApart(Path target, Path library) throws Failure {
    Path there = target;
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    try {
      for (Path at = there.toRealPath(); at != null; at = at.getParent()) {
        if (Files.isSameFile(at, library)) {
          throw Failure.permanent(
              Code.SOURCE_OVERLAPS,
              "restoring to " + target,
              "it lies in the library " + library,
              "name a folder apart from the library");
        }
      }
    } catch (IOException unseen) {
      // Then nothing can be made there either, and the restore says why.
      return;
    }
  }

  private void print(Manifest manifest, Restore.Restored restored) {
    Placed placed = restored.placed();
    Taken taken = placed.taken();
    double writing = seconds(restored.writing());
    double verifying = seconds(restored.verifying());
    if (json) {
      Result result =
          new Result(
              manifest.digest().hex(),
              manifest.entries().size(),
              new Kept(placed.nativeStreams(), placed.sidecarStreams()),
              new Sources(
                  placed.bytes(), taken.seedBytes(), taken.sharedBytes(), taken.keptBytes()),
              new Seconds(writing, verifying),
              placed.remarks().text());
      terminal.out().println(new JsonMapper().writeValueAsString(result));
      return;
    }
    terminal
        .out()
        .println(
            "Restored and read back: "
                + Quantity.count(manifest.entries().size(), "entry")
                + ", "
                + Quantity.bytes(placed.bytes())
                + ",\n  "
                + Quantity.count(placed.nativeStreams(), "stream")
                + " native and "
                + Quantity.count(placed.sidecarStreams())
                + " in the sidecar,\n  written in "
                + Quantity.seconds(writing)
                + ", read back in "
                + Quantity.seconds(verifying));
    if (taken.seedFiles() > 0) {
      terminal
          .out()
          .println(
              "From seeds: "
                  + Quantity.count(taken.seedFiles(), "file")
                  + ", "
                  + Quantity.bytes(taken.seedBytes())
                  + ", of which "
                  + Quantity.bytes(taken.sharedBytes())
                  + " share their blocks");
    }
    if (taken.keptFiles() > 0) {
      terminal
          .out()
          .println(
              "Kept of an interrupted restore: "
                  + Quantity.count(taken.keptFiles(), "file")
                  + ", "
                  + Quantity.bytes(taken.keptBytes()));
    }
    terminal.out().print(NotCaptured.text("Not held as it is:", placed.remarks().text()));
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }
}
