package io.sluice.simulation;

import io.sluice.catalog.WorkRow;
import io.sluice.content.Digest;
import io.sluice.failure.Failure;
import io.sluice.manifest.PackageId;
import io.sluice.site.SiteCode;
import io.sluice.trust.TrustedKeys;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * Three whole sites, one below the other, in one thread, driven by one seed: packages are made,
 * changed and assigned while things go wrong (see {@link Troubles} and {@link Weather}); then
 * nothing goes wrong any more, and within a bounded number of events everything must be where it
 * belongs. After every event the {@link Laws} are checked.
 */
final class Simulation {
  static final SiteCode CENTRAL = new SiteCode("CEN");
  static final SiteCode MIDDLE = new SiteCode("WST");
  static final SiteCode LAST = new SiteCode("STO");

  /** How long things may go wrong. */
  private static final Duration TROUBLED = Duration.ofMinutes(5);

  /** How many events may pass until everything is where it belongs. */
  private static final int CONVERGE_EVENTS_MAX = 3_000;

  /** After how many events it is looked at whether everything is there. */
  private static final int LOOK_EVERY = 5;

  private static final int TROUBLED_EVENTS_MAX = 20_000;
  private static final int PACKAGES_MAX = 4;
  private static final String PLACE = "main";
  private static final Duration AGAIN = Duration.ofSeconds(7);

  private final World world;
  private final List<SimulatedSite> sites = new ArrayList<>();
  private final Laws laws;
  private final RandomGenerator random;
  private final Map<String, PackageId> packages = new TreeMap<>();
  private final Map<PackageId, Set<SiteCode>> assigned = new TreeMap<>();
  private int open;

  /** How a run went. */
  record Outcome(
      Digest fingerprint,
      long events,
      int versions,
      int lives,
      int segments,
      Map<String, Long> troubles) {}

  Simulation(long seed, Path sourceRoot) throws Failure {
    this.world = new World(seed, sourceRoot, this::afterEvent);
    this.random = world.random().split();
    this.laws =
        new Laws(world.published(), TrustedKeys.none().with(CENTRAL, world.key().publicKey()));
    SimulatedSite above = null;
    for (SiteCode code : List.of(CENTRAL, MIDDLE, LAST)) {
      above = new SimulatedSite(code, Optional.ofNullable(above), world);
      sites.add(above);
    }
  }

  /** Lets it all happen. */
  Outcome run() throws Failure, InterruptedException {
    found();
    plan();
    Troubles troubles = new Troubles(world, sites);
    troubles.plan(TROUBLED);
    long end = world.timeline().now() + TROUBLED.toNanos();
    while (world.timeline().now() < end && world.timeline().next()) {
      Laws.hold(
          world.timeline().happened() < TROUBLED_EVENTS_MAX,
          () -> "more than " + TROUBLED_EVENTS_MAX + " events");
    }
    troubles.end();
    world.log("the troubles are over");
    converge();
    for (SimulatedSite site : sites) {
      site.end(SimulatedSite.End.POWER_LOST);
    }
    converge();
    for (SimulatedSite site : sites) {
      laws.checkWhole(site);
    }
    return outcome();
  }

  List<String> log() {
    return world.lines();
  }

  private Outcome outcome() {
    sites.forEach(site -> world.tally().add(Tally.CHUNKS_AGAIN, site.deliveries().chunksAgain()));
    return new Outcome(
        world.fingerprint(),
        world.timeline().happened(),
        world.published().count(),
        sites.stream().mapToInt(site -> site.life().number()).sum(),
        sites.stream().mapToInt(site -> site.deliveries().segments()).sum(),
        world.tally().counts());
  }

  /** Makes the sites; the last one at any time. */
  private void found() throws Failure, InterruptedException {
    for (SimulatedSite site : sites) {
      Duration when = site.code().equals(LAST) ? soon(TROUBLED.dividedBy(4)) : Duration.ZERO;
      List<String> places = random.nextBoolean() ? List.of(PLACE) : List.of(PLACE, "annex");
      Settlement settlement = new Settlement(world, site, places);
      world.timeline().in(when, "settlement of " + site.code(), settlement::settle);
      if (site.code().equals(LAST) && random.nextInt(4) == 0) {
        world
            .timeline()
            .in(
                when.plus(soon(TROUBLED.dividedBy(2))),
                "settlement of " + site.code(),
                () -> {
                  if (site.isSettled()) {
                    site.lose();
                    // Its epoch is the clock's second and must be a later one.
                    site.clock().set(Duration.ofDays(4));
                    settlement.settle();
                  }
                });
      }
    }
  }

  private Duration soon(Duration most) {
    return Duration.ofMillis(random.nextLong(most.toMillis()));
  }

  /** Plans what the administrator does. */
  private void plan() {
    int count = random.nextInt(1, PACKAGES_MAX + 1);
    Optional<SimulatedSource> last = Optional.empty();
    for (int i = 0; i < count; i++) {
      String name = "package " + i;
      // Packages made of each other share content, as versions of one package do.
      Optional<SimulatedSource> like = random.nextBoolean() ? last : Optional.empty();
      SimulatedSource source = world.source(world.sourceRoot().resolve("p" + i), like);
      last = Optional.of(source);
      long first = random.nextLong(TROUBLED.toMillis() / 2);
      int changes = random.nextInt(4);
      ask(
          Duration.ofMillis(first),
          name,
          () -> create(name, source),
          () -> {
            ask(Duration.ZERO, name, () -> assign(name, audience()), () -> {});
            update(Duration.ofMillis(random.nextLong(30_000)), name, source, changes);
          });
    }
  }

