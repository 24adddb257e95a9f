package io.sluice.distribution;

import io.sluice.catalog.Assignments;
import io.sluice.catalog.Catalog;
import io.sluice.catalog.VersionRow;
import io.sluice.content.Digest;
import io.sluice.content.Disk;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.Manifest;
import io.sluice.site.SiteCode;
import io.sluice.site.SiteTree;
import io.sluice.time.Clock;
import io.sluice.transfer.AssignmentList;
import io.sluice.transfer.Ordinals;
import io.sluice.transfer.Sender;
import io.sluice.transfer.SiteLink;
import io.sluice.trust.TrustedKeys;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;

/**
 * Answers the children of this site: the parent's side of their links. Safe from any thread.
 *
 * <p>A version is offered once its content is here. What is not assigned to a child's subtree and
 * what is not held get the same answer. Crash points: {@code distribution.facts-taken} (a child's
 * facts are durable, not acknowledged).
 */
public final class ChildDesk {
  private final Ledgers ledgers;
  private final Supplier<TrustedKeys> keys;
  private final Manifests manifests;
  private final Sender sender;
  private final Clock clock;
  private final Disk disk;
  private final Offers offers;
  private final Outcomes outcomes;
  private final Map<SiteCode, LongAdder> sentBytes = new ConcurrentHashMap<>();

  /** What is served from. */
  public record Store(Manifests manifests, Sender sender) {}

  /**
   * @param keys trusted here: this site's own and its ancestors'
   */
  public ChildDesk(Ledgers ledgers, Store store, Supplier<TrustedKeys> keys, Pace pace, Disk disk) {
    this.ledgers = ledgers;
    this.keys = keys;
    this.manifests = store.manifests;
    this.sender = store.sender;
    this.clock = pace.clock();
    this.disk = disk;
    this.offers = new Offers(ledgers.catalog());
    this.outcomes = new Outcomes(ledgers, store.manifests, pace);
  }

  /** This site's side of the link of one child, which is who it says it is. */
  public SiteLink linkFor(SiteCode child) {
    return new Desk(child);
  }

  /** Encoded bytes of chunks sent to each child since the start of this process. */
  public Map<SiteCode, Long> sentBytes() {
    Map<SiteCode, Long> sums = new TreeMap<>();
    sentBytes.forEach((child, sum) -> sums.put(child, sum.sum()));
    return sums;
  }

  private final class Desk implements SiteLink {
    private final SiteCode child;

    Desk(SiteCode child) {
      this.child = child;
    }

    @Override
    public String peer() {
      return "site " + ledgers.catalog().identity().code();
    }

    @Override
    public AssignmentList assignments(String known, Duration most)
        throws Failure, InterruptedException {
      Duration bound = most.compareTo(HELD_MOST) < 0 ? most : HELD_MOST;
      long end = clock.nanos() + bound.toNanos();
      while (true) {
        // The number first: a change between the two is then not slept through.
        long number = ledgers.catalog().assignmentChanges().number();
        AssignmentList list = asked(() -> offers.to(child));
        if (!list.tag().equals(known)) {
          return list;
        }
        Duration left = Duration.ofNanos(end - clock.nanos());
        if (left.isNegative()
            || left.isZero()
            || !ledgers.catalog().assignmentChanges().await(number, left)) {
          return new AssignmentList(known, false, java.util.List.of());
        }
      }
    }

    @Override
    public byte[] manifest(Digest manifest, int bytesMax) throws Failure, InterruptedException {
      requireOffered(manifest);
      byte[] stored = served(manifest, () -> manifests.stored(manifest));
      if (stored.length > bytesMax) {
        throw Failure.permanent(
            Code.MANIFEST_TOO_LARGE,
            "sending manifest " + manifest + " to site " + child,
            "it has " + stored.length + " bytes, the child takes " + bytesMax,
            "capture the package in parts");
      }
      return stored;
    }

