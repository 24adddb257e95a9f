package io.sluice.distribution;

import io.sluice.catalog.PlaceRow;
import io.sluice.catalog.VersionRow;
import io.sluice.content.Disk;
import io.sluice.distributionpoint.Place;
import io.sluice.distributionpoint.Placed;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.Manifest;
import io.sluice.status.Event;
import io.sluice.transfer.Receiver;
import io.sluice.transfer.SiteLink;
import io.sluice.trust.Signatures;
import io.sluice.trust.TrustedKeys;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands out what the planner says, one step after the other; who takes a step carries it out in
 * whatever thread, for as long as it takes, and nobody waits for it
 * (docs/design/0012-a-lane-for-each-destination.md). Safe from any thread.
 *
 * <p>Crash points: {@code distribution.fetched} (content durable, not written down), {@code
 * distribution.placed} (readers get it, not written down), {@code distribution.failed} (not written
 * down), {@code distribution.done} (written down).
 */
public final class Distributor {
  /** The longest wait between looks at what is due. */
  public static final Duration IDLE_MAX = Duration.ofHours(1);

  private static final Logger LOG = LoggerFactory.getLogger(Distributor.class);

  private final Ledgers ledgers;
  private final Means means;
  private final Pace pace;
  private final Disk disk;
  private final Agenda agenda;
  private final Outcomes outcomes;
  private final Map<PlaceRow, Place> places = new ConcurrentHashMap<>();
  private final AtomicReference<@Nullable Failure> fatal = new AtomicReference<>();

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

  public Distributor(Ledgers ledgers, Means means, Pace pace, Disk disk) {
    this.ledgers = ledgers;
    this.means = means;
    this.pace = pace;
    this.disk = disk;
    this.agenda = new Agenda(ledgers.catalog());
    this.outcomes = new Outcomes(ledgers, means.manifests, pace);
  }

  /** What is to be done next. */
  public sealed interface Next {}

  /**
   * Nothing for now.
   *
   * @param most until something may be due, unless the catalog's changes rise before
   */
  public record Idle(Duration most) implements Next {}

  /** A step that is begun: it is handed out to nobody else until it was carried out. */
  public final class Due implements Next {
    private final Step step;

    private Due(Step step) {
      this.step = step;
    }

    /** What is done where, for people. */
    public String name() {
      return (step.destination().isEmpty() ? "fetch " : "place " + step.destination() + " ")
          + step.id();
    }

    /**
     * Carries the step out, once; its failure is written down. Returns when it has ended, however
     * long that takes.
     */
    public void carryOut() throws InterruptedException {
      take(step);
    }
  }

  /**
   * Begins the first step that is due at a destination nobody is at.
   *
   * @throws Failure DATABASE_UNAVAILABLE; failures of steps are written down instead
   */
  public Next next() throws Failure {
    Failure ended = fatal.get();
    if (ended != null) {
      throw ended;
    }
    agenda.refresh();
    Instant now = pace.clock().now();
    Optional<Step> first = agenda.begin(now);
    if (first.isPresent()) {
      return new Due(first.get());
    }
    Duration wait = agenda.next(now).map(next -> Duration.between(now, next)).orElse(IDLE_MAX);
    return new Idle(wait.compareTo(IDLE_MAX) < 0 ? wait : IDLE_MAX);
  }

  private void take(Step step) throws InterruptedException {
    try {
      carryOut(step);
      // Before the step is taken back, so that it is not seen as still to be done.
      agenda.refresh();
      agenda.letGo(step);
    } catch (Failure failure) {
      holdBack(step, failure);
    } catch (RuntimeException defect) {
      LOG.error("{} met a defect that could not be written down", step, defect);
      holdBack(step, internal(step, defect));
    } finally {
      agenda.end(step);
      ledgers.catalog().changes().wake();
    }
  }

  /**
   * How the step ended could not be written down, so only memory knows that its destination is to
   * wait.
   */
  private void holdBack(Step step, Failure failure) {
    LOG.warn("{}: how it ended could not be written down: {}", step, failure.text());
    if (failure.code() == Code.DATABASE_UNAVAILABLE && !failure.isTemporary()) {
      fatal.compareAndSet(null, failure);
    }
    Instant now = pace.clock().now();
    agenda.holdBack(step, attempt -> now.plus(pace.after(attempt, failure.isTemporary())));
  }

  /** What is done outside of the ledgers. */
  private interface Movement {
    Ending run() throws Failure, InterruptedException;
  }

  /** How it ended, to be written down. */
  private interface Ending {
    void write() throws Failure, InterruptedException;
  }

  private void carryOut(Step step) throws Failure, InterruptedException {
    VersionRow row =
        ledgers
            .read(handle -> ledgers.catalog().packages().version(handle, step.id(), step.version()))
            .orElseThrow();
    Movement movement = movement(step, row);
    Ending ending;
    try {
      ending = movement.run();
    } catch (Failure failure) {
      // Of the library, the distribution point or the peer, whatever its code: our own database
      // has no part in a movement.
      LOG.warn("{} failed: {}", step, failure.text());
      LOG.debug("{} failed here", step, failure);
      disk.reached("distribution.failed");
      ending = () -> outcomes.failed(step, row.manifest(), failure);
    } catch (RuntimeException defect) {
      // A defect met at one destination is not to stop the others.
      LOG.error("{} met a defect", step, defect);
      ending = () -> outcomes.failed(step, row.manifest(), internal(step, defect));
    }
    ending.write();
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

  private Movement movement(Step step, VersionRow row) throws Failure {
    return switch (step) {
      case Step.Fetch fetch -> () -> fetch(fetch, row);
      case Step.Place place -> {
        Optional<PlaceRow> where =
            ledgers.read(handle -> ledgers.catalog().places().find(handle, place.place()));
        yield () -> place(place, row, where.orElseThrow());
      }
    };
  }

  private Ending fetch(Step.Fetch step, VersionRow row) throws Failure, InterruptedException {
    // Verified again: nothing is fetched on the word of a database.
    means
        .receiver()
        .receive(means.link().get(), Signatures.verify(row.signed(), means.keys().get()));
    disk.reached("distribution.fetched");
    return () -> {
      outcomes.fetched(step);
      LOG.info("fetched version {} of {}", step.version(), step.id());
    };
  }

  private Ending place(Step.Place step, VersionRow row, PlaceRow where)
      throws Failure, InterruptedException {
    Manifest manifest = means.manifests().whole(row.manifest());
    Place place = places.computeIfAbsent(where, means.places());
    Placed placed = place.put(step.id(), step.version(), manifest);
    disk.reached("distribution.placed");
    return () -> {
      outcomes.placed(step, new Event.Streams(placed.nativeStreams(), placed.sidecarStreams()));
      LOG.info("placed version {} of {} on {}", step.version(), step.id(), step.place());
    };
  }
}
