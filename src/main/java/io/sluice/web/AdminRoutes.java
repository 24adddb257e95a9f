package io.sluice.web;

import io.sluice.api.Requests;
import io.sluice.api.Views;
import io.sluice.catalog.Assignments;
import io.sluice.catalog.VersionRow;
import io.sluice.catalog.WorkRow;
import io.sluice.distribution.AssignmentPoll;
import io.sluice.distribution.ChildDesk;
import io.sluice.distribution.EnrolmentDesk;
import io.sluice.distribution.PackageDesk;
import io.sluice.distribution.ParentTrouble;
import io.sluice.distribution.StatusDesk;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Keep;
import io.sluice.manifest.PackageId;
import io.sluice.site.SiteCode;
import io.sluice.status.Event;
import io.sluice.time.Clock;
import io.sluice.transfer.ReceiveProgress;
import io.sluice.transfer.Receiver;
import io.sluice.trust.EnrolmentToken;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/** What the administration port answers: parses, asks a desk, maps the answer to the contract. */
public final class AdminRoutes {
  private final Desks desks;
  private final Me me;
  private final Clock clock;

  /**
   * Whom to ask.
   *
   * @param poll asks the parent, if there is one
   */
  public record Desks(
      PackageDesk packages,
      StatusDesk status,
      EnrolmentDesk enrolment,
      ChildDesk children,
      Receiver receiver,
      Optional<AssignmentPoll> poll) {}

  /**
   * Who this site is.
   *
   * @param address where its children reach it, unless an invitation says otherwise
   */
  public record Me(
      SiteCode site, Optional<SiteCode> parent, Supplier<String> address, String release) {}

  private AdminRoutes(Desks desks, Me me, Clock clock) {
    this.desks = desks;
    this.me = me;
    this.clock = clock;
  }

  /** All routes. */
  public static List<Route> of(Desks desks, Me me, Clock clock) {
    AdminRoutes routes = new AdminRoutes(desks, me, clock);
    return List.of(
        new Route("GET", "/v0/site", (words, body) -> routes.site()),
        new Route("GET", "/v0/status", (words, body) -> routes.status()),
        new Route("GET", "/v0/packages", (words, body) -> routes.packages()),
        new Route("POST", "/v0/packages", (words, body) -> routes.create(body)),
        new Route(
            "POST", "/v0/packages/*/versions", (words, body) -> routes.update(words.get(0), body)),
        new Route("GET", "/v0/packages/*/keep", (words, body) -> routes.keep(words.get(0))),
        new Route("POST", "/v0/packages/*/keep", (words, body) -> routes.keep(words.get(0), body)),
        new Route(
            "GET",
            "/v0/packages/*/versions/*",
            (words, body) -> routes.version(words.get(0), words.get(1))),
        new Route(
            "POST",
            "/v0/packages/*/assignments",
            (words, body) -> routes.assign(words.get(0), body)),
        new Route(
            "POST", "/v0/packages/*/retries", (words, body) -> routes.retry(words.get(0), body)),
        new Route("POST", "/v0/places", (words, body) -> routes.place(body)),
        new Route("POST", "/v0/invitations", (words, body) -> routes.invite(body)));
  }

  private Views.SiteView site() {
    return new Views.SiteView(
        me.site.text(), me.parent.map(SiteCode::text).orElse(""), me.address.get(), me.release);
  }

  private Views.PackageList packages() throws Failure {
    List<Views.PackageView> views = new ArrayList<>();
    for (PackageDesk.Listed one : desks.packages.list()) {
      views.add(view(one));
    }
    return new Views.PackageList(views);
  }

  private static Views.PackageView view(PackageDesk.Listed one) {
    return new Views.PackageView(
        one.row().id().toString(),
        one.row().name(),
        one.row().source().orElse(""),
        one.newest().map(VersionRow::version).orElse(0),
        one.newest().map(newest -> newest.manifest().hex()).orElse(""),
        sites(one.audience()));
  }

  private static List<String> sites(Assignments.Audience audience) {
    List<String> sites = new ArrayList<>();
    if (audience.all()) {
      sites.add("all");
    }
    new TreeSet<>(audience.sites()).forEach(site -> sites.add(site.text()));
    return sites;
  }