    @Override
    public void chunks(Digest manifest, Ordinals wanted, SegmentSink sink)
        throws Failure, InterruptedException {
      requireOffered(manifest);
      LongAdder sum = sentBytes.computeIfAbsent(child, code -> new LongAdder());
      Manifest chunks = served(manifest, () -> manifests.chunksOnly(manifest));
      Sender.Sent sent =
          sender.send(
              chunks,
              wanted,
              segment -> {
                sink.accept(segment);
                sum.add(segment.stored().length);
              });
      if (sent.notHeld() > 0) {
        damaged(
            manifest,
            Failure.temporary(
                Code.CONTENT_MISSING,
                "sending chunks of manifest " + manifest + " to site " + child,
                sent.notHeld() + " chunks are damaged or missing here",
                "see the package's status"));
      }
    }

    @Override
    public void tell(byte[] factLines) throws Failure, InterruptedException {
      Catalog catalog = ledgers.catalog();
      asked(
          () ->
              ledgers.write(
                  handle -> {
                    SiteTree below = catalog.sites().tree(handle, child);
                    Map<SiteCode, SiteCode> joined =
                        ledgers
                            .facts()
                            .accept(handle, factLines, below, site -> isKnown(handle, site));
                    joined.forEach((site, parent) -> catalog.sites().joined(handle, site, parent));
                    return joined.size();
                  }));
      disk.reached("distribution.facts-taken");
    }

    @Override
    public void close() {
      // Nothing of its own.
    }

    private void requireOffered(Digest manifest) throws Failure, InterruptedException {
      boolean offered =
          asked(
              () ->
                  ledgers.read(
                      handle -> {
                        Catalog catalog = ledgers.catalog();
                        Set<SiteCode> below = catalog.sites().tree(handle, child).sites();
                        for (VersionRow version : catalog.packages().heldWith(handle, manifest)) {
                          Assignments.Audience audience =
                              catalog.assignments().audience(handle, version.id());
                          if (!Offers.within(audience, below).isEmpty()) {
                            return true;
                          }
                        }
                        return false;
                      }));
      if (!offered) {
        throw notOffered(manifest);
      }
    }

    /** Temporary: what is damaged here, or not here yet, is offered later. */
    private Failure notOffered(Digest manifest) {
      return Failure.temporary(
          Code.NOT_FOUND,
          "asking " + peer() + " for manifest " + manifest,
          "it is not assigned to site " + child + " or one below it, or not held at " + peer(),
          "nothing to do: it is asked for again; see the package's status at " + peer());
    }

    /** Here, below, or above: an ancestor's code is taken as well. */
    private boolean isKnown(Handle handle, SiteCode site) {
      Catalog catalog = ledgers.catalog();
      return catalog.sites().isKnown(handle, site)
          || catalog.identity().parent().equals(Optional.of(site))
          || keys.get().sites().contains(site);
    }

    private <T> T served(Digest manifest, Asked<T> asked) throws Failure, InterruptedException {
      try {
        return asked.run();
      } catch (Failure e) {
        if (!Outcomes.damaged(e)) {
          throw e;
        }
        damaged(manifest, e);
        throw notOffered(manifest);
      }
    }

    private void damaged(Digest manifest, Failure failure) throws Failure, InterruptedException {
      asked(
          () -> {
            outcomes.damagedWhileServing(manifest, failure);
            return true;
          });
    }

    /** A database of ours that is away is to the child a parent that refuses for now. */
    private <T> T asked(Asked<T> asked) throws Failure, InterruptedException {
      try {
        return asked.run();
      } catch (Failure e) {
        if (e.code() != Code.DATABASE_UNAVAILABLE) {
          throw e;
        }
        throw Failure.temporary(
                Code.PARENT_REFUSED,
                "asking " + peer(),
                "its database cannot be used at the moment",
                "nothing to do: it is asked again; look into the log of " + peer())
            .because(e);
      }
    }
  }

  private interface Asked<T> {
    T run() throws Failure, InterruptedException;
  }
}
