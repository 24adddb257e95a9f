package io.sluice.siteserver;

import io.sluice.cli.CaptureCommand;
import io.sluice.cli.DiffCommand;
import io.sluice.cli.ExportCommand;
import io.sluice.cli.ImportCommand;
import io.sluice.cli.InspectCommand;
import io.sluice.cli.LibraryCommands;
import io.sluice.cli.PackageCommands;
import io.sluice.cli.RestoreCommand;
import io.sluice.cli.SidecarCommand;
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
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
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
    int status = run(terminal, args);
    // A stream that prints keeps a failed write to itself until it is asked.
    if (out.checkError() && status == Terminal.DONE) {
      status = terminal.report(notSaid());
    }
    err.flush();
    System.exit(status);
  }

  private static int run(Terminal terminal, String[] args) {
    try {
      return commands(terminal, new SystemClock(), new SecureRandom(), args).execute(args);
    } catch (LinkageError e) {
      return terminal.report(notLoaded(e));
    }
  }

  private static Failure notSaid() {
    return Failure.temporary(
        Code.DISK_ERROR,
        "writing what this command says",
        "it goes where there is no room, or to a program that no longer reads it",
        "make room there, then ask again; what the command did is done");
  }

  /** The libraries in C unpack themselves where temporary files go: that may be full or noexec. */
  static Failure notLoaded(LinkageError e) {
    String why = String.valueOf(e.getMessage());
    return Failure.temporary(
            Code.DISK_ERROR,
            "loading native code by way of " + System.getProperty("java.io.tmpdir"),
            why,
            "make room there, or name another folder: SLUICE_JAVA_OPTS=-Djava.io.tmpdir=DIR")
        .because(e);
  }

  /**
   * The command tree, as much of it as these words need: the library learns each command's options
   * by reflection, and a cold start would pay for all of them.
   */
  static CommandLine commands(
      Terminal terminal, Clock clock, SecureRandom random, String... words) {
    Map<String, Supplier<Object>> all = all(terminal, clock, random);
    boolean known = words.length > 0 && all.containsKey(words[0]);
    CommandLine root = new CommandLine(new Main());
    all.forEach(
        (name, command) -> {
          if (!known || name.equals(words[0])) {
            root.addSubcommand(name, command.get());
          }
        });
    root.getCommandSpec().mixinStandardHelpOptions(true);
    root.getCommandSpec().version("sluice " + release());
    helpEverywhere(root);
    root.setOut(new java.io.PrintWriter(terminal.out(), true, StandardCharsets.UTF_8));
    root.setErr(new java.io.PrintWriter(terminal.err(), true, StandardCharsets.UTF_8));
    root.setUsageHelpWidth(Terminal.COLUMNS);
    root.setExecutionExceptionHandler((e, command, parsed) -> handle(e, terminal));
    return root;
  }

  /** Every command by its name, in the order in which the help shows them. */
  private static Map<String, Supplier<Object>> all(
      Terminal terminal, Clock clock, SecureRandom random) {
    Map<String, Supplier<Object>> all = new LinkedHashMap<>();
    all.put("quickstart", () -> new QuickstartCommand(terminal, clock, random));
    all.put("capture", () -> new CaptureCommand(terminal, clock));
    all.put("restore", () -> new RestoreCommand(terminal, clock));
    all.put("import", () -> new ImportCommand(terminal, clock));
    all.put("export", () -> new ExportCommand(terminal));
    all.put("sidecar", () -> SidecarCommand.commands(terminal));
    all.put("verify", () -> new VerifyCommand(terminal));
    all.put("inspect", () -> new InspectCommand(terminal));
    all.put("diff", () -> new DiffCommand(terminal));
    all.put("library", () -> LibraryCommands.commands(terminal, clock));
    all.put("site", () -> site(terminal, clock, random));
    all.put("package", () -> PackageCommands.commands(terminal));
    all.put("dp", () -> SiteCommands.distributionPoint(terminal));
    all.put("status", () -> new SiteCommands.Status(terminal));
    return all;
  }

  private static CommandLine site(Terminal terminal, Clock clock, SecureRandom random) {
    SiteFounder founder = new SiteFounder(clock, random);
    return new CommandLine(new SiteGroup())
        .addSubcommand(new SiteInitCommand(terminal, founder))
        .addSubcommand(new SiteServeCommand(terminal, clock, random))
        .addSubcommand(new SiteRestoredCommand(terminal, clock))
        .addSubcommand(new SiteCommands.Invite(terminal));
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
