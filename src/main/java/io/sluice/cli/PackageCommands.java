package io.sluice.cli;

import io.sluice.api.Requests;
import io.sluice.api.Views;
import io.sluice.failure.Failure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice package ...}: what an administrator does with packages at the local site. */
@Command(name = "package", description = "Create, update, assign, retry and list packages.")
public final class PackageCommands {
  private static final String USUAL = "usual";

  private PackageCommands() {}

  /** The command with its subcommands. */
  public static CommandLine commands(Terminal terminal) {
    return new CommandLine(new PackageCommands())
        .addSubcommand(new Create(terminal))
        .addSubcommand(new Update(terminal))
        .addSubcommand(new Assign(terminal))
        .addSubcommand(new Keeping(terminal))
        .addSubcommand(new Retry(terminal))
        .addSubcommand(new Listing(terminal));
  }

  @Command(
      name = "create",
      description = "Make a package of a folder and capture its first version.")
  static final class Create implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private Question question = new Question();

    @Parameters(index = "0", paramLabel = "NAME", description = "its name, for people")
    private String name = "";

    @Parameters(index = "1", paramLabel = "SOURCE", description = "the folder it is captured from")
    private Path source = Path.of("");

    @Option(names = "--keep", paramLabel = "WORDS", description = CaptureCommand.KEEP)
    private String keep = "";

    Create(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public Integer call() throws Failure, InterruptedException {
      Requests.NewPackage request =
          new Requests.NewPackage(name, source.toAbsolutePath().normalize().toString(), keep);
      return question.put(
          terminal,
          server -> {
            Views.PackageView made = server.post("/v0/packages", request, Views.PackageView.class);
            try {
              return server.post(
                  "/v0/packages/" + made.id() + "/versions",
                  new Requests.NewVersion(false),
                  Views.VersionView.class);
            } catch (Failure e) {
              throw goOn(e, made.id());
            }
          },
          PackageCommands::shown);
    }

    /** The package is there, and only its first version is missing: not to be made again. */
    private static Failure goOn(Failure e, String id) {
      String what = "package " + id + " was made, but not captured: " + e.what();
      String next = e.next() + "; then go on with \"sluice package update " + id + "\"";
      Failure failure =
          e.isTemporary()
              ? Failure.temporary(e.code(), what, e.why(), next)
              : Failure.permanent(e.code(), what, e.why(), next);
      return failure.about(e.items()).because(e);
    }
  }

  @Command(name = "update", description = "Capture a package's source again, as its next version.")
  static final class Update implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private Question question = new Question();

    @Parameters(paramLabel = "PACKAGE", description = "its ID, such as CEN-1")
    private String id = "";

    @Option(names = "--verify", description = "read all content, even of unchanged files")
    private boolean readEverything;

    Update(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public Integer call() throws Failure, InterruptedException {
      return question.put(
          terminal,
          server ->
              server.post(
                  "/v0/packages/" + id + "/versions",
                  new Requests.NewVersion(readEverything),
                  Views.VersionView.class),
          PackageCommands::shown);
    }
  }

  @Command(name = "assign", description = "Say which sites are to have a package.")
  static final class Assign implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private Question question = new Question();

    @Parameters(index = "0", paramLabel = "PACKAGE", description = "its ID, such as CEN-1")
    private String id = "";

    @Option(
        names = "--site",
        paramLabel = "CODE",
        split = ",",
        description = "a site that is to have it; may be given again")
    private List<String> sites = new ArrayList<>();

    @Option(names = "--all", description = "every site, those that join later too")
    private boolean all;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    Assign(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public Integer call() throws Failure, InterruptedException {
      if (all != sites.isEmpty()) {
        throw new CommandLine.ParameterException(
            spec.commandLine(), "name sites with --site CODE, or give --all, not both");
      }
      return question.put(
          terminal,
          server ->
              server.post(
                  "/v0/packages/" + id + "/assignments",
                  new Requests.NewAssignment(sites),
                  Views.AssignmentView.class),
          answer -> answer.id() + " is assigned to " + String.join(", ", answer.sites()) + "\n");
    }
  }

  @Command(
      name = "keep",
      description = {
        "Show, or say, which attributes a package keeps beside the usual ones.",
        "What is said holds from the next update on."
      })
  static final class Keeping implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private Question question = new Question();

    @Parameters(index = "0", paramLabel = "PACKAGE", description = "its ID, such as CEN-1")
    private String id = "";

    @Parameters(
        index = "1",
        arity = "0..1",
        paramLabel = "WORDS",
        description = CaptureCommand.KEEP + "; usual for none of them")
    private @Nullable String words;

    Keeping(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public Integer call() throws Failure, InterruptedException {
      String path = "/v0/packages/" + id + "/keep";
      String wanted = words;
      return question.put(
          terminal,
          server -> {
            if (wanted == null) {
              return server.get(path, Views.KeepView.class);
            }
            Requests.NewKeep keep = new Requests.NewKeep(wanted.equals(USUAL) ? "" : wanted);
            return server.post(path, keep, Views.KeepView.class);
          },
          answer ->
              answer.id()
                  + " keeps the usual attributes"
                  + (answer.keep().isEmpty() ? "\n" : ", and of these: " + answer.keep() + "\n"));
    }
  }

  @Command(name = "retry", description = "Try again now what failed at the local site.")
  static final class Retry implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private Question question = new Question();

    @Parameters(paramLabel = "PACKAGE", description = "its ID, such as CEN-1")
    private String id = "";

    Retry(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public Integer call() throws Failure, InterruptedException {
      return question.put(
          terminal,
          server ->
              server.post(
                  "/v0/packages/" + id + "/retries",
                  new Requests.NewRetry(),
                  Views.RetryView.class),
          Retry::text);
    }

    private static String text(Views.RetryView answer) {
      return answer.steps() == 0
          ? "Nothing of " + answer.id() + " waits to be tried again at this site.\n"
          : answer.id() + ": " + answer.steps() + " failed at this site, tried again now.\n";
    }
  }

  @Command(name = "list", description = "List the packages known at the local site.")
  static final class Listing implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private Question question = new Question();

    Listing(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public Integer call() throws Failure, InterruptedException {
      return question.put(
          terminal, server -> server.get("/v0/packages", Views.PackageList.class), Listing::table);
    }

    private static String table(Views.PackageList list) {
      if (list.packages().isEmpty()) {
        return "No packages yet. Make one with \"sluice package create NAME SOURCE\".\n";
      }
      TextTable table = new TextTable("package", "version", "name", "sites", "source");
      for (Views.PackageView one : list.packages()) {
        table.row(
            one.id(),
            one.version() == 0 ? "-" : String.valueOf(one.version()),
            one.name(),
            one.sites().isEmpty() ? "none" : String.join(" ", one.sites()),
            one.source());
      }
      return table.text();
    }
  }

  private static String shown(Views.VersionView made) {
    Views.CaptureView capture = made.capture();
    String head =
        made.changed()
            ? made.id() + " version " + made.version() + " captured"
            : made.id() + " is unchanged; version " + made.version() + " stays";
    return head
        + ": "
        + Quantity.count(capture.entries(), "entry")
        + ", "
        + Quantity.count(capture.streams(), "stream")
        + ",\n  "
        + Quantity.bytes(capture.bytesRead())
        + " read, "
        + Quantity.bytes(capture.bytesStored())
        + " stored, in "
        + Quantity.seconds(capture.seconds())
        + "\n  manifest "
        + capture.digest()
        + "\n"
        + NotCaptured.text(made.notCaptured());
  }
}
