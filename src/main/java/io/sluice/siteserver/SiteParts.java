package io.sluice.siteserver;

import io.sluice.capture.Capture;
import io.sluice.catalog.PlaceRow;
import io.sluice.content.Disk;
import io.sluice.content.Library;
import io.sluice.database.Database;
import io.sluice.distribution.AssignmentPoll;
import io.sluice.distribution.ChildDesk;
import io.sluice.distribution.Distributor;
import io.sluice.distribution.EnrolmentDesk;
import io.sluice.distribution.FactCourier;
import io.sluice.distribution.Ledgers;
import io.sluice.distribution.Manifests;
import io.sluice.distribution.Pace;
import io.sluice.distribution.PackageDesk;
import io.sluice.distribution.StatusDesk;
import io.sluice.distributionpoint.Place;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Platform;
import io.sluice.parallel.Threads;
import io.sluice.site.SiteCode;
import io.sluice.time.Backoff;
import io.sluice.time.Clock;
import io.sluice.transfer.Receiver;
import io.sluice.transfer.Sender;
import io.sluice.transfer.SiteLink;
import io.sluice.trust.Authority;
import io.sluice.trust.Signer;
import io.sluice.trust.TrustedKeys;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * A whole site but for its doors and threads: everything that decides, stores, sends and places,
 * wired over the seams it is given. The server puts sockets and loops around it, the simulation a
 * clock, a disk and links of its own.
 *
 * @param distributor carries out what is due
 * @param upward asks the parent what is wanted and tells it what happened
 * @param library not closed here
 */
public record SiteParts(
    Ledgers ledgers,
    Desks desks,
    Receiver receiver,
    Distributor distributor,
    Upward upward,
    Library library) {
  /** How failed work is paced. */
  static final Backoff BACKOFF = new Backoff(Duration.ofMillis(500), Duration.ofMinutes(5));

  /** How asking a parent that does not answer is paced: it is back soon after the line is. */
  static final Backoff PARENT_BACKOFF = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(15));

  /** Where non-determinism enters. */
  public record Seams(
      Clock clock, RandomGenerator random, Disk disk, Threads threads, Platform platform) {}

  /** What the site keeps. */
  public record Holdings(Library library, Database database, List<Path> ownFolders) {}

  /**
   * Who the site is.
   *
   * @param keys the signing keys trusted here
   */
  public record Self(
      SiteCode site,
      Optional<SiteCode> parent,
      Signer signer,
      Authority authority,
      TrustedKeys keys) {}

  /** What answers administrators and children. */
  public record Desks(
      PackageDesk packages, StatusDesk status, ChildDesk children, EnrolmentDesk enrolment) {}

  /** The way up; both parts are missing at the top of the tree. */
  public record Upward(Optional<AssignmentPoll> poll, Optional<FactCourier> courier) {}

  /** The outside of a site: its parent and its distribution points. */
  public record Outside(
      Optional<SiteLink> parent, Duration held, Function<PlaceRow, Place> places) {}

  /** Wires a site. */
  public static SiteParts of(Seams seams, Holdings holdings, Self self, Outside outside)
      throws Failure {
    Clock clock = seams.clock;
    Disk disk = seams.disk;
    Library library = holdings.library;
    Ledgers ledgers = Ledgers.open(holdings.database, self.site, self.parent, clock);
    Pace pace = new Pace(clock, BACKOFF, seams.random);
    Manifests manifests = new Manifests(library);
    Receiver receiver = new Receiver(library, disk, clock);
    Capture capture = new Capture(seams.platform, seams.threads, library, clock);
    Desks desks =
        new Desks(
            new PackageDesk(ledgers, capture, self.signer, holdings.ownFolders, clock, disk),
            new StatusDesk(ledgers),
            new ChildDesk(
                ledgers,
                new ChildDesk.Store(manifests, new Sender(library)),
                () -> self.keys,
                pace,
                disk),
            new EnrolmentDesk(
                ledgers,
                new EnrolmentDesk.Credentials(self.authority, () -> self.keys),
                clock,
                seams.random));
    Distributor.Means means =
        new Distributor.Means(
            receiver,
            () -> outside.parent.orElseThrow(() -> new IllegalStateException("no parent")),
            () -> self.keys,
            manifests,
            outside.places);
    Distributor distributor = new Distributor(ledgers, means, pace, disk);
    return new SiteParts(
        ledgers,
        desks,
        receiver,
        distributor,
        upward(ledgers, self, outside, new Pace(clock, PARENT_BACKOFF, seams.random), disk),
        library);
  }

  /**
   * What is to be done next; who gets a step carries it out.
   *
   * @throws Failure DATABASE_UNAVAILABLE; DISK_ERROR, permanent, if the library has stopped: steps
   *     write their failures down, but from then on only a new process may go on
   */
  Distributor.Next next() throws Failure {
    library.requireWritable();
    return distributor.next();
  }

  /** Does in this thread all that is due, and says how long until something may be. */
  public Duration distribute() throws Failure, InterruptedException {
    while (true) {
      switch (next()) {
        case Distributor.Due due -> due.carryOut();
        case Distributor.Idle idle -> {
          return idle.most();
        }
      }
    }
  }

  private static Upward upward(Ledgers ledgers, Self self, Outside outside, Pace pace, Disk disk) {
    if (outside.parent.isEmpty()) {
      return new Upward(Optional.empty(), Optional.empty());
    }
    SiteLink link = outside.parent.get();
    return new Upward(
        Optional.of(
            new AssignmentPoll(ledgers, () -> link, () -> self.keys, pace, outside.held, disk)),
        Optional.of(new FactCourier(ledgers, () -> link, pace, disk)));
  }
}
