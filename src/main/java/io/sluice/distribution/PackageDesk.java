package io.sluice.distribution;

import io.sluice.capture.Capture;
import io.sluice.capture.Captured;
import io.sluice.capture.Options;
import io.sluice.capture.Totals;
import io.sluice.catalog.Assignments;
import io.sluice.catalog.Catalog;
import io.sluice.catalog.PackageRow;
import io.sluice.catalog.Packages;
import io.sluice.catalog.PlaceRow;
import io.sluice.catalog.VersionRow;
import io.sluice.content.Digest;
import io.sluice.content.Disk;
import io.sluice.distributionpoint.FolderPlace;
import io.sluice.distributionpoint.StreamPolicy;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Keep;
import io.sluice.manifest.PackageId;
import io.sluice.site.SiteCode;
import io.sluice.status.Event;
import io.sluice.time.Clock;
import io.sluice.trust.Signatures;
import io.sluice.trust.Signer;
import io.sluice.trust.TrustedVersion;
import io.sluice.trust.VersionRecord;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jdbi.v3.core.Handle;

/**
 * What an administrator asks of a site: packages, assignments, distribution points. Safe from any
 * thread.
 *
 * <p>Crash points: {@code catalog.version-row-before} (content durable, version not written down),
 * {@code catalog.version-row-after}.
 */
public final class PackageDesk {
  /** The longest name of a distribution point. */
  public static final int PLACE_NAME_MAX = 64;

  /** How many distribution points a site may have: all are served at once, a thread each. */
  public static final int PLACES_MAX = 128;

  private final Ledgers ledgers;
  private final Capture capture;
  private final Signer signer;
  private final List<Path> ownFolders;
  private final Clock clock;
  private final Disk disk;
  private final Map<PackageId, ReentrantLock> updating = new ConcurrentHashMap<>();

  /**
   * @param ownFolders what this site keeps for itself, its library among it: neither sources nor
   *     distribution points may overlap them
   */
  public PackageDesk(
      Ledgers ledgers,
      Capture capture,
      Signer signer,
      List<Path> ownFolders,
      Clock clock,
      Disk disk) {
    this.ledgers = ledgers;
    this.capture = capture;
    this.signer = signer;
    this.ownFolders = List.copyOf(ownFolders);
    this.clock = clock;
    this.disk = disk;
  }

  /** Makes a package that keeps the usual attributes. */
  public PackageId create(String name, String source) throws Failure {
    return create(name, source, Keep.USUAL);
  }

  /**
   * Makes a package. Nothing is captured yet.
   *
   * @param source an absolute path; it may not exist yet
   * @param keep which attributes its captures keep
   * @throws Failure USAGE naming everything wrong with name and path; SOURCE_OVERLAPS
   */
  public PackageId create(String name, String source, Keep keep) throws Failure {
    List<String> problems = new ArrayList<>();
    if (name.isBlank() || name.length() > VersionRecord.PackageRef.NAME_MAX) {
      problems.add(
          "the name is blank or longer than " + VersionRecord.PackageRef.NAME_MAX + " characters");
    }
    if (name.chars().anyMatch(Character::isISOControl)
        || !StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
      problems.add("the name has control characters or half characters");
    }
    Optional<Path> folder = absolute(source, "the source", problems);
    if (!problems.isEmpty()) {
      throw Failure.permanent(
              Code.USAGE,
              "making the package " + name,
              "it is not of the expected form",
              "give a name and the source folder's absolute path")
          .about(problems);
    }
    return ledgers.write(
        handle -> {
          List<String> overlaps = overlaps(folder.orElseThrow(), taken(handle, false));
          if (!overlaps.isEmpty()) {
            throw overlap("making the package " + name + " from " + source, overlaps);
          }
          Catalog catalog = ledgers.catalog();
          Packages packages = catalog.packages();
          String path = folder.orElseThrow().toString();
          PackageId id = packages.create(handle, catalog.identity().code(), name, path);
          packages.setKeep(handle, id, keep.text());
          return id;
        });
  }

