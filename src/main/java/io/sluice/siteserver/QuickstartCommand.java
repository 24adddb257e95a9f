package io.sluice.siteserver;

import io.sluice.cli.Terminal;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.time.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice quickstart}: the main job on three sites of this machine, compared at the end. */
@Command(
    name = "quickstart",
    description = {
      "Try it: three sites on this machine, a package, an update.",
      "Starts three sites here, distributes a package from the first to the last one's"
          + " distribution point, updates it, and compares every byte and stream."
    },
    sortOptions = false)
final class QuickstartCommand implements Callable<Integer> {
  private static final String MARKER = "MADE-BY-SLUICE-QUICKSTART";

  private final Terminal terminal;
  private final Clock clock;
  private final SecureRandom random;

  @Parameters(
      arity = "0..1",
      paramLabel = "FOLDER",
      description = "the package's source, only read (default: a sample is made)")
  private @Nullable Path folder;

  @Option(names = "--exit", description = "stop at the end; status 0 only if all is identical")
  private boolean exit;

  @Option(
      names = "--work",
      paramLabel = "DIR",
      description = "where sites and sample are made (default: ${DEFAULT-VALUE})")
  private Path work = Path.of("sluice-quickstart");

  QuickstartCommand(Terminal terminal, Clock clock, SecureRandom random) {
    this.terminal = terminal;
    this.clock = clock;
    this.random = random;
  }

  @Override
  public Integer call() throws Failure, InterruptedException {
    Path place = work.toAbsolutePath().normalize();
    prepare(place);
    boolean identical;
    Path runtime = Path.of(System.getProperty("java.home"));
    try (Quickstart quickstart = new Quickstart(terminal, clock, random, place, runtime)) {
      // Ctrl-C stops the sites as they should be stopped; the next run takes the folder away.
      Thread stopper = Thread.ofPlatform().name("stop").unstarted(quickstart::close);
      Runtime.getRuntime().addShutdownHook(stopper);
      identical = quickstart.run(Optional.ofNullable(folder));
      if (!exit) {
        quickstart.invite();
        Thread.currentThread().join();
      }
    }
    if (identical) {
      delete(place);
    }
    return identical ? Terminal.DONE : Terminal.FAILED;
  }

  /** Clears what an earlier run left, which it knows by its mark; touches nothing else. */
  private static void prepare(Path place) throws Failure {
    try {
      if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
        boolean ours = Files.exists(place.resolve(MARKER));
        try (Stream<Path> entries = Files.list(place)) {
          if (!ours && entries.findAny().isPresent()) {
            throw Failure.permanent(
                Code.ALREADY_EXISTS,
                "making the work folder " + place,
                "it is there and was not made by quickstart",
                "name another with --work DIR");
          }
        }
        delete(place);
      }
      Files.createDirectories(place);
      Files.createFile(place.resolve(MARKER));
    } catch (IOException e) {
      throw unusable(place, e);
    }
  }

  /** Deletes the folder; its mark goes last, so that a deletion cut short can be taken up again. */
  private static void delete(Path place) throws Failure {
    Path marker = place.resolve(MARKER);
    try (Stream<Path> entries = Files.walk(place)) {
      for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
        if (!entry.equals(place) && !entry.equals(marker)) {
          Files.deleteIfExists(entry);
        }
      }
      Files.deleteIfExists(marker);
      Files.deleteIfExists(place);
    } catch (IOException | java.io.UncheckedIOException e) {
      throw unusable(place, e);
    }
  }

  private static Failure unusable(Path place, Exception e) {
    return Failure.permanent(
            Code.DISK_ERROR,
            "using the work folder " + place,
            e.getMessage() == null ? e.toString() : e.getMessage(),
            "stop a quickstart that still runs there, or name another with --work DIR")
        .because(e);
  }
}
