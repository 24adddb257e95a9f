package io.sluice.cli;

import io.sluice.api.Requests;
import io.sluice.api.Views;
import io.sluice.failure.Failure;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands about the site itself: invite a child, add a distribution point, show the state. */
public final class SiteCommands {
  private SiteCommands() {}

  /** {@code sluice dp} with its subcommand. */
  public static CommandLine distributionPoint(Terminal terminal) {
    return new CommandLine(new DistributionPoint()).addSubcommand(new Add(terminal));
  }

  @Command(name = "dp", description = "Add distribution points to the local site.")
  static final class DistributionPoint {}

  /** {@code sluice dp add}. */
  @Command(name = "add", description = "Make a folder a distribution point of the local site.")
  static final class Add implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private Question question = new Question();

    @Parameters(index = "0", paramLabel = "FOLDER", description = "where versions are placed")
    private Path folder = Path.of("");

    @Option(names = "--name", description = "its name at this site (default: ${DEFAULT-VALUE})")
    private String name = "main";

    @Option(
        names = "--streams",
        paramLabel = "POLICY",
        description = "where the file system cannot hold a stream: refuse (default) or sidecar")
    private String streams = "refuse";

    Add(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public Integer call() throws Failure, InterruptedException {
      Requests.NewPlace request =
          new Requests.NewPlace(name, folder.toAbsolutePath().normalize().toString(), streams);
      return question.put(
          terminal,
          server -> server.post("/v0/places", request, Views.PlaceView.class),
          made -> "Distribution point " + made.name() + " is " + made.folder() + "\n");
    }
  }

  /** {@code sluice site invite}. */
  @Command(name = "invite", description = "Make a one-time token by which a new child site joins.")
  public static final class Invite implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private Question question = new Question();

    @Parameters(paramLabel = "CODE", description = "the new site's code, such as WST")
    private String site = "";

    @Option(
        names = "--hours",
        description = "how long the token may be used (default: ${DEFAULT-VALUE})")
    private int hours = 24;

    @Option(
        names = "--address",
        paramLabel = "HOST:PORT",
        description = "how the child reaches this site, if not by the address it listens on")
    private String address = "";

    public Invite(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public Integer call() throws Failure, InterruptedException {
      Requests.NewInvitation request =
          new Requests.NewInvitation(site, Duration.ofHours(hours).toSeconds(), address);
      return question.put(
          terminal,
          server -> server.post("/v0/invitations", request, Views.InvitationView.class),
          made ->
              made.token()
                  + "\n\nUse it once, before "
                  + made.expires()
                  + ", at the new site:\n  sluice site init "
                  + made.site()
                  + " --data DIR --join TOKEN\n");
    }
  }

  /** {@code sluice status}. */
  @Command(name = "status", description = "Show where every package stands, as seen from here.")
  public static final class Status implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private Question question = new Question();

    public Status(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public Integer call() throws Failure, InterruptedException {
      return question.put(
          terminal, server -> server.get("/v0/status", Views.StatusView.class), Status::text);
    }

    private static String text(Views.StatusView status) {
      TextTable sites = new TextTable("site", "parent", "last heard", "sent to it");
      for (Views.SiteState site : status.sites()) {
        boolean here = site.site().equals(status.site());
        sites.row(
            site.site() + (here ? " (here)" : ""),
            site.parent().isEmpty() ? "none" : site.parent(),
            here ? "now" : site.lastHeard().isEmpty() ? "never" : site.lastHeard(),
            here ? "-" : Quantity.bytes(site.bytesSent()));
      }
      return parent(status.parent())
          + sites.text()
          + "\n"
          + deliveries(status.deliveries())
          + activities(status);
    }

    private static String parent(Views.ParentState parent) {
      if (parent.site().isEmpty()) {
        return "";
      }
      return parent.since().isEmpty()
          ? "Parent " + parent.site() + ": " + parent.state() + ".\n\n"
          : "Parent "
              + parent.site()
              + ": no answer since "
              + parent.since()
              + ".\n"
              + parent.detail()
              + "\n\n";
    }

    private static String deliveries(List<Views.DeliveryState> deliveries) {
      if (deliveries.isEmpty()) {
        return "No package is assigned to any site yet.\n";
      }
      TextTable table = new TextTable("package", "name", "version", "site", "where", "state");
      StringBuilder notes = new StringBuilder();
      for (Views.DeliveryState delivery : deliveries) {
        Views.Target target = delivery.target();
        table.row(
            target.id(),
            target.name(),
            String.valueOf(target.version()),
            target.site(),
            target.place(),
            delivery.state());
        if (!delivery.detail().isEmpty()) {
          notes.append(target.id()).append(" at ").append(target.site());
          notes.append(", ").append(target.place()).append(": ");
          notes.append(delivery.detail()).append('\n');
          notes.append(again(delivery));
        }
      }
      return table.text() + (notes.isEmpty() ? "" : "\n" + notes);
    }

    private static String again(Views.DeliveryState delivery) {
      Views.Attempts attempts = delivery.attempts();
      return attempts.made() == 0
          ? ""
          : "  tried "
              + Quantity.count(attempts.made(), "time")
              + ", again at "
              + attempts.next()
              + ",\n  or at once with \"sluice package retry "
              + delivery.target().id()
              + "\"\n";
    }

    private static String activities(Views.StatusView status) {
      StringBuilder text = new StringBuilder();
      for (Views.Activity activity : status.activities()) {
        long percent = activity.whole() == 0 ? 100 : 100 * activity.done() / activity.whole();
        text.append(activity.what()).append(": ").append(percent).append(" %, ");
        text.append(Quantity.bytes(activity.bytes())).append('\n');
      }
      return text.isEmpty() ? "" : "\n" + text;
    }
  }
}
