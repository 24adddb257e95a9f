package io.sluice.simulation;

import io.sluice.catalog.Catalog;
import io.sluice.catalog.PackageRow;
import io.sluice.catalog.Presence;
import io.sluice.catalog.VersionRow;
import io.sluice.catalog.WorkRow;
import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.content.Library;
import io.sluice.content.MemoryDisk;
import io.sluice.database.Rows;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.PackageId;
import io.sluice.parallel.CallerThread;
import io.sluice.site.SiteCode;
import io.sluice.trust.Signatures;
import io.sluice.trust.TrustedKeys;
import io.sluice.trust.VersionRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;

/**
 * What must be true after every event, at every site that lives:
 *
 * <ul>
 *   <li>A version marked as held is whole in the site's library, as it would be after a loss of
 *       power at this moment: manifest and every chunk are there and have their digests.
 *   <li>A distribution point shows exactly one version the central site published, byte for byte;
 *       the catalog never says that it shows a later one.
 *   <li>Nothing is in a catalog, and nothing is placed, that the central site did not sign.
 *   <li>Versions, in catalogs and at distribution points, never go back; a version's row never
 *       changes.
 *   <li>No number of a fact is ever given to two facts, anywhere; numbers only rise.
 *   <li>There is at most one row of failed work a step, none about a defect, none that is done.
 * </ul>
 *
 * <p>What is stored durably and asked for again is watched by {@link Deliveries}.
 */
final class Laws {
  /** Among how many looks at a library that has changed everything held is read once. */
  private static final int READ_EVERY = 16;

  private final Published published;
  private final TrustedKeys keys;
  private final Map<String, Memory> memories = new HashMap<>();
  private final Map<String, Digest> facts = new HashMap<>();
  private long checks;

  /** What a site showed before. */
  private static final class Memory {
    private final Map<PackageId, Integer> newest = new HashMap<>();
    private final Map<PackageId, Integer> newestHeld = new HashMap<>();
    private final Map<String, Integer> shown = new HashMap<>();
    private final Map<String, Integer> present = new HashMap<>();
    private final Map<String, SimulatedPlace.Shown> verified = new HashMap<>();
    private final Map<String, byte[]> rows = new HashMap<>();
    private final List<VersionRow> held = new ArrayList<>();
    private final Set<String> read = new HashSet<>();
    private long factNumber;
    private long databaseChanges = -1;
    private long diskChanges = -1;
    private long placeChanges = -1;
    private int life = -1;
    private int machine = -1;
    private int turn;

    /** The site has a new machine: only its distribution points are what they were. */
    private void forget() {
      newest.clear();
      newestHeld.clear();
      present.clear();
      rows.clear();
      held.clear();
      read.clear();
      factNumber = 0;
      databaseChanges = -1;
    }
  }

  Laws(Published published, TrustedKeys keys) {
    this.published = published;
    this.keys = keys;
  }

  static void hold(boolean law, Supplier<String> broken) {
    if (!law) {
      throw new AssertionError("law broken: " + broken.get());
    }
  }

  long checks() {
    return checks;
  }

  /** Checks a site. What has not changed since the last time is not looked at again. */
  void check(SimulatedSite site) throws Failure {
    checks++;
    Memory memory = memories.computeIfAbsent(site.code().text(), code -> new Memory());
    if (memory.machine != site.machines()) {
      memory.machine = site.machines();
      memory.forget();
    }
    places(site, memory);
    if (!site.lives()) {
      return;
    }
    if (memory.life != site.life().number()) {
      memory.life = site.life().number();
      memory.read.clear();
      memory.databaseChanges = -1;
    }
    Catalog catalog = site.rooms().catalog();
    boolean changed = catalog.read(handle -> ledgers(handle, site, memory));
    if (changed || memory.diskChanges != site.diskChanges()) {
      memory.diskChanges = site.diskChanges();
      library(site, memory);
    }
  }

  /** Reads everything a site holds, byte by byte. */
  void checkWhole(SimulatedSite site) throws Failure {
    Memory memory = memories.computeIfAbsent(site.code().text(), code -> new Memory());
    memory.read.clear();
    memory.databaseChanges = -1;
    memory.diskChanges = -1;
    check(site);
  }

