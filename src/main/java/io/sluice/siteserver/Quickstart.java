package io.sluice.siteserver;

import io.sluice.api.Requests;
import io.sluice.api.SiteClient;
import io.sluice.api.Views;
import io.sluice.cli.Quantity;
import io.sluice.cli.Terminal;
import io.sluice.cli.TextTable;
import io.sluice.content.Digest;
import io.sluice.distributionpoint.SidecarFolder;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Platform;
import io.sluice.filesystem.Platforms;
import io.sluice.site.SiteCode;
import io.sluice.time.Clock;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The scenario of {@code quickstart}: three whole sites in this process, which talk over loopback
 * as they would over a WAN, driven through the same administration port the commands use.
 */
final class Quickstart implements AutoCloseable {
  private static final String PLACE = "main";
  private static final Duration LOOK_EVERY = Duration.ofMillis(150);
  private static final Duration INVITATION = Duration.ofMinutes(10);

  private final Terminal terminal;
  private final Clock clock;
  private final SecureRandom random;
  private final Path work;
  private final Path runtime;
  private final Platform platform = Platforms.ofThisMachine();
  private final List<Site> sites = new ArrayList<>();
  private final TextTable report = new TextTable("", "bytes", "streams", "time", "what");

  /** A running site of the scenario. */
  private record Site(SiteServer server, SiteClient client, Path data) {
    String code() {
      return server.configuration().site().text();
    }
  }

  /**
   * @param work where sites and sample are made
   * @param runtime what the sample package has for bulk
   */
  Quickstart(Terminal terminal, Clock clock, SecureRandom random, Path work, Path runtime) {
    this.terminal = terminal;
    this.clock = clock;
    this.random = random;
    this.work = work;
    this.runtime = runtime;
  }

  /** Runs it all; true if source and destination were identical after every version. */
  boolean run(Optional<Path> folder) throws Failure, InterruptedException {
    Path source = folder.map(Path::toAbsolutePath).orElse(work.resolve("source"));
    SamplePackage sample = new SamplePackage(platform, source);
    if (folder.isEmpty()) {
      say("Making a sample package of the Java runtime and a few tricky files ...");
      sample.make(runtime);
    }
    say("Starting three sites: CEN, its child WST, and WST's child STO ...");
    found("CEN", Optional.empty());
    found("WST", Optional.of(sites.get(0)));
    found("STO", Optional.of(sites.get(1)));
    last()
        .client()
        .post(
            "/v0/places",
            new Requests.NewPlace(PLACE, destinationRoot().toString(), "sidecar"),
            Views.PlaceView.class);
    Views.PackageView made =
        first()
            .client()
            .post(
                "/v0/packages",
                new Requests.NewPackage("quickstart", source.toString(), null),
                Views.PackageView.class);
    boolean identical = version(made.id(), source, true);
    if (folder.isEmpty()) {
      say("Changing the source: an edit, a changed stream, a new file, a deletion ...");
      sample.change();
    }
    identical &= version(made.id(), source, false);
    terminal.out().println();
    terminal.out().print(report.text());
    terminal.out().println();
    terminal
        .out()
        .println(
            identical
                ? "identical: source and STO's distribution point, byte for byte, stream for stream"
                : "DIFFERENT: see the differences above");
    terminal.out().flush();
    return identical;
  }

