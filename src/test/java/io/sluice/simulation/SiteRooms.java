package io.sluice.simulation;

import io.sluice.catalog.Catalog;
import io.sluice.catalog.Changes;
import io.sluice.catalog.PlaceRow;
import io.sluice.content.ChunkStore;
import io.sluice.content.Disk;
import io.sluice.content.Library;
import io.sluice.database.Database;
import io.sluice.database.InMemory;
import io.sluice.distribution.EnrolmentDesk;
import io.sluice.distribution.PackageDesk;
import io.sluice.distributionpoint.Place;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Platform;
import io.sluice.parallel.CallerThread;
import io.sluice.parallel.Threads;
import io.sluice.site.SiteCode;
import io.sluice.siteserver.SiteParts;
import io.sluice.status.Facts;
import io.sluice.time.Clock;
import io.sluice.transfer.SiteLink;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The rooms of one site, wired by the server's own {@link SiteParts}, in one thread. No faults of
 * its own: they come through what it is given.
 */
final class SiteRooms {
  private final SiteParts parts;

  private SiteRooms(SiteParts parts) {
    this.parts = parts;
  }

  /** What the site runs on. */
  record Machine(Disk disk, Path library, InMemory database, Clock clock, RandomGenerator random) {}

  /** Makes a distribution point. */
  @FunctionalInterface
  interface Places {
    Place of(String name, ChunkStore store);
  }

  /** What is around the site. */
  record Outside(Optional<SiteLink> link, Places places, Platform platform) {}

  /** Opens library and ledgers, whatever state the last life left them in. */
  static SiteRooms open(SiteParts.Self self, Machine machine, Outside outside) throws Failure {
    Threads threads = new CallerThread();
    Library library = Library.open(machine.disk, machine.library, threads);
    return new SiteRooms(
        SiteParts.of(
            new SiteParts.Seams(
                machine.clock, machine.random, machine.disk, threads, outside.platform),
            new SiteParts.Holdings(
                library, Database.open(machine.database), List.of(machine.library)),
            self,
            new SiteParts.Outside(
                outside.link,
                Duration.ZERO,
                (PlaceRow row) -> outside.places.of(row.name(), library))));
  }

  /** Lets go of native memory; the disk is not touched, because the process is dead. */
  void abandon() {
    try {
      parts.library().close();
    } catch (Death | Failure | RuntimeException e) {
      // Sealing packs is what a dead process cannot do, whatever it had begun.
      return;
    }
  }

  Catalog catalog() {
    return parts.ledgers().catalog();
  }

  Facts facts() {
    return parts.ledgers().facts();
  }

  Changes factChanges() {
    return parts.ledgers().factChanges();
  }

  Library library() {
    return parts.library();
  }

  PackageDesk packages() {
    return parts.desks().packages();
  }

  EnrolmentDesk enrolment() {
    return parts.desks().enrolment();
  }

  SiteLink desk(SiteCode child) {
    return parts.desks().children().linkFor(child);
  }

  Duration distribute() throws Failure, InterruptedException {
    return parts.distribute();
  }

  Duration poll() throws Failure, InterruptedException {
    return parts.upward().poll().orElseThrow().step();
  }

  Duration tell() throws Failure, InterruptedException {
    return parts.upward().courier().orElseThrow().step();
  }
}
