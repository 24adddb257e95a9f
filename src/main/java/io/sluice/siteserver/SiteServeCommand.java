package io.sluice.siteserver;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.sluice.cli.Terminal;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.time.Clock;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sluice site serve}: runs a site until it is told to stop. */
@Command(
    name = "serve",
    description = {
      "Run a site in the foreground until Ctrl-C or SIGTERM.",
      "Exit status: 0 told to stop; 1 or 3 did not start; 4 had to end, start it again."
    })
final class SiteServeCommand implements Callable<Integer> {
  /** Ends the process at a named durable step; for tests, see docs/operations/crash-points.md. */
  static final String CRASH_VARIABLE = "SLUICE_CRASH_AT";

  /** Exit status of a server that served and had to end: to be started again. */
  static final int BROKE = 4;

  /** The system property that sets our own log level (logback.xml). */
  private static final String LOG_PROPERTY = "sluice.log";

  private final Terminal terminal;
  private final Clock clock;
  private final SecureRandom random;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "the site's data folder (else $SLUICE_DATA, else ./sluice-data)")
  private @Nullable Path data;

  SiteServeCommand(Terminal terminal, Clock clock, SecureRandom random) {
    this.terminal = terminal;
    this.clock = clock;
    this.random = random;
  }

  @Override
  public Integer call() throws Failure, InterruptedException {
    speakUp();
    Path named = data == null ? fallback() : data;
    CrashPoint crash = CrashPoint.parse(System.getenv(CRASH_VARIABLE));
    SiteServer server = SiteServer.start(new SiteFolder(named), clock, random, crash::reached);
    Thread stopper = Thread.ofPlatform().name("stop").unstarted(server::close);
    Runtime.getRuntime().addShutdownHook(stopper);
    terminal
        .out()
        .println(
            "Site "
                + server.configuration().site()
                + " serves; children dial "
                + server.siteAddress()
                + ", commands ask "
                + server.adminAddress()
                + ". Ctrl-C stops it.");
    terminal.out().flush();
    Throwable broken = server.awaitEnd();
    if (broken != null) {
      terminal.report(broken instanceof Failure failure ? failure : defect(broken));
      terminal.err().println("The server has ended with status " + BROKE + "; start it again.");
      return BROKE;
    }
    return Terminal.DONE;
  }

  private static Failure defect(Throwable broken) {
    return Failure.permanent(
            Code.INTERNAL,
            "running the site server",
            "a defect in Sluice itself: " + broken,
            "report it, with the lines above")
        .because(broken);
  }

  /** A server tells what it does; commands that print for people stay quiet. */
  private static void speakUp() {
    if (System.getProperty(LOG_PROPERTY) == null
        && LoggerFactory.getLogger("io.sluice") instanceof Logger ours) {
      ours.setLevel(Level.INFO);
    }
  }

  private static Path fallback() {
    String variable = System.getenv("SLUICE_DATA");
    return Path.of(variable == null || variable.isBlank() ? "sluice-data" : variable);
  }
}