  private boolean version(String id, Path source, boolean isFirst)
      throws Failure, InterruptedException {
    say("Capturing " + source + " ...");
    Views.VersionView made =
        first()
            .client()
            .post(
                "/v0/packages/" + id + "/versions",
                new Requests.NewVersion(false),
                Views.VersionView.class);
    for (String line : made.notCaptured()) {
      say("  not captured: " + line);
    }
    Views.CaptureView capture = made.capture();
    if (!made.changed()) {
      row(
          "captured again",
          capture.bytesRead(),
          capture.streams(),
          capture.seconds(),
          "unchanged: nothing to read or send");
      return compare(id, source, made);
    }
    String label = "v" + made.version();
    row(
        label + " captured",
        capture.bytesRead(),
        capture.streams(),
        capture.seconds(),
        capture.entries() + " entries");
    row(label + " stored", capture.bytesStored(), -1, -1, "compressed, at CEN");
    if (isFirst) {
      first()
          .client()
          .post(
              "/v0/packages/" + id + "/assignments",
              new Requests.NewAssignment(List.of(last().code())),
              Views.AssignmentView.class);
    }
    Delivery delivery = deliver(id, made.version());
    for (int hop = 0; hop < sites.size() - 1; hop++) {
      row(
          label + " sent " + sites.get(hop).code() + " -> " + sites.get(hop + 1).code(),
          delivery.sent.get(hop),
          -1,
          delivery.seconds.get(hop),
          hop == 0 ? "time until complete there" : "");
    }
    row(
        label + " placed at " + last().code(),
        -1,
        delivery.placed.nativeStreams() + delivery.placed.sidecarStreams(),
        delivery.seconds.getLast(),
        delivery.placed.nativeStreams()
            + " streams native, "
            + delivery.placed.sidecarStreams()
            + " in sidecars");
    return compare(id, source, made);
  }

  /** What a version cost on its way: bytes and seconds a hop, then seconds until it was placed. */
  private record Delivery(List<Long> sent, List<Double> seconds, Views.DeliveryState placed) {}

  private Delivery deliver(String id, int version) throws Failure, InterruptedException {
    List<Long> before = sent();
    Progress progress = new Progress(terminal);
    long start = clock.nanos();
    Double[] held = new Double[sites.size() - 1];
    while (true) {
      List<Views.StatusView> views = new ArrayList<>();
      for (Site site : sites) {
        views.add(site.client().get("/v0/status", Views.StatusView.class));
      }
      double now = (clock.nanos() - start) / 1e9;
      for (int hop = 0; hop < held.length; hop++) {
        if (held[hop] == null
            && state(views.get(hop + 1), id, version, sites.get(hop + 1).code(), "held")
                .isPresent()) {
          held[hop] = now;
        }
      }
      progress.show(views);
      Views.StatusView end = views.getLast();
      Optional<Views.DeliveryState> placed = state(end, id, version, last().code(), "placed");
      if (placed.isPresent()) {
        progress.clear();
        List<Double> seconds = new ArrayList<>();
        for (Double hop : held) {
          seconds.add(hop == null ? now : hop);
        }
        seconds.add(now);
        return new Delivery(difference(before, sent()), seconds, placed.get());
      }
      stopIfHopeless(views, id, version);
      clock.sleep(LOOK_EVERY);
    }
  }

  private void stopIfHopeless(List<Views.StatusView> views, String id, int version) throws Failure {
    for (Views.StatusView view : views) {
      for (Views.DeliveryState delivery : view.deliveries()) {
        Views.Target target = delivery.target();
        if (target.id().equals(id)
            && target.version() == version
            && delivery.state().equals("failed")) {
          throw Failure.permanent(
              Code.INTERNAL,
              "distributing " + id + " version " + version + " to " + target.site(),
              delivery.detail(),
              "look at the log above");
        }
      }
    }
  }

  private boolean compare(String id, Path source, Views.VersionView made) throws Failure {
    Digest manifest = Digest.parse(made.capture().digest());
    long start = clock.nanos();
    Path root = destinationRoot();
    Path current = resolved(root.resolve(id).resolve("current"));
    Map<TreeComparison.Sidecar, Path> sidecars = new HashMap<>();
    Path beside =
        root.resolve(".sluice").resolve("sidecar").resolve(id).resolve(current.getFileName());
    SidecarFolder.streams(beside, manifest)
        .forEach(
            (stream, file) ->
                sidecars.put(new TreeComparison.Sidecar(stream.entry(), stream.name()), file));
    TreeComparison.Outcome outcome = TreeComparison.compare(platform, source, current, sidecars);
    row(
        "v" + made.version() + " compared",
        outcome.bytes(),
        outcome.nativeStreams() + outcome.sidecarStreams(),
        (clock.nanos() - start) / 1e9,
        outcome.identical() ? "identical" : "DIFFERENT");
    for (String difference : outcome.differences()) {
      say("  " + difference);
    }
    return outcome.identical();
  }

