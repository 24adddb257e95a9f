package io.sluice.simulation;

import io.sluice.catalog.Changes;
import io.sluice.catalog.VersionRow;
import io.sluice.content.MemoryDisk;
import io.sluice.database.InMemory;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.PackageId;
import io.sluice.site.SiteCode;
import io.sluice.siteserver.SiteParts;
import io.sluice.transfer.SiteLink;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A machine with a whole site on it: the real rooms, in lives that begin with {@link #start} and
 * end with a death, on a disk, a database and distribution points that outlive them.
 *
 * <p>Faults: death between events and inside of them; with it the loss of power, which takes
 * unforced bytes and names, all of them or some, or only of the process, which takes nothing that
 * was written. A process whose disk fails ends itself, as the server does. Starting can die and
 * fail too. The whole machine but its distribution points can be replaced by an empty one.
 */
final class SimulatedSite {
  /** How long a loop waits at most if nothing wakes it. */
  private static final Duration IDLE_MAX = Duration.ofMinutes(10);

  private static final Duration FAILED_WAIT = Duration.ofSeconds(5);
  private static final int DOWN_MILLIS_MAX = 20_000;

  private final SiteCode code;
  private final Optional<SimulatedSite> parent;
  private final World world;
  private final SplittableRandom random;
  private final SimulatedClock.Offset offset = new SimulatedClock.Offset();
  private final SimulatedLink.Line line = new SimulatedLink.Line();
  private final Map<String, SimulatedPlace.Folder> places = new TreeMap<>();
  private final List<Loop> loops = new ArrayList<>();
  private Deliveries deliveries;
  private Optional<Machine> machine = Optional.empty();
  private int machines;
  private int lives;
  private long diskChanges;
  private Life life;
  private @Nullable SiteRooms rooms;

  /** How a life ends. */
  enum End {
    /** The process ends; what it has written is there. */
    KILLED,
    /** Nothing that was not forced is there. */
    POWER_LOST,
    /** Some of what was not forced is there. */
    POWER_LOST_LATE
  }

  SimulatedSite(SiteCode code, Optional<SimulatedSite> parent, World world) {
    this.code = code;
    this.parent = parent;
    this.world = world;
    this.random = world.random().split();
    this.deliveries = new Deliveries(code.text(), world.published());
    this.life = new Life(code.text(), 0);
    life.end();
  }

  SiteCode code() {
    return code;
  }

  Optional<SimulatedSite> parent() {
    return parent;
  }

  boolean isCentral() {
    return parent.isEmpty();
  }

  boolean lives() {
    return rooms != null && !life.hasEnded();
  }

  Life life() {
    return life;
  }

  SiteRooms rooms() {
    SiteRooms now = rooms;
    if (now == null) {
      throw new IllegalStateException(code + " does not live");
    }
    return now;
  }

  /** Empty until the site has been made. */
  Optional<MemoryDisk> disk() {
    return machine.map(Machine::disk);
  }

  /** Empty until the site has been made. */
  Optional<InMemory> database() {
    return machine.map(Machine::database);
  }

  SimulatedClock.Offset clock() {
    return offset;
  }

  SimulatedLink.Line line() {
    return line;
  }

  Deliveries deliveries() {
    return deliveries;
  }

  /** The distribution points of this machine by name. */
  Map<String, SimulatedPlace.Folder> places() {
    return places;
  }

  /** How many machines the site has had. */
  int machines() {
    return machines;
  }

  long diskChanges() {
    return diskChanges;
  }

  long placeChanges() {
    return places.values().stream().mapToLong(SimulatedPlace.Folder::changes).sum();
  }

  /** What readers get at each distribution point. */
  Map<String, Map<PackageId, SimulatedPlace.Shown>> shown() {
    Map<String, Map<PackageId, SimulatedPlace.Shown>> shown = new TreeMap<>();
    places.forEach((name, folder) -> shown.put(name, folder.shown()));
    return shown;
  }

  /** Says that this, the central, site has published a version. */
  void publish(VersionRow row) throws Failure {
    world.publish(row, rooms().library());
  }

  /** Puts the site on a machine of its own, for the first time or in place of one that is lost. */
  void settle(Machine made) {
    machine = Optional.of(made);
    machines++;
    deliveries = new Deliveries(code.text(), world.published());
    world.log(code + " is settled on machine " + machines);
    start();
  }

  /** The machine and everything on it but the distribution points is gone. */
  void lose() {
    if (machine.isPresent()) {
      end(End.KILLED);
      machine = Optional.empty();
      world.log(code + " has lost its machine");
    }
  }

  boolean isSettled() {
    return machine.isPresent();
  }

  /** Begins a life; if that does not succeed it is tried again later. */
  private void start() {
    Life begun = new Life(code.text(), ++lives);
    life = begun;
    world.log(code + " starts life " + lives);
    alive(
        begun,
        "start",
        () -> {
          SiteRooms opened = open(begun, machine.orElseThrow());
          rooms = opened;
          loops.clear();
          loop("distribute 1", opened::distribute, () -> Optional.of(opened.catalog().changes()));
          loop("distribute 2", opened::distribute, () -> Optional.of(opened.catalog().changes()));
          if (parent.isPresent()) {
            // The parent does not hold requests open here: the child waits, and is woken instead.
            loop(
                "poll", () -> opened.poll().plus(world.weather().untilPoll()), this::parentChanges);
            loop("tell", opened::tell, () -> Optional.of(opened.factChanges()));
          }
          return Duration.ZERO;
        });
  }

  private Optional<Changes> parentChanges() {
    return parent
        .filter(SimulatedSite::lives)
        .map(above -> above.rooms().catalog().assignmentChanges());
  }

  private SiteRooms open(Life begun, Machine on) throws Failure {
    Surroundings around = new Surroundings(world.timeline(), world.weather());
    return SiteRooms.open(
        new SiteParts.Self(
            code, parent.map(SimulatedSite::code), on.signing(), on.authority(), on.trusted()),
        new SiteRooms.Machine(
            new SimulatedDisk(on.disk(), begun, new Witness()),
            libraryFolder(code),
            on.database(),
            new SimulatedClock(world.timeline(), begun, offset),
            random.split()),
        new SiteRooms.Outside(
            parent.map(
                above ->
                    new SimulatedLink(
                        begun,
                        line,
                        new SimulatedLink.Ends(end(above), deliveries, world::forged),
                        around)),
            (name, store) -> new SimulatedPlace(name, folder(name), begun, store, around),
            world.platform()));
  }

  /** Where a site's library lies on its disk. */
  static Path libraryFolder(SiteCode code) {
    return Path.of("/simulated", code.text(), "library");
  }

  private SimulatedPlace.Folder folder(String name) {
    return places.computeIfAbsent(name, each -> new SimulatedPlace.Folder());
  }

  private SimulatedLink.Parent end(SimulatedSite above) {
    return new SimulatedLink.Parent() {
      @Override
      public String code() {
        return above.code.text();
      }

      @Override
      public Optional<SiteLink> desk() {
        return above.lives() ? Optional.of(above.rooms().desk(code)) : Optional.empty();
      }

      @Override
      public void died() {
        above.died(above.life, "answering " + code);
      }
    };
  }

  /** Sees what happens on the disk. */
  private final class Witness implements SimulatedDisk.Witness {
    @Override
    public void reached(String point) {
      if (point.equals("transfer.chunks-durable")) {
        deliveries.committed();
      }
    }

    @Override
    public void changed() {
      diskChanges++;
    }

    @Override
    public void failed() {
      deliveries.lost();
    }
  }

  /** Ends the life now, if there is one. */
  void end(End how) {
    if (lives()) {
      fall(how, "at rest");
    }
  }

  private void died(Life ended, String where) {
    // A machine that was lost meanwhile is not there to fall again.
    if (ended == life && isSettled()) {
      fall(End.values()[random.nextInt(End.values().length)], where);
    }
  }

  private void fall(End how, String where) {
    world.log(code + " " + how + " " + where);
    life.end();
    deliveries.ended();
    SiteRooms dead = rooms;
    rooms = null;
    loops.clear();
    if (dead != null) {
      dead.abandon();
    }
    MemoryDisk disk = machine.orElseThrow().disk();
    long before = disk.usedBytes();
    switch (how) {
      case KILLED -> disk.restart();
      case POWER_LOST -> disk.crash();
      case POWER_LOST_LATE -> disk.crash(random);
    }
    world.tally().add(how.name(), 1);
    world.tally().add(Tally.UNFORCED_BYTES_LOST, before - disk.usedBytes());
    if (how != End.KILLED) {
      deliveries.lost();
    }
    Duration down = Duration.ofMillis(random.nextInt(DOWN_MILLIS_MAX));
    int dying = lives;
    world
        .timeline()
        .in(
            down,
            code + " start",
            () -> {
              if (dying == lives && machine.isPresent()) {
                start();
              }
            });
  }

  private interface Part {
    Duration run() throws Failure, InterruptedException;
  }

  /** Does a part of a life; empty if the life ended meanwhile. */
  private Optional<Duration> alive(Life mine, String what, Part part) {
    try {
      return Optional.of(part.run());
    } catch (Death e) {
      died(mine, what);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts in a simulation", e);
    } catch (Failure e) {
      world.log(code + " " + what + ": " + e.code());
      if (rooms != null && e.code() != Code.DISK_ERROR) {
        return Optional.of(FAILED_WAIT);
      }
      // As the server does: after a failed disk only a new process may go on.
      if (mine == life && isSettled()) {
        fall(End.KILLED, what);
      }
    }
    return Optional.empty();
  }

  /** Somebody asks this site for something; false if that did not succeed. */
  boolean attempt(String what, Timeline.Deed deed) throws InterruptedException {
    if (!lives()) {
      return false;
    }
    Life mine = life;
    try {
      deed.happen();
      return true;
    } catch (Death e) {
      died(mine, what);
    } catch (Failure e) {
      world.log(code + " " + what + ": " + e.code());
    }
    return false;
  }

  private void loop(String name, Part step, Supplier<Optional<Changes>> wakes) {
    Loop loop = new Loop(life, name, step, wakes);
    loops.add(loop);
    loop.due(Duration.ofMillis(random.nextInt(200)));
  }

  /** Wakes the loops that wait for something which has happened. */
  void wake() {
    List.copyOf(loops).forEach(Loop::wake);
  }

  /** A step that is taken again and again, as the server's threads do. */
  private final class Loop {
    private final Life mine;
    private final String owner;
    private final Part step;
    private final Supplier<Optional<Changes>> wakes;
    private long known;
    private long turn;
    private boolean waiting;

    Loop(Life mine, String name, Part step, Supplier<Optional<Changes>> wakes) {
      this.mine = mine;
      this.owner = code + "/" + mine.number() + " " + name;
      this.step = step;
      this.wakes = wakes;
    }

    private long number() {
      return wakes.get().map(Changes::number).orElse(0L);
    }

    void due(Duration wait) {
      long mineToTake = ++turn;
      waiting = true;
      world
          .timeline()
          .in(
              wait,
              owner,
              () -> {
                if (mineToTake == turn) {
                  take();
                }
              });
    }

    void wake() {
      if (waiting && number() > known) {
        known = number();
        due(Duration.ofMillis(1));
      }
    }

    private void take() {
      if (mine.hasEnded()) {
        return;
      }
      waiting = false;
      known = number();
      world.log(owner);
      alive(mine, owner, step)
          .ifPresent(
              wait -> {
                if (!mine.hasEnded()) {
                  due(wait.compareTo(IDLE_MAX) < 0 ? wait : IDLE_MAX);
                }
              });
    }
  }
}