  private boolean ledgers(Handle handle, SimulatedSite site, Memory memory) throws Failure {
    long changes =
        Rows.one(handle.createQuery("SELECT total_changes() AS n"), row -> row.number("n"));
    if (changes == memory.databaseChanges) {
      return false;
    }
    memory.databaseChanges = changes;
    Catalog catalog = site.rooms().catalog();
    memory.held.clear();
    for (PackageRow row : catalog.packages().list(handle)) {
      versions(site, memory, catalog.packages().versions(handle, row.id()));
      for (Presence presence : catalog.places().presences(handle, row.id())) {
        presence(site, memory, presence);
      }
      works(handle, site, row.id());
    }
    facts(handle, site, memory);
    return true;
  }

  private void versions(SimulatedSite site, Memory memory, List<VersionRow> rows) throws Failure {
    int newest = 0;
    int newestHeld = 0;
    for (VersionRow row : rows) {
      String name = name(row, site);
      byte[] known = memory.rows.putIfAbsent(row.id() + "/" + row.version(), row.signed());
      hold(known == null || Arrays.equals(known, row.signed()), () -> name + " has changed");
      if (known == null) {
        signed(site, row, name);
      }
      newest = Math.max(newest, row.version());
      if (row.held()) {
        newestHeld = Math.max(newestHeld, row.version());
        memory.held.add(row);
      }
    }
    if (!rows.isEmpty()) {
      rises(memory.newest, rows.getFirst().id(), newest, "newest version at " + site.code());
      rises(memory.newestHeld, rows.getFirst().id(), newestHeld, "held at " + site.code());
    }
  }

  private static <K> void rises(Map<K, Integer> last, K key, int now, String what) {
    int before = last.getOrDefault(key, 0);
    hold(now >= before, () -> key + ": " + what + " went from " + before + " to " + now);
    last.put(key, now);
  }

  private void signed(SimulatedSite site, VersionRow row, String name) throws Failure {
    if (site.isCentral()) {
      VersionRecord record = Signatures.verify(row.signed(), keys).record();
      hold(
          record.subject().id().equals(row.id())
              && record.version() == row.version()
              && record.manifest().equals(row.manifest()),
          () -> name + " is not what was signed");
      site.publish(row);
    }
    // The very bytes the central site signed, or it is refused.
    hold(
        published
            .version(row.id(), row.version())
            .filter(version -> Arrays.equals(version.row().signed(), row.signed()))
            .filter(version -> version.row().manifest().equals(row.manifest()))
            .isPresent(),
        () -> name + " was never published");
  }

  private void presence(SimulatedSite site, Memory memory, Presence presence) {
    String where = presence.id() + " on " + presence.place() + " at " + site.code();
    rises(memory.present, where, presence.version(), "written down as shown");
    int shown = memory.shown.getOrDefault(where, 0);
    hold(
        presence.version() <= shown,
        () -> where + " is said to show " + presence.version() + ", it shows " + shown);
  }

  private static void works(Handle handle, SimulatedSite site, PackageId id) {
    Set<WorkRow.Key> keys = new HashSet<>();
    for (WorkRow work : site.rooms().catalog().works().list(handle, id)) {
      hold(keys.add(work.key()), () -> "two rows of work " + work.key() + " at " + site.code());
      hold(
          !work.error().code().equals(Code.INTERNAL.name()),
          () -> site.code() + " met a defect: " + work);
      hold(work.attempt() >= 1, () -> "a row of work without an attempt: " + work);
    }
  }

  private void facts(Handle handle, SimulatedSite site, Memory memory) {
    Rows.list(
            handle.createQuery("SELECT origin, epoch, sequence, line FROM fact"),
            row ->
                Map.entry(
                    row.text("origin") + " " + row.number("epoch") + "/" + row.number("sequence"),
                    Digest.of(row.bytes("line"))))
        .forEach(
            fact -> {
              Digest known = facts.putIfAbsent(fact.getKey(), fact.getValue());
              hold(
                  known == null || known.equals(fact.getValue()),
                  () -> "two facts are numbered " + fact.getKey() + ", one at " + site.code());
            });
    long number =
        Rows.first(
                handle.createQuery("SELECT next_sequence FROM fact_number"),
                row -> row.number("next_sequence"))
            .orElse(0L);
    hold(number >= memory.factNumber, () -> "fact numbers went back at " + site.code());
    memory.factNumber = number;
  }

