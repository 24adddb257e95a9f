package io.sluice.distribution;

import io.sluice.catalog.PlaceRow;
import io.sluice.catalog.VersionRow;
import io.sluice.content.Disk;
import io.sluice.distributionpoint.Place;
import io.sluice.distributionpoint.Placed;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.Manifest;
import io.sluice.parallel.Job;
import io.sluice.parallel.Threads;
import io.sluice.status.Event;
import io.sluice.transfer.Receiver;
import io.sluice.transfer.SiteLink;
import io.sluice.trust.Signatures;
import io.sluice.trust.TrustedKeys;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what the planner says. {@link #step} may be called from several threads at once: each
 * call takes only destinations nobody is at. So one that is stuck for hours costs the others
 * nothing as long as there is another caller; {@link #CALLERS} are enough for everything but as
 * many slow destinations appearing at as many different times.
 *
 * <p>Crash points: {@code distribution.fetched} (content durable, not written down), {@code
 * distribution.placed} (readers get it, not written down), {@code distribution.failed} (not written
 * down), {@code distribution.done} (written down).
 */
public final class Distributor {
  /** How many threads a server should let call {@link #step}. */
  public static final int CALLERS = 4;

  /** How many destinations one call serves at once. */
  public static final int LANES_MAX = 32;

  /** The longest wait between looks at what is due. */
  public static final Duration IDLE_MAX = Duration.ofHours(1);

  private static final Logger LOG = LoggerFactory.getLogger(Distributor.class);

  private final Ledgers ledgers;
  private final Means means;
  private final Pace pace;
  private final Threads threads;
  private final Disk disk;
  private final Agenda agenda;
  private final Outcomes outcomes;
  private final Map<PlaceRow, Place> places = new ConcurrentHashMap<>();

  /**
   * What steps are carried out with.
   *
   * @param link the way to the parent; asked for with each fetch, not closed here
   * @param keys the signing keys trusted now
   * @param manifests of this site's library
   * @param places makes the distribution point of a row; each is made once
   */
  public record Means(
      Receiver receiver,
      Supplier<SiteLink> link,
      Supplier<TrustedKeys> keys,
      Manifests manifests,
      Function<PlaceRow, Place> places) {}

  public Distributor(Ledgers ledgers, Means means, Pace pace, Threads threads, Disk disk) {
    this.ledgers = ledgers;
    this.means = means;
    this.pace = pace;
    this.threads = threads;
    this.disk = disk;
    this.agenda = new Agenda(ledgers.catalog());
    this.outcomes = new Outcomes(ledgers, pace);
  }

  /**
   * Does what is due now at destinations nobody is at.
   *
   * @return how long until something may be due, unless the catalog's changes rise before
   * @throws Failure DATABASE_UNAVAILABLE; failures of steps are written down instead
   */
  public Duration step() throws Failure, InterruptedException {
    agenda.refresh();
    List<Job<Integer>> jobs = new ArrayList<>();
    for (String lane : agenda.lanes(pace.clock().now())) {
      jobs.add(() -> run(lane));
    }
    if (!jobs.isEmpty()) {
      int done = 0;
      for (int steps : threads.all(jobs, LANES_MAX)) {
        done += steps;
      }
      agenda.refresh();
      if (done > 0 && !agenda.lanes(pace.clock().now()).isEmpty()) {
        return Duration.ZERO;
      }
    }
    Instant now = pace.clock().now();
    Duration wait = agenda.next(now).map(next -> Duration.between(now, next)).orElse(IDLE_MAX);
    return wait.compareTo(IDLE_MAX) < 0 ? wait : IDLE_MAX;
  }

  /** Does one step after the other in a lane, until none is due. */
  private int run(String lane) throws Failure, InterruptedException {
    int done = 0;
    for (var next = agenda.begin(lane, pace.clock().now());
        next.isPresent();
        next = agenda.begin(lane, pace.clock().now())) {
      Step step = next.get();
      try {
        carryOut(step);
        done++;
        // Before the step is taken back, so that it is not seen as still to be done.
        agenda.refresh();
      } finally {
        agenda.end(step);
      }
    }
    return done;
  }

  private void carryOut(Step step) throws Failure, InterruptedException {
    try {
      switch (step) {
        case Step.Fetch fetch -> fetch(fetch);
        case Step.Place place -> place(place);
      }
    } catch (Failure failure) {
      if (failure.code() == Code.DATABASE_UNAVAILABLE) {
        throw failure;
      }
      LOG.warn("{} failed: {}", step, failure.text());
      LOG.debug("{} failed here", step, failure);
      disk.reached("distribution.failed");
      outcomes.failed(step, failure);
    } catch (IllegalArgumentException | IllegalStateException | NullPointerException defect) {
      // A defect met at one destination is not to stop the others.
      LOG.error("{} met a defect", step, defect);
      outcomes.failed(step, internal(step, defect));
    }
    disk.reached("distribution.done");
  }

  private static Failure internal(Step step, RuntimeException defect) {
    return Failure.permanent(
            Code.INTERNAL,
            "carrying out " + step,
            "a defect: " + defect,
            "look into the log and report it")
        .because(defect);
  }

  private void fetch(Step.Fetch step) throws Failure, InterruptedException {
    VersionRow row = row(step);
    // Verified again: nothing is fetched on the word of a database.
    means
        .receiver()
        .receive(means.link().get(), Signatures.verify(row.signed(), means.keys().get()));
    disk.reached("distribution.fetched");
    outcomes.fetched(step);
    LOG.info("fetched version {} of {}", step.version(), step.id());
  }

  private void place(Step.Place step) throws Failure, InterruptedException {
    VersionRow row = row(step);
    PlaceRow placeRow =
        ledgers
            .read(handle -> ledgers.catalog().places().find(handle, step.place()))
            .orElseThrow(() -> new IllegalStateException("no distribution point " + step.place()));
    Manifest manifest = means.manifests().whole(row.manifest());
    Place place = places.computeIfAbsent(placeRow, means.places());
    Placed placed = place.put(step.id(), step.version(), manifest);
    disk.reached("distribution.placed");
    outcomes.placed(step, new Event.Streams(placed.nativeStreams(), placed.sidecarStreams()));
    LOG.info("placed version {} of {} on {}", step.version(), step.id(), step.place());
  }

  private VersionRow row(Step step) throws Failure {
    return ledgers
        .read(handle -> ledgers.catalog().packages().version(handle, step.id(), step.version()))
        .orElseThrow(
            () -> new IllegalStateException("no version " + step.version() + " of " + step.id()));
  }
}
