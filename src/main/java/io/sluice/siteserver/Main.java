package io.sluice.siteserver;

import io.sluice.cli.CaptureCommand;
import io.sluice.cli.PackageCommands;
import io.sluice.cli.RestoreCommand;
import io.sluice.cli.SiteCommands;
import io.sluice.cli.Terminal;
import io.sluice.cli.VerifyCommand;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.time.Clock;
import io.sluice.time.SystemClock;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The one entry point of the product: every command, and the last door failures leave by. */
@Command(
    name = "sluice",
    description = {
      "Distributes software through a hierarchy of sites.",
      "",
      "New here? Try \"sluice quickstart\"."
    },
    synopsisSubcommandLabel = "COMMAND")
public final class Main {
  private static final int INTERRUPTED = 130;

  private Main() {}

  public static void main(String[] args) {
    PrintStream out = stream(FileDescriptor.out);
    PrintStream err = stream(FileDescriptor.err);
    Terminal terminal = new Terminal(out, err, isTerminal());
    int status = commands(terminal, new SystemClock(), new SecureRandom()).execute(args);
    out.flush();
    err.flush();
    System.exit(status);
  }

  /** The whole command tree. */
  static CommandLine commands(Terminal terminal, Clock clock, SecureRandom random) {
    SiteFounder founder = new SiteFounder(clock, random);
    CommandLine site =
        new CommandLine(new SiteGroup())
            .addSubcommand(new SiteInitCommand(terminal, founder))
            .addSubcommand(new SiteServeCommand(terminal, clock, random))
            .addSubcommand(new SiteRestoredCommand(terminal, clock))
            .addSubcommand(new SiteCommands.Invite(terminal));
    CommandLine root =
        new CommandLine(new Main())
            .addSubcommand(new QuickstartCommand(terminal, clock, random))
            .addSubcommand(new CaptureCommand(terminal, clock))
            .addSubcommand(new RestoreCommand(terminal, clock))
            .addSubcommand(new VerifyCommand(terminal))
            .addSubcommand("site", site)
            .addSubcommand("package", PackageCommands.commands(terminal))
            .addSubcommand("dp", SiteCommands.distributionPoint(terminal))
            .addSubcommand(new SiteCommands.Status(terminal));
    root.getCommandSpec().mixinStandardHelpOptions(true);
    root.getCommandSpec().version("sluice " + release());
    helpEverywhere(root);
    root.setOut(new java.io.PrintWriter(terminal.out(), true, StandardCharsets.UTF_8));
    root.setErr(new java.io.PrintWriter(terminal.err(), true, StandardCharsets.UTF_8));
    root.setUsageHelpWidth(Terminal.COLUMNS);
    root.setExecutionExceptionHandler((e, command, parsed) -> handle(e, terminal));
    return root;
  }

  @Command(name = "site", description = "Make, serve and extend sites.")
  private static final class SiteGroup {}

  private static void helpEverywhere(CommandLine command) {
    for (CommandLine sub : command.getSubcommands().values()) {
      sub.getCommandSpec().mixinStandardHelpOptions(true);
      helpEverywhere(sub);
    }
  }

  private static int handle(Exception e, Terminal terminal) {
    if (e instanceof Failure failure) {
      return terminal.report(failure);
    }
    if (e instanceof InterruptedException) {
      return INTERRUPTED;
    }
    // Asked for here only: setting the log up takes a command longer than most of its work.
    LoggerFactory.getLogger(Main.class).error("a defect", e);
    return terminal.report(
        Failure.permanent(
            Code.INTERNAL,
            "running this command",
            "a defect in Sluice itself: " + e,
            "report it, with the lines above"));
  }

  /** The release this is, from the jar's manifest. */
  static String release() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  /** There is no console at all where none is attached, whatever the rule says of Java 22. */
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isTerminal() {
    java.io.Console console = System.console();
    return console != null && console.isTerminal();
  }

  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }
}