  private Views.PackageView create(AdminDoor.Body body) throws Failure {
    Requests.NewPackage request = body.as(Requests.NewPackage.class);
    PackageId id =
        desks.packages.create(
            given(request.name(), "name"),
            given(request.source(), "source"),
            Keep.parse(request.keep() == null ? "" : request.keep()));
    return view(desks.packages.get(id));
  }

  private Views.VersionView update(String package_, AdminDoor.Body body)
      throws Failure, InterruptedException {
    Requests.NewVersion request = body.as(Requests.NewVersion.class);
    long start = clock.nanos();
    PackageId id = id(package_);
    PackageDesk.Updated updated =
        desks.packages.update(id, request.readEverything(), ignored -> {});
    double seconds = (clock.nanos() - start) / 1e9;
    String digest =
        desks.packages.get(id).newest().map(newest -> newest.manifest().hex()).orElse("");
    return new Views.VersionView(
        id.toString(),
        updated.version(),
        updated.isNew(),
        new Views.CaptureView(
            digest,
            updated.entries(),
            updated.streams(),
            updated.bytesRead(),
            updated.bytesStored(),
            Math.round(seconds * 1000) / 1000.0),
        updated.notCaptured());
  }

  private Views.KeepView keep(String package_) throws Failure {
    PackageId id = id(package_);
    return new Views.KeepView(id.toString(), desks.packages.get(id).row().keep());
  }

  private Views.KeepView keep(String package_, AdminDoor.Body body) throws Failure {
    String words = given(body.as(Requests.NewKeep.class).keep(), "keep");
    desks.packages.keep(id(package_), Keep.parse(words));
    return keep(package_);
  }

  private Views.VersionName version(String package_, String number) throws Failure {
    VersionRow row = desks.packages.version(id(package_), number);
    return new Views.VersionName(
        row.id().toString(), row.version(), row.manifest().hex(), row.held());
  }

  private Views.AssignmentView assign(String package_, AdminDoor.Body body) throws Failure {
    Requests.NewAssignment request = body.as(Requests.NewAssignment.class);
    PackageId id = id(package_);
    List<String> named = request.sites() == null ? List.of() : request.sites();
    if (named.isEmpty()) {
      desks.packages.assignToAll(id);
    } else {
      desks.packages.assign(id, codes(named));
    }
    return new Views.AssignmentView(id.toString(), sites(desks.packages.get(id).audience()));
  }

  private Views.RetryView retry(String package_, AdminDoor.Body body) throws Failure {
    body.as(Requests.NewRetry.class);
    PackageId id = id(package_);
    return new Views.RetryView(id.toString(), desks.packages.retry(id));
  }

  private static Set<SiteCode> codes(List<String> named) throws Failure {
    Set<SiteCode> codes = new TreeSet<>();
    List<String> problems = new ArrayList<>();
    for (String one : named) {
      try {
        codes.add(new SiteCode(one));
      } catch (IllegalArgumentException e) {
        problems.add(String.valueOf(e.getMessage()));
      }
    }
    if (!problems.isEmpty()) {
      throw Failure.permanent(
              Code.SITE_CODE_INVALID,
              "assigning a package",
              problems.size() == 1 ? "one site code is wrong" : "several site codes are wrong",
              "\"sluice status\" lists the sites")
          .about(problems);
    }
    return codes;
  }

  private Views.PlaceView place(AdminDoor.Body body) throws Failure {
    Requests.NewPlace request = body.as(Requests.NewPlace.class);
    String name = given(request.name(), "name");
    String folder = given(request.folder(), "folder");
    String streams = given(request.streams(), "streams");
    desks.packages.addPlace(name, folder, streams);
    return new Views.PlaceView(name, folder, streams);
  }

  private Views.InvitationView invite(AdminDoor.Body body) throws Failure {
    Requests.NewInvitation request = body.as(Requests.NewInvitation.class);
    SiteCode site = codes(List.of(given(request.site(), "site"))).iterator().next();
    String address =
        request.address() == null || request.address().isBlank()
            ? me.address.get()
            : request.address();
    EnrolmentToken token =
        desks.enrolment.invite(site, address, Duration.ofSeconds(request.validSeconds()));
    return new Views.InvitationView(site.text(), token.print(), token.expires().toString());
  }

