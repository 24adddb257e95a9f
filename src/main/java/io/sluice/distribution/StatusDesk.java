package io.sluice.distribution;

import io.sluice.catalog.Assignments;
import io.sluice.catalog.Catalog;
import io.sluice.catalog.PackageRow;
import io.sluice.catalog.SiteRow;
import io.sluice.catalog.VersionRow;
import io.sluice.catalog.WorkRow;
import io.sluice.failure.Failure;
import io.sluice.manifest.PackageId;
import io.sluice.site.SiteCode;
import io.sluice.status.Event;
import io.sluice.status.Fact;
import io.sluice.status.Picture;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** Where everything stands, at this site and below it, for people. Safe from any thread. */
public final class StatusDesk {
  private final Ledgers ledgers;

  public StatusDesk(Ledgers ledgers) {
    this.ledgers = ledgers;
  }

  /** How far a version is at a destination. */
  public enum Condition {
    /** Nothing was heard of it yet. */
    WAITING,
    /** Its content is in the site's library. */
    HELD,
    /** The distribution point shows it, read back. */
    PLACED,
    /** The last attempt failed; it is tried again. */
    FAILED
  }

  /**
   * A version at a destination.
   *
   * @param since by the clock of that site; empty while nothing was heard
   * @param cause why it failed
   * @param streams of a version that is placed
   */
  public record Standing(
      Target target,
      int version,
      Condition condition,
      Optional<Instant> since,
      Optional<Event.Cause> cause,
      Optional<Event.Streams> streams) {}

  /**
   * Which package at which site and where there.
   *
   * @param place a distribution point's name, or empty: the site's library
   */
  public record Target(PackageId id, SiteCode site, String place) implements Comparable<Target> {
    @Override
    public int compareTo(Target other) {
      int order = id.compareTo(other.id);
      order = order != 0 ? order : site.compareTo(other.site);
      return order != 0 ? order : place.compareTo(other.place);
    }
  }

  /**
   * A site of the tree.
   *
   * @param heard when a fact of it last came here, by this site's clock; empty if never
   * @param refusals assigned records it could not believe
   */
  public record SiteStanding(
      SiteCode site,
      Optional<SiteCode> parent,
      Optional<Instant> heard,
      List<Event.HasPlace> places,
      List<Event.Refused> refusals) {
    public SiteStanding {
      places = List.copyOf(places);
      refusals = List.copyOf(refusals);
    }
  }

  /** Where a package stands at every site it is assigned to or was heard from, in order. */
  public List<Standing> standings(PackageId id) throws Failure {
    return ledgers.read(
        handle -> {
          ledgers.catalog().packages().get(handle, id);
          return standings(handle, Set.of(id), ledgers.facts().picture(handle, id));
        });
  }

  /** Where all packages stand. */
  public List<Standing> standings() throws Failure {
    return ledgers.read(
        handle ->
            standings(
                handle,
                ledgers.catalog().packages().list(handle).stream()
                    .map(PackageRow::id)
                    .collect(Collectors.toCollection(TreeSet::new)),
                ledgers.facts().picture(handle)));
  }

  private List<Standing> standings(Handle handle, Set<PackageId> ids, Picture picture) {
    Map<Target, List<Standing>> heard = new TreeMap<>();
    Map<SiteCode, Set<String>> places = new HashMap<>();
    for (Fact fact : picture.facts()) {
      standing(fact)
          .filter(standing -> ids.contains(standing.target().id()))
          .ifPresent(
              standing ->
                  heard.computeIfAbsent(standing.target(), t -> new ArrayList<>()).add(standing));
      if (fact.event() instanceof Event.HasPlace has) {
        places.computeIfAbsent(fact.stamp().origin(), site -> new TreeSet<>()).add(has.place());
      }
    }
    for (PackageId id : ids) {
      addWaiting(handle, id, places, heard);
    }
    return heard.values().stream().flatMap(List::stream).toList();
  }