  /**
   * Says which attributes a package's captures keep from now on.
   *
   * @throws Failure NOT_FOUND, UNAUTHORISED if the package is made elsewhere
   */
  public void keep(PackageId id, Keep keep) throws Failure {
    ledgers.write(
        handle -> {
          Packages packages = ledgers.catalog().packages();
          ownSource(packages.get(handle, id));
          packages.setKeep(handle, id, keep.text());
          return true;
        });
  }

  /**
   * What an update has come to.
   *
   * @param version the package's newest version now
   * @param isNew false if the source has not changed, then there is no new version
   */
  public record Updated(
      PackageId id, int version, boolean isNew, Totals totals, List<String> notCaptured) {
    public Updated {
      notCaptured = List.copyOf(notCaptured);
    }

    /** Entries of the version. */
    public long entries() {
      return totals.entries();
    }

    /** Named streams of the version. */
    public long streams() {
      return totals.streams();
    }

    /** Bytes read from the source this time. */
    public long bytesRead() {
      return totals.bytesRead();
    }

    /** Bytes the library grew by. */
    public long bytesStored() {
      return totals.bytesStored();
    }
  }

  /**
   * Captures the source; if it differs from the newest version, signs and publishes the next one.
   * One update of a package at a time, the others wait.
   *
   * @param readEverything true to read all content even where nothing seems changed
   * @param progress told how many bytes were read so far
   * @throws Failure NOT_FOUND, UNAUTHORISED if the package is made elsewhere, what capturing throws
   */
  public Updated update(PackageId id, boolean readEverything, LongConsumer progress)
      throws Failure, InterruptedException {
    ReentrantLock alone = updating.computeIfAbsent(id, key -> new ReentrantLock());
    alone.lockInterruptibly();
    try {
      Listed known = get(id);
      Path source = Path.of(ownSource(known.row()));
      List<Path> forbidden = ledgers.read(handle -> taken(handle, false));
      // What was captured before is read again if something of it is damaged.
      boolean damaged = known.newest().map(newest -> !newest.held()).orElse(false);
      Keep keep = Keep.parse(known.row().keep());
      Options options = new Options(forbidden, progress, readEverything || damaged, keep);
      Captured captured = capture.capture(source, options);
      disk.reached("catalog.version-row-before");
      Published published = ledgers.write(handle -> publish(handle, id, captured.manifest()));
      disk.reached("catalog.version-row-after");
      return new Updated(
          id,
          published.version,
          published.isNew,
          captured.totals(),
          captured.receipt().remarks().text());
    } finally {
      alone.unlock();
    }
  }

  private static String ownSource(PackageRow row) throws Failure {
    if (row.source().isEmpty()) {
      throw Failure.permanent(
          Code.UNAUTHORISED,
          "updating the package " + row.id(),
          "it is made at site " + row.id().site(),
          "update it there");
    }
    return row.source().get();
  }

  private record Published(int version, boolean isNew) {}

  private Published publish(Handle handle, PackageId id, Digest manifest) throws Failure {
    Catalog catalog = ledgers.catalog();
    PackageRow row = catalog.packages().get(handle, id);
    Optional<VersionRow> newest = catalog.packages().newest(handle, id);
    if (newest.isPresent() && newest.get().manifest().equals(manifest)) {
      int version = newest.get().version();
      if (catalog.packages().setHeld(handle, id, version, true)) {
        ledgers.facts().append(handle, new Event.Held(id, version));
        catalog.works().dueNow(handle, id, clock.now());
      }
      return new Published(version, false);
    }
    int version = catalog.packages().nextVersion(handle, id);
    TrustedVersion trusted =
        Signatures.sign(
            new VersionRecord(
                new VersionRecord.PackageRef(id, row.name()),
                version,
                manifest,
                catalog.identity().code(),
                catalog.identity().epoch(),
                catalog.nextRecord(handle)),
            signer);
    catalog.packages().publish(handle, trusted, true);
    ledgers.facts().append(handle, new Event.Held(id, version));
    return new Published(version, true);
  }

