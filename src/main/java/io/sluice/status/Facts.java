package io.sluice.status;

import io.sluice.database.Row;
import io.sluice.database.Rows;
import io.sluice.failure.Failure;
import io.sluice.manifest.PackageId;
import io.sluice.site.SiteCode;
import io.sluice.site.SiteTree;
import io.sluice.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;

/**
 * The facts a site knows: its own and those of the sites below it. All methods belong to the
 * transaction of the handle they are given, so that a fact and the change it reports are kept
 * together or not at all. Safe from any thread.
 */
public final class Facts {
  /**
   * How many superseded facts about one thing wait for the parent; beyond that the oldest are
   * forgotten untold. So a parent that is away for long, or a destination that fails for ever,
   * costs nothing.
   */
  public static final int UNTOLD_HISTORY_MAX = 16;

  /** The most facts kept of one site; a batch beyond that is refused. */
  public static final int FACTS_PER_SITE_MAX = 200_000;

  private static final String ENTRY_COLUMNS =
      "SELECT origin, epoch, sequence, family, package, version, place, success, told FROM fact";

  private final Origin origin;
  private final Clock clock;

  /**
   * Whose facts these are.
   *
   * @param top true if there is no parent to tell
   */
  public record Origin(SiteCode site, long epoch, boolean top) {}

  public Facts(Origin origin, Clock clock) {
    this.origin = origin;
    this.clock = clock;
  }

  /** Adds a fact of this site under its next number. */
  public Stamp append(Handle handle, Event event) {
    Stamp stamp = new Stamp(origin.site(), origin.epoch(), nextSequence(handle));
    Fact fact = new Fact(stamp, clock.now(), event);
    store(handle, new FactLines.Line(fact, FactLines.print(fact)));
    prune(handle, Set.of(Fold.Group.of(stamp, Fact.Subject.of(event))));
    heard(handle, origin.site());
    return stamp;
  }

  /** Says, once in each epoch, whose child this site is; no other fact may be told before. */
  public void announce(Handle handle, SiteCode parent) {
    boolean announced =
        Rows.first(
                handle
                    .createQuery(
                        "SELECT arrival FROM fact WHERE origin = ? AND epoch = ? AND family = ?")
                    .bind(0, origin.site().text())
                    .bind(1, origin.epoch())
                    .bind(2, Event.Joined.KIND),
                row -> row.number("arrival"))
            .isPresent();
    if (!announced) {
      append(handle, new Event.Joined(parent));
    }
  }

  private long nextSequence(Handle handle) {
    ensureNumbers(handle);
    handle.execute(
        "UPDATE fact_number SET epoch = ?, next_sequence = 1 WHERE epoch < ?",
        origin.epoch(),
        origin.epoch());
    return Rows.one(
        handle.createQuery(
            "UPDATE fact_number SET next_sequence = next_sequence + 1"
                + " RETURNING next_sequence - 1 AS n"),
        row -> row.number("n"));
  }

  private static void ensureNumbers(Handle handle) {
    handle.execute(
        "INSERT INTO fact_number (only_row, epoch, next_sequence, next_arrival)"
            + " VALUES (1, 0, 1, 1) ON CONFLICT DO NOTHING");
  }

  /**
   * Takes a batch of a child: its own facts and those of sites below it. What is known already is
   * ignored. Durable with the transaction.
   *
   * @param below the child and the sites known below it
   * @param isKnown true for this site and every site known below it, wherever
   * @return sites not known before, and their parents, in an order in which parents come first; to
   *     be written down in the same transaction
   * @throws Failure PROTOCOL_VIOLATION naming everything that is wrong; then nothing was taken
   */
  public Map<SiteCode, SiteCode> accept(
      Handle handle, byte[] lines, SiteTree below, Predicate<SiteCode> isKnown) throws Failure {
    List<FactLines.Line> parsed = FactLines.parse(lines);
    Map<SiteCode, SiteCode> joined = new LinkedHashMap<>();
    SiteTree tree = checked(parsed, below, isKnown, joined);
    Set<SiteCode> origins = new LinkedHashSet<>();
    Set<Fold.Group> groups = new LinkedHashSet<>();
    for (FactLines.Line line : parsed) {
      Fact fact = line.fact();
      origins.add(fact.stamp().origin());
      Fold.Group group = Fold.Group.of(fact.stamp(), Fact.Subject.of(fact.event()));
      if (isNews(handle, fact, group)) {
        store(handle, line);
        groups.add(group);
      }
    }
    checkCounts(handle, origins);
    prune(handle, groups);
    origins.add(tree.root());
    origins.forEach(site -> heard(handle, site));
    return joined;
  }