  private Views.StatusView status() throws Failure {
    Map<SiteCode, Long> sent = desks.children.sentBytes();
    List<Views.SiteState> sites = new ArrayList<>();
    for (StatusDesk.SiteStanding site : desks.status.sites()) {
      sites.add(
          new Views.SiteState(
              site.site().text(),
              site.parent().map(SiteCode::text).orElse(""),
              site.heard().map(AdminRoutes::time).orElse(""),
              sent.getOrDefault(site.site(), 0L)));
    }
    Map<PackageId, String> names = new java.util.HashMap<>();
    for (PackageDesk.Listed one : desks.packages.list()) {
      names.put(one.row().id(), one.row().name());
    }
    Map<WorkRow.Key, WorkRow> failing = new java.util.HashMap<>();
    desks.status.failing().forEach(work -> failing.put(work.key(), work));
    List<Views.DeliveryState> deliveries = new ArrayList<>();
    for (StatusDesk.Standing standing : desks.status.standings()) {
      StatusDesk.Target target = standing.target();
      Optional<WorkRow> work =
          target.site().equals(me.site) && standing.condition() == StatusDesk.Condition.FAILED
              ? Optional.ofNullable(
                  failing.get(new WorkRow.Key(target.id(), standing.version(), target.place())))
              : Optional.empty();
      deliveries.add(view(standing, names.getOrDefault(target.id(), ""), work));
    }
    return new Views.StatusView(me.site.text(), parent(), sites, deliveries, activities());
  }

  private Views.ParentState parent() {
    if (me.parent.isEmpty() || desks.poll.isEmpty()) {
      return new Views.ParentState("", "", "", "");
    }
    String parent = me.parent.get().text();
    Optional<ParentTrouble> trouble = desks.poll.get().trouble();
    return trouble
        .map(
            one ->
                new Views.ParentState(parent, "no answer", time(one.since()), one.failure().text()))
        .orElseGet(
            () ->
                new Views.ParentState(
                    parent, desks.poll.get().answers() ? "answers" : "not asked yet", "", ""));
  }

  private static String time(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /**
   * @param work of a step of this site that failed: its last failure, where the fact that tells of
   *     it may be older
   */
  private static Views.DeliveryState view(
      StatusDesk.Standing standing, String name, Optional<WorkRow> work) {
    StatusDesk.Target target = standing.target();
    Views.Target where =
        new Views.Target(
            target.id().toString(),
            name,
            standing.version(),
            target.site().text(),
            target.place().isEmpty() ? "library" : target.place());
    return new Views.DeliveryState(
        where,
        standing.condition().name().toLowerCase(Locale.ROOT),
        work.map(one -> one.error().text())
            .or(() -> standing.cause().map(Event.Cause::text))
            .orElse(""),
        standing.streams().map(Event.Streams::asStreams).orElse(0L),
        standing.streams().map(Event.Streams::inSidecar).orElse(0L),
        work.map(one -> new Views.Attempts(one.attempt(), time(one.notBefore())))
            .orElse(new Views.Attempts(0, "")));
  }

  private List<Views.Activity> activities() {
    List<Views.Activity> activities = new ArrayList<>();
    String way = me.parent.map(parent -> parent + " -> ").orElse("") + me.site;
    for (ReceiveProgress one : desks.receiver.progress()) {
      activities.add(
          new Views.Activity(way, one.chunksStored(), one.chunksWanted(), one.storedBytes()));
    }
    return activities;
  }

  private static PackageId id(String text) throws Failure {
    try {
      return PackageId.parse(text);
    } catch (IllegalArgumentException e) {
      throw Failure.permanent(
              Code.USAGE,
              "finding a package",
              String.valueOf(e.getMessage()),
              "use an ID such as CEN-1")
          .because(e);
    }
  }

  private static String given(@org.jspecify.annotations.Nullable String value, String key)
      throws Failure {
    if (value == null) {
      throw Failure.permanent(
          Code.USAGE,
          "reading a request",
          "\"" + key + "\" is missing",
          "use the same release of Sluice for the command and the server");
    }
    return value;
  }
}