  private void places(SimulatedSite site, Memory memory) {
    if (memory.placeChanges == site.placeChanges()) {
      return;
    }
    memory.placeChanges = site.placeChanges();
    site.shown()
        .forEach(
            (place, packages) ->
                packages.forEach(
                    (id, shown) -> {
                      String where = id + " on " + place + " at " + site.code();
                      if (!shown.equals(memory.verified.put(where, shown))) {
                        rises(memory.shown, where, shown.version(), "shown");
                        hold(
                            published
                                .version(id, shown.version())
                                .filter(
                                    version ->
                                        version.content().equals(shown.content())
                                            && version.row().manifest().equals(shown.manifest()))
                                .isPresent(),
                            () -> where + " shows something that was never published: " + shown);
                      }
                    }));
  }

  /**
   * What is held is in the library as the process sees it, always; and, looked at whenever
   * something new is held and now and then, in the library a process would find after a loss of
   * power now. Only this other library is read, so that looking changes nothing.
   */
  private void library(SimulatedSite site, Memory memory) throws Failure {
    Library library = site.rooms().library();
    Set<Digest> documents = new HashSet<>(library.documents());
    boolean isNew = false;
    for (VersionRow row : memory.held) {
      String name = name(row, site);
      hold(documents.contains(row.manifest()), () -> name + " is held without its manifest");
      for (Frame.Chunk chunk : published.manifest(row.manifest()).chunks()) {
        hold(
            library.holds(chunk.digest()),
            () -> name + " is held without its chunk " + chunk.digest());
      }
      isNew |= !memory.read.contains(row.id() + "/" + row.version());
    }
    if (isNew || ++memory.turn % READ_EVERY == 0) {
      durable(site, memory);
    }
  }

  private void durable(SimulatedSite site, Memory memory) throws Failure {
    MemoryDisk disk = site.disk().orElseThrow().afterCrash();
    try (Library library =
        Library.open(disk, SimulatedSite.libraryFolder(site.code()), new CallerThread())) {
      for (VersionRow row : memory.held) {
        if (memory.read.add(row.id() + "/" + row.version()) || memory.turn % READ_EVERY == 0) {
          read(library, row, name(row, site));
        }
      }
    }
  }

  private void read(Library library, VersionRow row, String name) {
    try {
      byte[] plain = library.document(row.manifest(), Manifest.PLAIN_BYTES_MAX);
      hold(Digest.of(plain).equals(row.manifest()), () -> name + " has another manifest");
      Published.Version version = published.version(row.id(), row.version()).orElseThrow();
      Digest content = Digest.of(Published.content(version.manifest(), library));
      hold(version.content().equals(content), () -> name + " has other content");
    } catch (Failure e) {
      throw new AssertionError("law broken: " + name + " is held and not durable", e);
    }
  }

  private static String name(VersionRow row, SimulatedSite site) {
    return row.id() + " version " + row.version() + " at " + site.code();
  }

  /**
   * What a site sees, by origin: lines of facts of the origin's present machine. Of the machine
   * before there may be more above than below.
   */
  static Map<String, List<String>> picture(SimulatedSite site, Map<SiteCode, Long> epochs)
      throws Failure {
    Map<String, List<String>> lines = new TreeMap<>();
    site.rooms().catalog().read(handle -> site.rooms().facts().picture(handle)).facts().stream()
        .filter(fact -> epochs.get(fact.stamp().origin()) == fact.stamp().epoch())
        .forEach(
            fact ->
                lines
                    .computeIfAbsent(fact.stamp().origin().text(), origin -> new ArrayList<>())
                    .add(fact.toString()));
    return lines;
  }
}
