package io.sluice.simulation;

import io.sluice.content.MemoryDisk;
import io.sluice.database.InMemory;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What goes wrong during a run, drawn from the seed: deaths between and inside of operations, at a
 * disk operation, at a named durable point, at a step through another seam; disks that fail or are
 * full for a while; databases that fail at a write; lines that are down and distribution points
 * that are away or full for a while; clocks that are set.
 *
 * <p>Not among them: bytes that change on a disk at rest. A held version is then not whole, which
 * is the law that is checked, and nothing fetches the content of a held version again yet. What
 * reading does about damage is tested by LibraryFaultPropertyTest and ReceiverTest.
 */
final class Troubles {
  private static final int TROUBLES_MAX = 40;
  private static final int SOON_MILLIS_MAX = 15_000;
  private static final int WHILE_SECONDS_MAX = 60;
  private static final int CLOCK_SECONDS_MAX = 3 * 86_400;

  /** Named points at which a site may die; docs/operations/crash-points.md lists them. */
  private static final List<String> POINTS =
      List.of(
          "capture.chunks-durable",
          "capture.manifest-durable",
          "content.frame-appended",
          "content.pack-written",
          "content.pack-forced",
          "content.pack-renamed",
          "content.packs-folder-forced",
          "content.document-written",
          "content.document-forced",
          "content.document-renamed",
          "content.document-folder-forced",
          "transfer.manifest-durable",
          "transfer.segment-stored",
          "transfer.chunks-durable",
          "distribution.assigned",
          "distribution.fetched",
          "distribution.placed",
          "distribution.failed",
          "distribution.done",
          "distribution.facts-told",
          "distribution.facts-taken",
          "catalog.version-row-before",
          "catalog.version-row-after");

  private final World world;
  private final List<SimulatedSite> sites;
  private final RandomGenerator random;
  private boolean over;

  Troubles(World world, List<SimulatedSite> sites) {
    this.world = world;
    this.sites = sites;
    this.random = world.random().split();
  }

  /** Plans what goes wrong until then: at any time, and soon after there is something to send. */
  void plan(Duration until) {
    int troubles = random.nextInt(TROUBLES_MAX);
    for (int i = 0; i < troubles; i++) {
      Duration when = Duration.ofMillis(random.nextLong(until.toMillis()));
      world.timeline().in(when, "trouble", this::strike);
    }
    int readiness = random.nextInt(4);
    world.onPublish(
        () -> {
          for (int i = random.nextInt(readiness + 1); i > 0; i--) {
            Duration soon = Duration.ofMillis(random.nextInt(SOON_MILLIS_MAX));
            world.timeline().in(soon, "trouble", this::strike);
          }
        });
  }

  /** Ends everything that lasts; what has happened has happened. */
  void end() {
    over = true;
    world.weather().calm();
    for (SimulatedSite site : sites) {
      site.line().down(false);
      site.disk().ifPresent(Troubles::end);
      site.database().ifPresent(database -> database.faultAt(Long.MAX_VALUE, InMemory.Fate.DONE));
      site.life().endAtStep(Long.MAX_VALUE);
      site.places().values().forEach(place -> place.away(false));
      site.places().values().forEach(place -> place.full(false));
    }
  }

  private static void end(MemoryDisk disk) {
    disk.capacity(Long.MAX_VALUE);
    disk.failAt(Long.MAX_VALUE, MemoryDisk.Fault.STOP);
    for (String point : POINTS) {
      disk.stopAtPoint(point, Integer.MAX_VALUE);
    }
  }

  private void strike() {
    SimulatedSite site = sites.get(random.nextInt(sites.size()));
    if (over || site.disk().isEmpty()) {
      return;
    }
    int which = random.nextInt(15);
    world.log("trouble " + which + " at " + site.code());
    MemoryDisk disk = site.disk().get();
    switch (which) {
      case 0 -> site.end(SimulatedSite.End.KILLED);
      case 1 -> site.end(SimulatedSite.End.POWER_LOST);
      case 2 -> site.end(SimulatedSite.End.POWER_LOST_LATE);
      case 3, 4 -> disk.failAt(random.nextInt(1, 80), MemoryDisk.Fault.STOP);
      case 5 -> site.life().endAtStep(random.nextInt(1, 60));
      case 6, 7 ->
          disk.stopAtPoint(POINTS.get(random.nextInt(POINTS.size())), random.nextInt(1, 4));
      case 8 -> disk.failAt(random.nextInt(1, 60), MemoryDisk.Fault.DISK_ERROR);
      case 9 -> fill(site, disk);
      case 10 -> {
        site.line().down(true);
        later(() -> site.line().down(false));
      }
      case 11 -> {
        site.places().values().forEach(place -> place.away(true));
        later(() -> site.places().values().forEach(place -> place.away(false)));
      }
      case 12, 13 -> {
        InMemory.Fate fate = which == 12 ? InMemory.Fate.UNDONE : InMemory.Fate.DONE_UNHEARD;
        site.database().orElseThrow().faultAt(random.nextInt(1, 12), fate);
        world.tally().add(fate.name(), 1);
      }
      default -> {
        int seconds = random.nextInt(-CLOCK_SECONDS_MAX, CLOCK_SECONDS_MAX);
        site.clock().set(Duration.ofSeconds(seconds));
      }
    }
  }

  private void fill(SimulatedSite site, MemoryDisk disk) {
    if (random.nextBoolean()) {
      site.places().values().forEach(place -> place.full(true));
      later(() -> site.places().values().forEach(place -> place.full(false)));
    } else if (random.nextBoolean()) {
      disk.failAt(random.nextInt(1, 60), MemoryDisk.Fault.NO_SPACE);
    } else {
      disk.capacity(random.nextInt(80 << 20));
      later(() -> disk.capacity(Long.MAX_VALUE));
    }
  }

  private void later(Runnable end) {
    Duration wait = Duration.ofSeconds(random.nextInt(1, WHILE_SECONDS_MAX));
    world.timeline().in(wait, "trouble ends", end::run);
  }
}