  /**
   * Assigns a package to sites. To assign what is assigned changes nothing.
   *
   * @throws Failure NOT_FOUND; SITE_UNKNOWN naming every site that is not known
   */
  public void assign(PackageId id, Set<SiteCode> sites) throws Failure {
    ledgers.write(
        handle -> {
          Catalog catalog = ledgers.catalog();
          catalog.packages().get(handle, id);
          List<String> unknown = new ArrayList<>();
          for (SiteCode site : new TreeSet<>(sites)) {
            if (catalog.sites().isKnown(handle, site)) {
              catalog.assignments().add(handle, id, site);
            } else {
              unknown.add(site.text());
            }
          }
          if (!unknown.isEmpty()) {
            throw Failure.permanent(
                    Code.SITE_UNKNOWN,
                    "assigning the package " + id,
                    unknown.size() + " of " + sites.size() + " sites are not known here",
                    "enrol them first, or correct their codes; nothing was assigned")
                .about(unknown);
          }
          return true;
        });
  }

  /** Assigns a package to this site and all below it, those that join later too. */
  public void assignToAll(PackageId id) throws Failure {
    ledgers.write(
        handle -> {
          ledgers.catalog().packages().get(handle, id);
          return ledgers.catalog().assignments().addAll(handle, id);
        });
  }

  /**
   * A package as it stands at this site.
   *
   * @param newest empty before the first capture
   */
  public record Listed(
      PackageRow row, Optional<VersionRow> newest, Assignments.Audience audience) {}

  /** All packages known here. */
  public List<Listed> list() throws Failure {
    return ledgers.read(
        handle -> {
          List<Listed> all = new ArrayList<>();
          for (PackageRow row : ledgers.catalog().packages().list(handle)) {
            all.add(listed(handle, row));
          }
          return all;
        });
  }

  /** One package; NOT_FOUND if there is none of this ID. */
  public Listed get(PackageId id) throws Failure {
    return ledgers.read(handle -> listed(handle, ledgers.catalog().packages().get(handle, id)));
  }

  /**
   * A version of a package.
   *
   * @param number as an administrator writes it
   * @throws Failure NOT_FOUND if there is no such package or version here
   */
  public VersionRow version(PackageId id, String number) throws Failure {
    return ledgers.read(
        handle -> {
          Catalog catalog = ledgers.catalog();
          catalog.packages().get(handle, id);
          return catalog.packages().versions(handle, id).stream()
              .filter(row -> String.valueOf(row.version()).equals(number))
              .findAny()
              .orElseThrow(
                  () ->
                      Failure.permanent(
                          Code.NOT_FOUND,
                          "looking for version " + number + " of " + id,
                          "it is not known at this site",
                          "\"sluice package list\" shows the newest version of each package"));
        });
  }

  private Listed listed(Handle handle, PackageRow row) {
    return new Listed(
        row,
        ledgers.catalog().packages().newest(handle, row.id()),
        ledgers.catalog().assignments().audience(handle, row.id()));
  }

  /**
   * Adds a distribution point to this site.
   *
   * @param folder an absolute path; it may not exist yet
   * @throws Failure USAGE, also if there are {@link #PLACES_MAX} already; ALREADY_EXISTS;
   *     PLACE_UNAVAILABLE if something other than a folder is there; SOURCE_OVERLAPS naming all
   *     folders it overlaps
   */
  public void addPlace(String name, String folder, StreamPolicy policy) throws Failure {
    List<String> problems = new ArrayList<>();
    if (name.isBlank()
        || name.length() > PLACE_NAME_MAX
        || !name.equals(name.strip())
        || name.chars().anyMatch(Character::isISOControl)) {
      problems.add(
          "the name is blank, longer than "
              + PLACE_NAME_MAX
              + " characters, or has control characters or space at its ends");
    }
    Optional<Path> path = absolute(folder, "the folder", problems);
    if (!problems.isEmpty()) {
      throw Failure.permanent(
              Code.USAGE,
              "adding the distribution point " + name,
              "it is not of the expected form",
              "give a name and the folder's absolute path")
          .about(problems);
    }
    requireNoObstacle(name, path.orElseThrow());
    ledgers.write(
        handle -> {
          Catalog catalog = ledgers.catalog();
          if (catalog.places().find(handle, name).isPresent()) {
            throw Failure.permanent(
                Code.ALREADY_EXISTS,
                "adding the distribution point " + name,
                "this site has one of that name",
                "give it another name");
          }
          if (catalog.places().list(handle).size() >= PLACES_MAX) {
            throw Failure.permanent(
                Code.USAGE,
                "adding the distribution point " + name,
                "a site has at most " + PLACES_MAX,
                "give some of them to a child site");
          }
          List<String> overlaps = overlaps(path.orElseThrow(), taken(handle, true));
          if (!overlaps.isEmpty()) {
            throw overlap("adding the distribution point " + name + " in " + folder, overlaps);
          }
          String absolute = path.orElseThrow().toString();
          catalog.places().add(handle, new PlaceRow(name, absolute, policy.name()));
          return ledgers.facts().append(handle, new Event.HasPlace(name, absolute));
        });
  }