  private static SiteTree checked(
      List<FactLines.Line> lines,
      SiteTree below,
      Predicate<SiteCode> isKnown,
      Map<SiteCode, SiteCode> joined)
      throws Failure {
    SiteTree tree = below;
    List<String> problems = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      Fact fact = lines.get(i).fact();
      SiteCode site = fact.stamp().origin();
      String line = "line " + (i + 1) + ": ";
      if (fact.event() instanceof Event.Joined event && !site.equals(below.root())) {
        try {
          if (!tree.contains(site) && isKnown.test(site)) {
            throw new IllegalArgumentException("site " + site + " stands elsewhere already");
          }
          SiteTree more = tree.with(site, event.parent());
          if (!more.equals(tree)) {
            joined.put(site, event.parent());
          }
          tree = more;
        } catch (IllegalArgumentException e) {
          problems.add(line + e.getMessage());
        }
      } else if (!tree.contains(site)) {
        problems.add(line + "site " + site + " is not known below " + below.root());
      }
    }
    if (!problems.isEmpty()) {
      throw FactLines.refused(problems);
    }
    return tree;
  }

  private boolean isNews(Handle handle, Fact fact, Fold.Group group) {
    List<Fold.Entry> known = new ArrayList<>();
    for (Kept kept : group(handle, group)) {
      if (kept.entry().stamp().equals(fact.stamp())) {
        return false;
      }
      known.add(kept.entry());
    }
    if (isStored(handle, fact.stamp())) {
      // The same number for something else: the first one stays, as everywhere in the tree.
      return false;
    }
    known.add(new Fold.Entry(fact.stamp(), Fact.Subject.of(fact.event())));
    return !Fold.superseded(known).contains(fact.stamp());
  }

  private static boolean isStored(Handle handle, Stamp stamp) {
    return Rows.first(
            handle
                .createQuery(
                    "SELECT arrival FROM fact WHERE origin = ? AND epoch = ? AND sequence = ?")
                .bind(0, stamp.origin().text())
                .bind(1, stamp.epoch())
                .bind(2, stamp.sequence()),
            row -> row.number("arrival"))
        .isPresent();
  }

  private static void checkCounts(Handle handle, Set<SiteCode> origins) throws Failure {
    for (SiteCode site : origins) {
      long count =
          Rows.one(
              handle
                  .createQuery("SELECT COUNT(*) AS n FROM fact WHERE origin = ?")
                  .bind(0, site.text()),
              row -> row.number("n"));
      if (count > FACTS_PER_SITE_MAX) {
        throw FactLines.refused(
            List.of("more than " + FACTS_PER_SITE_MAX + " facts of site " + site));
      }
    }
  }

  private void store(Handle handle, FactLines.Line line) {
    Stamp stamp = line.fact().stamp();
    Fact.Subject subject = Fact.Subject.of(line.fact().event());
    ensureNumbers(handle);
    long arrival =
        Rows.one(
            handle.createQuery(
                "UPDATE fact_number SET next_arrival = next_arrival + 1"
                    + " RETURNING next_arrival - 1 AS n"),
            row -> row.number("n"));
    handle
        .createUpdate(
            "INSERT INTO fact (origin, epoch, sequence, arrival, family, package, version, place,"
                + " success, received, told, line) VALUES (:origin, :epoch, :sequence, :arrival,"
                + " :family, :package, :version, :place, :success, :received, :told, :line)")
        .bind("origin", stamp.origin().text())
        .bind("epoch", stamp.epoch())
        .bind("sequence", stamp.sequence())
        .bind("arrival", arrival)
        .bind("family", subject.family())
        .bind("package", subject.packageId())
        .bind("version", subject.version())
        .bind("place", subject.place())
        .bind("success", subject.success())
        .bind("received", clock.now().toEpochMilli())
        .bind("told", origin.top())
        .bind("line", line.bytes())
        .execute();
  }

  private void heard(Handle handle, SiteCode site) {
    handle.execute(
        "INSERT INTO heard (site, at) VALUES (?, ?)"
            + " ON CONFLICT (site) DO UPDATE SET at = EXCLUDED.at",
        site.text(),
        clock.now().toEpochMilli());
  }

  /** How many facts wait to be told. */
  public long untold(Handle handle) {
    return Rows.one(
        handle.createQuery("SELECT COUNT(*) AS n FROM fact WHERE NOT told"),
        row -> row.number("n"));
  }

  /**
   * A batch for the parent.
   *
   * @param upTo to be given to {@link #told} once the parent keeps them
   */
  public record Batch(int count, byte[] lines, long upTo) {}

  /**
   * The oldest facts not told yet, in the order they came: at most so many, and never too many
   * bytes.
   */
  public Batch untold(Handle handle, int most) {
    List<byte[]> lines = new ArrayList<>();
    long upTo = 0;
    long bytes = 0;
    for (Waiting waiting :
        Rows.list(
            handle
                .createQuery(
                    "SELECT arrival, line FROM fact WHERE NOT told ORDER BY arrival LIMIT ?")
                .bind(0, Math.min(most, FactLines.LINES_MAX)),
            row -> new Waiting(row.number("arrival"), row.bytes("line")))) {
      bytes += waiting.line().length + 1;
      if (bytes > FactLines.BATCH_BYTES_MAX) {
        break;
      }
      lines.add(waiting.line());
      upTo = waiting.arrival();
    }
    return new Batch(lines.size(), FactLines.join(lines), upTo);
  }

  private record Waiting(long arrival, byte[] line) {}

  /** Remembers that the parent keeps the facts of a batch; superseded ones are forgotten. */
  public void told(Handle handle, long upTo) {
    Set<Fold.Group> groups = new LinkedHashSet<>();
    Rows.list(
            handle.createQuery(ENTRY_COLUMNS + " WHERE NOT told AND arrival <= ?").bind(0, upTo),
            Facts::kept)
        .forEach(kept -> groups.add(Fold.Group.of(kept.entry().stamp(), kept.entry().subject())));
    handle.execute("UPDATE fact SET told = ? WHERE NOT told AND arrival <= ?", true, upTo);
    prune(handle, groups);
  }

  /** Everything known. */
  public Picture picture(Handle handle) {
    return picture(
        handle, Rows.list(handle.createQuery("SELECT line FROM fact"), row -> row.bytes("line")));
  }

  /** What is known of one package, and of sites and their distribution points. */
  public Picture picture(Handle handle, PackageId id) {
    return picture(
        handle,
        Rows.list(
            handle
                .createQuery("SELECT line FROM fact WHERE package = ? OR package = ''")
                .bind(0, id.toString()),
            row -> row.bytes("line")));
  }

  /** What is known of sites and their distribution points. */
  public Picture pictureOfSites(Handle handle) {
    return picture(
        handle,
        Rows.list(
            handle.createQuery("SELECT line FROM fact WHERE package = ''"),
            row -> row.bytes("line")));
  }

  private static Picture picture(Handle handle, List<byte[]> lines) {
    Map<SiteCode, Instant> heard = new TreeMap<>();
    Rows.list(
            handle.createQuery("SELECT site, at FROM heard"),
            row ->
                Map.entry(new SiteCode(row.text("site")), Instant.ofEpochMilli(row.number("at"))))
        .forEach(entry -> heard.put(entry.getKey(), entry.getValue()));
    return new Picture(Fold.current(lines.stream().map(FactLines::stored).toList()), heard);
  }

  private record Kept(Fold.Entry entry, boolean told) {}

  private static Kept kept(Row row) {
    return new Kept(
        new Fold.Entry(
            new Stamp(
                new SiteCode(row.text("origin")), row.number("epoch"), row.number("sequence")),
            new Fact.Subject(
                row.text("family"),
                row.text("package"),
                row.count("version"),
                row.text("place"),
                row.flag("success"))),
        row.flag("told"));
  }

  private static List<Kept> group(Handle handle, Fold.Group group) {
    return Rows.list(
        handle
            .createQuery(
                ENTRY_COLUMNS + " WHERE origin = ? AND family = ? AND package = ? AND place = ?")
            .bind(0, group.origin())
            .bind(1, group.family())
            .bind(2, group.packageId())
            .bind(3, group.place()),
        Facts::kept);
  }

  /** Deletes what is superseded in these groups and told, or too much of it. */
  private static void prune(Handle handle, Set<Fold.Group> groups) {
    for (Fold.Group group : groups) {
      Map<Stamp, Boolean> told = new HashMap<>();
      List<Fold.Entry> entries = new ArrayList<>();
      for (Kept kept : group(handle, group)) {
        told.put(kept.entry().stamp(), kept.told());
        entries.add(kept.entry());
      }
      if (entries.isEmpty()) {
        continue;
      }
      int waiting = 0;
      for (Stamp stamp : Fold.superseded(entries).descendingSet()) {
        if (told.getOrDefault(stamp, false) || ++waiting > UNTOLD_HISTORY_MAX) {
          handle.execute(
              "DELETE FROM fact WHERE origin = ? AND epoch = ? AND sequence = ?",
              stamp.origin().text(),
              stamp.epoch(),
              stamp.sequence());
        }
      }
    }
  }
}