  private static Path resolved(Path link) throws Failure {
    try {
      return link.toRealPath();
    } catch (IOException e) {
      throw Failure.permanent(
              Code.CONTENT_MISSING, "finding " + link, "it is not there", "look at the log above")
          .because(e);
    }
  }

  private static Optional<Views.DeliveryState> state(
      Views.StatusView view, String id, int version, String site, String state) {
    return view.deliveries().stream()
        .filter(delivery -> delivery.target().id().equals(id))
        .filter(delivery -> delivery.target().version() == version)
        .filter(delivery -> delivery.target().site().equals(site))
        .filter(delivery -> delivery.state().equals(state))
        .findFirst();
  }

  private List<Long> sent() throws Failure, InterruptedException {
    List<Long> sent = new ArrayList<>();
    for (int hop = 0; hop < sites.size() - 1; hop++) {
      String child = sites.get(hop + 1).code();
      Views.StatusView view = sites.get(hop).client().get("/v0/status", Views.StatusView.class);
      sent.add(
          view.sites().stream()
              .filter(site -> site.site().equals(child))
              .mapToLong(Views.SiteState::bytesSent)
              .sum());
    }
    return sent;
  }

  private static List<Long> difference(List<Long> before, List<Long> after) {
    List<Long> difference = new ArrayList<>();
    for (int i = 0; i < before.size(); i++) {
      difference.add(after.get(i) - before.get(i));
    }
    return difference;
  }

  private void found(String code, Optional<Site> parent) throws Failure, InterruptedException {
    SiteFolder folder = new SiteFolder(work.resolve(code));
    SiteFounder founder = new SiteFounder(clock, random);
    SiteConfiguration configuration =
        new SiteConfiguration(
            new SiteCode(code),
            SiteConfiguration.Address.parse("127.0.0.1:0"),
            SiteConfiguration.Address.parse("127.0.0.1:0"),
            SiteConfiguration.SQLITE,
            Optional.empty());
    if (parent.isEmpty()) {
      founder.found(folder, configuration);
    } else {
      Views.InvitationView invitation =
          parent
              .get()
              .client()
              .post(
                  "/v0/invitations",
                  new Requests.NewInvitation(code, INVITATION.toSeconds(), ""),
                  Views.InvitationView.class);
      founder.join(folder, configuration, invitation.token());
    }
    SiteServer server = SiteServer.start(folder, clock, random, point -> {});
    synchronized (this) {
      sites.add(new Site(server, server.client(), folder.root()));
    }
  }

  private Path destinationRoot() {
    return work.resolve("STO-distribution-point");
  }

  private Site first() {
    return sites.getFirst();
  }

  private Site last() {
    return sites.getLast();
  }

  private void row(String what, long bytes, long streams, double seconds, String note) {
    report.row(
        what,
        bytes < 0 ? "-" : Quantity.bytes(bytes),
        streams < 0 ? "-" : String.valueOf(streams),
        seconds < 0 ? "-" : Quantity.seconds(seconds),
        note);
  }

  private void say(String line) {
    terminal.err().println(line);
  }

  /** Says what can be tried while the sites run. */
  void invite() {
    PrintStream out = terminal.out();
    out.println();
    out.println("The three sites go on running; Ctrl-C stops them. In another terminal, try:");
    out.println();
    for (Site site : sites) {
      out.println("  sluice status --data " + shown(site.data()));
    }
    out.println("  sluice package create NAME FOLDER --data " + shown(first().data()));
    out.println("  sluice package assign CEN-2 --site STO --data " + shown(first().data()));
    out.println("  ls -l " + shown(destinationRoot()));
    out.flush();
  }

  private static Path shown(Path path) {
    Path here = Path.of("").toAbsolutePath();
    return path.startsWith(here) ? here.relativize(path) : path;
  }

  /** Stops all sites. May be called again, and from another thread. */
  @Override
  public synchronized void close() {
    while (!sites.isEmpty()) {
      Site site = sites.removeLast();
      site.client().close();
      site.server().close();
    }
  }
}