  private static void requireNoObstacle(String name, Path folder) throws Failure {
    Optional<Path> obstacle = FolderPlace.obstacle(folder);
    if (obstacle.isPresent()) {
      throw Failure.permanent(
          Code.PLACE_UNAVAILABLE,
          "adding the distribution point " + name + " in " + folder,
          obstacle.get() + " is no folder",
          "name a folder; it need not be there yet");
    }
  }

  /**
   * Adds a distribution point, its policy by name; USAGE if there is no such policy.
   *
   * @param policy a name of {@link StreamPolicy}, in any case
   */
  public void addPlace(String name, String folder, String policy) throws Failure {
    for (StreamPolicy known : StreamPolicy.values()) {
      if (known.name().equals(policy.toUpperCase(Locale.ROOT))) {
        addPlace(name, folder, known);
        return;
      }
    }
    throw Failure.permanent(
        Code.USAGE,
        "adding the distribution point " + name,
        "there is no policy \"" + policy + "\" for streams",
        "name one of " + List.of(StreamPolicy.values()));
  }

  /** The distribution points of this site. */
  public List<PlaceRow> places() throws Failure {
    return ledgers.read(ledgers.catalog().places()::list);
  }

  /**
   * Tries everything that failed about a package at this site at once; attempts are kept.
   *
   * @return how many steps
   */
  public int retry(PackageId id) throws Failure {
    return ledgers.write(
        handle -> {
          ledgers.catalog().packages().get(handle, id);
          return ledgers.catalog().works().dueNow(handle, id, clock.now());
        });
  }

  private static Optional<Path> absolute(String text, String which, List<String> problems) {
    try {
      Path path = Path.of(text);
      if (path.isAbsolute()) {
        return Optional.of(path.normalize());
      }
      problems.add(which + " is not an absolute path: " + text);
    } catch (java.nio.file.InvalidPathException e) {
      problems.add(which + " is not a path: " + e.getMessage());
    }
    return Optional.empty();
  }

  /**
   * Folders nothing else may overlap: this site's own, distribution points, for those sources too.
   */
  private List<Path> taken(Handle handle, boolean sourcesToo) {
    List<Path> taken = new ArrayList<>(ownFolders);
    ledgers.catalog().places().list(handle).forEach(place -> taken.add(Path.of(place.folder())));
    if (sourcesToo) {
      ledgers
          .catalog()
          .packages()
          .list(handle)
          .forEach(row -> row.source().ifPresent(source -> taken.add(Path.of(source))));
    }
    return taken;
  }

  private static List<String> overlaps(Path folder, List<Path> taken) {
    return taken.stream()
        .filter(other -> FolderOverlap.overlap(folder, other))
        .map(Path::toString)
        .toList();
  }

  private static Failure overlap(String what, List<String> overlaps) {
    return Failure.permanent(
            Code.SOURCE_OVERLAPS,
            what,
            "it is, holds or lies in " + overlaps.size() + " folder(s) in use",
            "choose a folder apart from sources, libraries and distribution points")
        .about(overlaps);
  }
}