  private Set<SiteCode> audience() {
    Set<SiteCode> audience = new TreeSet<>();
    for (SiteCode code : List.of(CENTRAL, MIDDLE)) {
      if (random.nextInt(3) == 0) {
        audience.add(code);
      }
    }
    audience.add(LAST);
    return audience;
  }

  /** Captures, and after a while changes the source and captures again, so many times. */
  private void update(Duration wait, String name, SimulatedSource source, int changes) {
    ask(
        wait,
        name,
        () -> capture(name),
        () -> {
          if (changes > 0) {
            open++;
            Duration next = Duration.ofMillis(random.nextLong(TROUBLED.toMillis() / 3));
            world
                .timeline()
                .in(
                    next,
                    "developer of " + name,
                    () -> {
                      open--;
                      source.change();
                      update(Duration.ofSeconds(1), name, source, changes - 1);
                    });
          }
        });
  }

  /** Asks the central site for something, again until it is done. */
  private void ask(Duration wait, String what, Timeline.Deed deed, Runnable then) {
    open++;
    askAgain(wait, what, deed, then);
  }

  private void askAgain(Duration wait, String what, Timeline.Deed deed, Runnable then) {
    world
        .timeline()
        .in(
            wait,
            "administrator of " + what,
            () -> {
              if (central().attempt("asked about " + what, deed)) {
                open--;
                then.run();
              } else {
                askAgain(AGAIN, what, deed, then);
              }
            });
  }

  private void create(String name, SimulatedSource source) throws Failure {
    // It may have been made by a process that died before it could say so.
    Optional<PackageId> made =
        central().rooms().packages().list().stream()
            .filter(listed -> listed.row().name().equals(name))
            .map(listed -> listed.row().id())
            .findFirst();
    PackageId id =
        made.isPresent()
            ? made.get()
            : central().rooms().packages().create(name, source.path().toString());
    packages.put(name, id);
    world.captures(id, source);
  }

  private void assign(String name, Set<SiteCode> audience) throws Failure {
    PackageId id = packages.get(name);
    if (audience.size() == sites.size()) {
      central().rooms().packages().assignToAll(id);
    } else {
      central().rooms().packages().assign(id, audience);
    }
    assigned.computeIfAbsent(id, each -> new TreeSet<>()).addAll(audience);
  }

  private void capture(String name) throws Failure, InterruptedException {
    central().rooms().packages().update(packages.get(name), false, bytes -> {});
  }

  private SimulatedSite central() {
    return sites.getFirst();
  }

  private void afterEvent() throws Failure {
    for (SimulatedSite site : sites) {
      laws.check(site);
    }
    sites.forEach(SimulatedSite::wake);
  }

  private void converge() throws Failure, InterruptedException {
    long last = world.timeline().happened() + CONVERGE_EVENTS_MAX;
    List<String> missing = missing();
    while (!missing.isEmpty()) {
      if (world.timeline().happened() > last) {
        throw new AssertionError(
            "after " + CONVERGE_EVENTS_MAX + " events without troubles still: " + missing);
      }
      for (int i = 0; i < LOOK_EVERY; i++) {
        world.timeline().next();
      }
      missing = missing();
    }
    world.log("converged");
  }

  /** What is not yet as it must become. */
  private List<String> missing() throws Failure {
    List<String> missing = new ArrayList<>();
    if (open > 0) {
      missing.add(open + " requests of the administrator");
    }
    for (SimulatedSite site : sites) {
      if (!site.lives()) {
        missing.add(site.code() + " does not live");
      }
    }
    if (!missing.isEmpty()) {
      return missing;
    }
    for (SimulatedSite site : sites) {
      missing(site, missing);
    }
    if (missing.isEmpty()) {
      pictures(missing);
    }
    return missing;
  }

  private void missing(SimulatedSite site, List<String> missing) throws Failure {
    for (PackageId id : packages.values()) {
      if (assigned.getOrDefault(id, Set.of()).contains(site.code())) {
        int newest =
            world.published().newest(id).map(version -> version.row().version()).orElseThrow();
        site.places()
            .forEach(
                (name, place) -> {
                  if (place.version(id) != newest) {
                    missing.add(id + " version " + newest + " on " + name + " of " + site.code());
                  }
                });
      }
    }
    site.rooms()
        .catalog()
        .read(
            handle -> {
              long untold = site.rooms().facts().untold(handle);
              if (untold > 0) {
                missing.add(untold + " facts not told by " + site.code());
              }
              for (PackageId id : packages.values()) {
                for (WorkRow work : site.rooms().catalog().works().list(handle, id)) {
                  missing.add("at " + site.code() + " " + work);
                }
              }
              return true;
            });
  }

  /** Every site says the same of every origin it knows of. */
  private void pictures(List<String> missing) throws Failure {
    Map<SiteCode, Long> epochs = new HashMap<>();
    for (SimulatedSite site : sites) {
      epochs.put(site.code(), site.rooms().catalog().identity().epoch());
    }
    Map<String, List<String>> above = Laws.picture(central(), epochs);
    for (SimulatedSite site : sites.subList(1, sites.size())) {
      Laws.picture(site, epochs)
          .forEach(
              (origin, here) -> {
                if (!here.equals(above.get(origin))) {
                  missing.add(
                      site.code()
                          + " sees of "
                          + origin
                          + ": "
                          + here
                          + ", above it they see "
                          + above.get(origin));
                }
              });
    }
  }
}