  /** What is wanted and was not heard of yet. */
  private void addWaiting(
      Handle handle,
      PackageId id,
      Map<SiteCode, Set<String>> places,
      Map<Target, List<Standing>> heard) {
    Catalog catalog = ledgers.catalog();
    Optional<VersionRow> newest = catalog.packages().newest(handle, id);
    Assignments.Audience audience = catalog.assignments().audience(handle, id);
    if (newest.isEmpty() || audience.isEmpty()) {
      return;
    }
    SiteCode here = catalog.identity().code();
    for (SiteCode site : Offers.within(audience, catalog.sites().tree(handle, here).sites())) {
      Set<String> destinations = new HashSet<>(places.getOrDefault(site, Set.of()));
      destinations.add("");
      for (String place : destinations) {
        Target target = new Target(id, site, place);
        List<Standing> known = heard.computeIfAbsent(target, t -> new ArrayList<>());
        if (known.stream().noneMatch(one -> one.version() >= newest.get().version())) {
          known.add(
              new Standing(
                  target,
                  newest.get().version(),
                  Condition.WAITING,
                  Optional.empty(),
                  Optional.empty(),
                  Optional.empty()));
        }
      }
    }
  }

  private static Optional<Standing> standing(Fact fact) {
    SiteCode site = fact.stamp().origin();
    Optional<Instant> since = Optional.of(fact.at());
    return switch (fact.event()) {
      case Event.Held held ->
          Optional.of(
              new Standing(
                  new Target(held.id(), site, ""),
                  held.version(),
                  Condition.HELD,
                  since,
                  Optional.empty(),
                  Optional.empty()));
      case Event.Placed placed ->
          Optional.of(
              new Standing(
                  new Target(placed.id(), site, placed.place()),
                  placed.version(),
                  Condition.PLACED,
                  since,
                  Optional.empty(),
                  Optional.of(placed.streams())));
      case Event.Failed failed ->
          Optional.of(
              new Standing(
                  new Target(failed.id(), site, failed.place()),
                  failed.version(),
                  Condition.FAILED,
                  since,
                  Optional.of(failed.cause()),
                  Optional.empty()));
      case Event.Joined _, Event.HasPlace _, Event.Refused _, Event.Unknown _ -> Optional.empty();
    };
  }

  /** What failed at this very site and is tried again, with the last cause. */
  public List<WorkRow> failing() throws Failure {
    return ledgers.read(ledgers.catalog().works()::list);
  }

  /** This site and all below it, in order of code. */
  public List<SiteStanding> sites() throws Failure {
    return ledgers.read(
        handle -> {
          Picture picture = ledgers.facts().pictureOfSites(handle);
          Catalog catalog = ledgers.catalog();
          Map<SiteCode, Optional<SiteCode>> parents = new TreeMap<>();
          parents.put(catalog.identity().code(), catalog.identity().parent());
          for (SiteRow row : catalog.sites().list(handle)) {
            parents.put(row.code(), Optional.of(row.parent()));
          }
          Map<SiteCode, List<Event>> events = new HashMap<>();
          picture
              .facts()
              .forEach(
                  fact ->
                      events
                          .computeIfAbsent(fact.stamp().origin(), site -> new ArrayList<>())
                          .add(fact.event()));
          List<SiteStanding> all = new ArrayList<>();
          parents.forEach(
              (site, parent) ->
                  all.add(
                      new SiteStanding(
                          site,
                          parent,
                          Optional.ofNullable(picture.heard().get(site)),
                          of(events, site, Event.HasPlace.class),
                          of(events, site, Event.Refused.class))));
          return all;
        });
  }

  private static <T extends Event> List<T> of(
      Map<SiteCode, List<Event>> events, SiteCode site, Class<T> kind) {
    return events.getOrDefault(site, List.of()).stream()
        .filter(kind::isInstance)
        .map(kind::cast)
        .toList();
  }
}
