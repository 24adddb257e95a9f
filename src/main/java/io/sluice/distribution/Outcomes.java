package io.sluice.distribution;

import io.sluice.catalog.Catalog;
import io.sluice.catalog.VersionRow;
import io.sluice.catalog.WorkRow;
import io.sluice.content.Digest;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.PackageId;
import io.sluice.status.Event;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Writes down how a step ended, with the fact that tells it, in one transaction. */
final class Outcomes {
  private final Ledgers ledgers;
  private final Manifests manifests;
  private final Pace pace;

  Outcomes(Ledgers ledgers, Manifests manifests, Pace pace) {
    this.ledgers = ledgers;
    this.manifests = manifests;
    this.pace = pace;
  }

  /** The version's content is durable in the library. */
  void fetched(Step.Fetch step) throws Failure {
    Catalog catalog = ledgers.catalog();
    ledgers.write(
        handle -> {
          catalog.packages().setHeld(handle, step.id(), step.version(), true);
          catalog.works().done(handle, step.key());
          return ledgers.facts().append(handle, new Event.Held(step.id(), step.version()));
        });
  }

  /** The distribution point shows the version, read back. */
  void placed(Step.Place step, Event.Streams streams) throws Failure {
    Catalog catalog = ledgers.catalog();
    ledgers.write(
        handle -> {
          catalog
              .places()
              .present(handle, step.id(), step.place(), step.version(), pace.clock().now());
          catalog.works().done(handle, step.key());
          return ledgers
              .facts()
              .append(handle, new Event.Placed(step.id(), step.version(), step.place(), streams));
        });
  }

  /**
   * The step failed. It is tried again after a wait that grows; the first failure, the 2nd, 4th,
   * 8th and so on, and every change of the code are told. If a later version has arrived there
   * meanwhile the step is never tried again, and nothing is left to be remembered.
   *
   * @param manifest of the step's version
   */
  void failed(Step step, Digest manifest, Failure failure) throws Failure, InterruptedException {
    Optional<Manifests.Needed> damaged =
        damaged(failure) ? Optional.of(manifests.needed(manifest)) : Optional.empty();
    ledgers.write(
        handle -> {
          Failure told =
              damaged.isPresent() && !manifests.isHeld(damaged.get())
                  ? repair(handle, step, failure)
                  : failure;
          if (isOvertaken(handle, step)) {
            ledgers.catalog().works().done(handle, step.key());
            return 0;
          }
          Optional<WorkRow> before = ledgers.catalog().works().find(handle, step.key());
          int attempt = before.map(WorkRow::attempt).orElse(0) + 1;
          Duration wait = pace.after(attempt, told.isTemporary());
          Instant notBefore = pace.clock().now().plus(wait);
          WorkRow.LastError error = WorkRow.LastError.of(told);
          ledgers
              .catalog()
              .works()
              .failed(handle, new WorkRow(step.key(), attempt, notBefore, error));
          boolean sameCode = before.isPresent() && before.get().error().code().equals(error.code());
          if (Integer.bitCount(attempt) == 1 || !sameCode) {
            ledgers
                .facts()
                .append(
                    handle,
                    new Event.Failed(step.id(), step.version(), step.destination(), cause(told)));
          }
          return attempt;
        });
  }

  private boolean isOvertaken(Handle handle, Step step) {
    Catalog catalog = ledgers.catalog();
    return switch (step) {
      case Step.Fetch fetch ->
          catalog
              .packages()
              .newestHeld(handle, fetch.id())
              .filter(held -> held.version() > fetch.version())
              .isPresent();
      case Step.Place place ->
          catalog.places().presences(handle, place.id()).stream()
              .filter(presence -> presence.place().equals(place.place()))
              .anyMatch(presence -> presence.version() > place.version());
    };
  }

  /**
   * Content that is not what it should be was met while it was sent to a child. If the library
   * holds all of it by now, it was mended meanwhile, and nothing is to be done: what mends it
   * stores it first and writes it down after.
   */
  void damagedWhileServing(Digest manifest, Failure failure) throws Failure, InterruptedException {
    Manifests.Needed needed = manifests.needed(manifest);
    ledgers.write(
        handle -> {
          if (manifests.isHeld(needed)) {
            return 0;
          }
          List<VersionRow> versions = ledgers.catalog().packages().heldWith(handle, manifest);
          for (VersionRow version : versions) {
            Step step = new Step.Fetch(version.id(), version.version());
            Failure told = repair(handle, step, failure);
            ledgers
                .facts()
                .append(handle, new Event.Failed(version.id(), version.version(), "", cause(told)));
          }
          return versions.size();
        });
  }

  static boolean damaged(Failure failure) {
    return failure.code() == Code.CONTENT_CORRUPT || failure.code() == Code.CONTENT_MISSING;
  }

  static Event.Cause cause(Failure failure) {
    return new Event.Cause(failure.code().id(), failure.text());
  }

  /** Content is damaged: what is not held is fetched again, or captured again where it was made. */
  private Failure repair(Handle handle, Step step, Failure failure) {
    Catalog catalog = ledgers.catalog();
    catalog.packages().setHeld(handle, step.id(), step.version(), false);
    PackageId id = step.id();
    String next =
        id.site().equals(catalog.identity().code().text())
            ? "update " + id + ": its source is read again and what is damaged is stored anew"
            : "nothing to do: what is damaged is fetched again from the parent";
    return Failure.temporary(failure.code(), failure.what(), failure.why(), next)
        .about(failure.items())
        .because(failure);
  }
}
