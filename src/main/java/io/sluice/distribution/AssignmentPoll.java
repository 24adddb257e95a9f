package io.sluice.distribution;

import io.sluice.catalog.Catalog;
import io.sluice.content.Digest;
import io.sluice.content.Disk;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.site.SiteCode;
import io.sluice.status.Event;
import io.sluice.time.Clock;
import io.sluice.transfer.AssignmentList;
import io.sluice.transfer.SiteLink;
import io.sluice.trust.Signatures;
import io.sluice.trust.TrustedKeys;
import io.sluice.trust.TrustedVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what the parent wants into the catalog. One thread calls {@link #step} again and again.
 *
 * <p>Every record's signature is verified before anything else is done with it. A record that
 * cannot be believed, or would go backwards, is left out and told; it does not hinder the others.
 * Where its package belongs is taken from one that is only old. What the list lacks means nothing.
 * Crash point: {@code distribution.assigned} (believed, not written down).
 */
public final class AssignmentPoll {
  /** How many refused records are remembered, so that each is told once. */
  public static final int REFUSED_MAX = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(AssignmentPoll.class);

  private final Ledgers ledgers;
  private final Supplier<SiteLink> link;
  private final Supplier<TrustedKeys> keys;
  private final Retrying retrying;
  private final Clock clock;
  private final Duration held;
  private final Disk disk;
  private final Map<Digest, Boolean> toldRefused =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Digest, Boolean> eldest) {
          return size() > REFUSED_MAX;
        }
      };
  private String known = "";
  private volatile boolean answered;

  /**
   * @param held how long the parent may hold the request open; zero in a simulation
   */
  public AssignmentPoll(
      Ledgers ledgers,
      Supplier<SiteLink> link,
      Supplier<TrustedKeys> keys,
      Pace pace,
      Duration held,
      Disk disk) {
    this.ledgers = ledgers;
    this.link = link;
    this.keys = keys;
    this.retrying = new Retrying("asking the parent for assignments", pace);
    this.clock = pace.clock();
    this.held = held;
    this.disk = disk;
  }

  /**
   * Asks once and writes down what came.
   *
   * @return how long to wait before the next call: nothing, or more after a failure
   * @throws Failure this site's own DATABASE_UNAVAILABLE; what came is then asked for again
   */
  public Duration step() throws Failure, InterruptedException {
    Optional<AssignmentList> answer = retrying.attempt(() -> link.get().assignments(known, held));
    if (answer.isEmpty()) {
      answered = false;
      return retrying.pause();
    }
    if (answer.get().changed()) {
      take(answer.get());
      known = answer.get().tag();
    }
    if (!answered) {
      fetchAgain();
      answered = true;
    }
    return Duration.ZERO;
  }

  /** True if the parent answered when it was asked last. */
  public boolean answers() {
    return answered;
  }

  /** Why asking fails, if it does. */
  public Optional<ParentTrouble> trouble() {
    return retrying.trouble();
  }

  /** The parent is back: what failed while it was away does not wait any longer. */
  private void fetchAgain() throws Failure {
    Catalog catalog = ledgers.catalog();
    if (ledgers.read(catalog.works()::fetchesWait)) {
      catalog.write(handle -> catalog.works().fetchesDueNow(handle, clock.now()));
    }
  }

  private record Believed(TrustedVersion version, Set<SiteCode> sites) {}

  private record Refusal(Digest record, Failure failure) {}

  private void take(AssignmentList list) throws Failure {
    List<Believed> believed = new ArrayList<>();
    List<Refusal> refused = new ArrayList<>();
    TrustedKeys trusted = keys.get();
    for (AssignmentList.Assignment assignment : list.assignments()) {
      try {
        believed.add(
            new Believed(
                Signatures.verify(assignment.signedRecord(), trusted), assignment.sites()));
      } catch (Failure e) {
        refused.add(new Refusal(Digest.of(assignment.signedRecord()), e));
      }
    }
    disk.reached("distribution.assigned");
    ledgers.write(
        handle -> {
          for (Believed one : believed) {
            store(handle, one).ifPresent(refused::add);
          }
          refused.removeIf(refusal -> toldRefused.containsKey(refusal.record));
          for (Refusal refusal : refused) {
            ledgers
                .facts()
                .append(
                    handle,
                    new Event.Refused(refusal.record.hex(), Outcomes.cause(refusal.failure)));
          }
          return true;
        });
    for (Refusal refusal : refused) {
      toldRefused.put(refusal.record, true);
      LOG.warn("left out an assigned record {}: {}", refusal.record, refusal.failure.text());
    }
  }

  /** An older record than is known here is left out; it still says where the package belongs. */
  private Optional<Refusal> store(Handle handle, Believed one) throws Failure {
    Catalog catalog = ledgers.catalog();
    Optional<Refusal> refused = Optional.empty();
    try {
      catalog.packages().publish(handle, one.version, false);
    } catch (Failure e) {
      if (e.code() != Code.VERSION_WENT_BACKWARDS) {
        throw e;
      }
      refused = Optional.of(new Refusal(Digest.of(one.version.signed()), e));
    }
    for (SiteCode site : one.sites) {
      catalog.assignments().add(handle, one.version.record().subject().id(), site);
    }
    return refused;
  }
}
