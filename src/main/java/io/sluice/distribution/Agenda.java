package io.sluice.distribution;

import io.sluice.catalog.Assignments;
import io.sluice.catalog.Catalog;
import io.sluice.catalog.Packages;
import io.sluice.catalog.PlaceRow;
import io.sluice.catalog.VersionRow;
import io.sluice.catalog.WorkRow;
import io.sluice.failure.Failure;
import io.sluice.manifest.PackageId;
import io.sluice.site.SiteCode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;

/**
 * What is missing at this site, read anew only where the catalog has changed, and which steps are
 * being carried out. At most one step at a distribution point, one fetch of a package and {@link
 * #FETCHES_MAX} fetches are out at once, each handed out to one caller: neither kind takes the
 * other's turn, nor one distribution point another's. A version that is published while an earlier
 * one of its package is being fetched waits for it: most of it is the same content. Safe from any
 * thread.
 */
final class Agenda {
  /** How many versions are fetched at once: more than one, so that a huge one is not in the way. */
  static final int FETCHES_MAX = 4;

  private final Catalog catalog;
  private final SiteCode here;
  private final Map<PackageId, Slice.Wanted> open = new TreeMap<>();
  private final Set<String> busyPlaces = new HashSet<>();
  private final Set<PackageId> fetching = new HashSet<>();
  private final Map<String, HeldBack> heldBack = new HashMap<>();
  private List<String> places = List.of();
  private long known;

  Agenda(Catalog catalog) {
    this.catalog = catalog;
    this.here = catalog.identity().code();
  }

  /** Reads what has changed since the last time. */
  synchronized void refresh() throws Failure {
    Read read = catalog.read(this::read);
    places = read.places;
    for (PackageId id : read.changed) {
      open.remove(id);
    }
    for (Slice.Wanted wanted : read.wanted) {
      if (!Planner.missing(new Slice(here, List.of(wanted), places)).isEmpty()) {
        open.put(wanted.id(), wanted);
      }
    }
    known = read.number;
  }

  private record Read(
      long number, List<PackageId> changed, List<Slice.Wanted> wanted, List<String> places) {}

  private Read read(Handle handle) {
    Packages.Changed changed = catalog.packages().changedSince(handle, known);
    List<Slice.Wanted> wanted = new ArrayList<>();
    for (PackageId id : changed.packages()) {
      wanted(handle, id).ifPresent(wanted::add);
    }
    return new Read(
        changed.number(),
        changed.packages(),
        wanted,
        catalog.places().list(handle).stream().map(PlaceRow::name).toList());
  }

  private Optional<Slice.Wanted> wanted(Handle handle, PackageId id) {
    Assignments.Audience audience = catalog.assignments().audience(handle, id);
    if (audience.isEmpty()) {
      return Optional.empty();
    }
    Set<Slice.Version> versions = new HashSet<>();
    for (Optional<VersionRow> row :
        List.of(catalog.packages().newest(handle, id), catalog.packages().newestHeld(handle, id))) {
      row.ifPresent(version -> versions.add(new Slice.Version(version.version(), version.held())));
    }
    Map<String, Integer> present = new HashMap<>();
    catalog
        .places()
        .presences(handle, id)
        .forEach(presence -> present.put(presence.place(), presence.version()));
    Map<Slice.Attempted, Instant> notBefore = new HashMap<>();
    for (WorkRow work : catalog.works().list(handle, id)) {
      notBefore.put(
          new Slice.Attempted(work.key().version(), work.key().destination()), work.notBefore());
    }
    return Optional.of(
        new Slice.Wanted(
            id,
            audience.includes(here),
            // Whoever it is assigned to stands here or below: nobody else is assigned anything
            // here.
            true,
            List.copyOf(versions),
            present,
            notBefore));
  }

  /** Hands out the first step that is due at a destination nobody is at. */
  synchronized Optional<Step> begin(Instant now) {
    Optional<Step> first =
        Planner.plan(slice(), now).stream().filter(step -> isFree(step, now)).findFirst();
    first.ifPresent(
        step -> {
          if (step.destination().isEmpty()) {
            fetching.add(step.id());
          } else {
            busyPlaces.add(step.destination());
          }
        });
    return first;
  }

  private boolean isFree(Step step, Instant now) {
    HeldBack back = heldBack.get(step.destination());
    if (back != null && !Planner.isDue(back.until, now)) {
      return false;
    }
    return step.destination().isEmpty()
        ? fetching.size() < FETCHES_MAX && !fetching.contains(step.id())
        : !busyPlaces.contains(step.destination());
  }

  private record HeldBack(int attempt, Instant until) {}

  /**
   * Lets nothing begin at the step's destination for a while: for what cannot be written down.
   *
   * @param until when it may, by how often it was held back in a row
   */
  synchronized void holdBack(Step step, IntFunction<Instant> until) {
    HeldBack before = heldBack.get(step.destination());
    int attempt = before == null ? 1 : before.attempt + 1;
    heldBack.put(step.destination(), new HeldBack(attempt, until.apply(attempt)));
  }

  /** What came of a step was written down. */
  synchronized void letGo(Step step) {
    heldBack.remove(step.destination());
  }

  /** Takes a step back, however it ended. */
  synchronized void end(Step step) {
    if (step.destination().isEmpty()) {
      fetching.remove(step.id());
    } else {
      busyPlaces.remove(step.destination());
    }
  }

  /** When the next step becomes due; what is out or due now does not count. */
  synchronized Optional<Instant> next(Instant now) {
    return Stream.concat(
            Planner.next(slice(), now).stream(),
            heldBack.values().stream()
                .map(HeldBack::until)
                .filter(until -> !Planner.isDue(until, now)))
        .min(Comparator.naturalOrder());
  }

  private Slice slice() {
    return new Slice(here, List.copyOf(open.values()), places);
  }
}
