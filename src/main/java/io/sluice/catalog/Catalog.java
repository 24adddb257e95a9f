package io.sluice.catalog;

import io.sluice.database.Database;
import io.sluice.database.Rows;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.site.SiteCode;
import io.sluice.time.Clock;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * The catalog of one site. Its tables are reached within a {@link #read} or {@link #write}; methods
 * that take a handle belong to that transaction. Safe from any thread.
 */
public final class Catalog {
  /**
   * How far numbers jump when a new epoch begins, so that packages, versions and records made after
   * the backup and lost with the database are not made again under the same number.
   */
  public static final int EPOCH_GAP = 1_000;

  private final Database database;
  private final Identity identity;
  private final Changes changes = new Changes();
  private final Changes assignmentChanges = new Changes();
  private final Packages packages;
  private final Sites sites;
  private final Places places;
  private final Assignments assignments;
  private final Works works;

  private Catalog(Database database, Identity identity) {
    this.database = database;
    this.identity = identity;
    this.packages = new Packages();
    this.sites = new Sites(identity.code());
    this.places = new Places();
    this.assignments = new Assignments();
    this.works = new Works();
  }

  /**
   * Opens the catalog, writing down who this site is the first time.
   *
   * @param parent if the site has one
   * @param clock tells where a new database's epochs begin
   *     (docs/design/0009-an-epoch-begins-at-the-clocks-second.md)
   * @throws Failure CONFIGURATION_INVALID if the database belongs to another site
   */
  public static Catalog open(
      Database database, SiteCode code, Optional<SiteCode> parent, Clock clock) throws Failure {
    Identity identity =
        database.write(
            handle -> {
              handle.execute(
                  "INSERT INTO this_site (only_row, code, parent, epoch, next_package, next_record,"
                      + " changes, assignment_changes)"
                      + " VALUES (1, ?, ?, ?, 1, 1, 1, 1) ON CONFLICT DO NOTHING",
                  code.text(),
                  parent.map(SiteCode::text).orElse(null),
                  epochAt(clock));
              return identity(handle);
            });
    if (!identity.code().equals(code) || !identity.parent().equals(parent)) {
      throw Failure.permanent(
          Code.CONFIGURATION_INVALID,
          "opening the database " + database.name() + " as " + called(code, parent),
          "it belongs to " + called(identity.code(), identity.parent()),
          "name that site in the configuration, or give this one a database of its own");
    }
    return new Catalog(database, identity);
  }

  private static long epochAt(Clock clock) {
    return Math.max(1, clock.now().getEpochSecond());
  }

  private static String called(SiteCode code, Optional<SiteCode> parent) {
    return "site " + code + parent.map(above -> " below " + above).orElse(" at the top");
  }

  private static Identity identity(Handle handle) {
    return Rows.one(
        handle.createQuery("SELECT code, parent, epoch FROM this_site"),
        row ->
            new Identity(
                new SiteCode(row.text("code")),
                row.textIfAny("parent").map(SiteCode::new),
                row.number("epoch")));
  }

  public Identity identity() {
    return identity;
  }

  public Packages packages() {
    return packages;
  }

  public Sites sites() {
    return sites;
  }

  public Places places() {
    return places;
  }

  public Assignments assignments() {
    return assignments;
  }

  public Works works() {
    return works;
  }

  /** Rises with every change that may give the planner something to do. */
  public Changes changes() {
    return changes;
  }

  /** Rises with every change that may alter what a child is told to have. */
  public Changes assignmentChanges() {
    return assignmentChanges;
  }

  /** Reads one consistent state. */
  public <T> T read(Database.Work<T> work) throws Failure {
    return database.read(work);
  }

  /** Runs a transaction and, after its commit, wakes those who wait for what it changed. */
  public <T> T write(Database.Work<T> work) throws Failure {
    Done<T> done =
        database.write(
            handle -> {
              T answer = work.run(handle);
              return new Done<>(answer, Numbers.read(handle));
            });
    changes.reached(done.numbers().changes());
    assignmentChanges.reached(done.numbers().assignmentChanges());
    return done.answer();
  }

  private record Done<T>(T answer, Numbers numbers) {}

  /**
   * Begins a new epoch: to be called once after the database was put back from a backup, before
   * anything else. Numbers jump by {@link #EPOCH_GAP}. Open the catalog again afterwards.
   */
  public void beginEpoch(Clock clock) throws Failure {
    write(
        handle -> {
          handle.execute(
              "UPDATE this_site SET epoch = ?, next_package = next_package + ?",
              Math.max(identity.epoch() + 1, epochAt(clock)),
              EPOCH_GAP);
          handle.execute(
              "UPDATE package SET next_version = next_version + ? WHERE site = ?",
              EPOCH_GAP,
              identity.code().text());
          return true;
        });
  }

  /** The number of the next record this site signs in its epoch; each number is given out once. */
  public long nextRecord(Handle handle) {
    return Rows.one(
        handle.createQuery(
            "UPDATE this_site SET next_record = next_record + 1 RETURNING next_record - 1 AS n"),
        row -> row.number("n"));
  }

  /** The number of the last change of assignments that this transaction sees. */
  public long assignmentNumber(Handle handle) {
    return Numbers.read(handle).assignmentChanges();
  }

  /** Counters of changes, kept with what they count so that they roll back together. */
  record Numbers(long changes, long assignmentChanges) {
    static Numbers read(Handle handle) {
      return Rows.one(
          handle.createQuery("SELECT changes, assignment_changes FROM this_site"),
          row -> new Numbers(row.number("changes"), row.number("assignment_changes")));
    }

    /** A package's rows have changed. */
    static void packageChanged(Handle handle, String packageId) {
      handle.execute("UPDATE this_site SET changes = changes + 1");
      handle.execute(
          "UPDATE package SET changed = (SELECT changes FROM this_site) WHERE package = ?",
          packageId);
    }

    /** Something has changed that may concern every package. */
    static void allChanged(Handle handle) {
      handle.execute("UPDATE this_site SET changes = changes + 1");
      handle.execute("UPDATE package SET changed = (SELECT changes FROM this_site)");
    }

    /** What a child is to have may have changed. */
    static void assignmentsChanged(Handle handle) {
      handle.execute("UPDATE this_site SET assignment_changes = assignment_changes + 1");
    }
  }
}
