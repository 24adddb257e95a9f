package io.sluice.catalog;

import io.sluice.database.Row;
import io.sluice.database.Rows;
import io.sluice.manifest.PackageId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * What was tried in vain and when it is tried again: at most one row a step, gone once it is done.
 */
public final class Works {
  private static final String COLUMNS =
      "SELECT package, version, destination, attempt, not_before, temporary, code, what, why, next"
          + " FROM work";

  Works() {}

  public Optional<WorkRow> find(Handle handle, WorkRow.Key key) {
    return Rows.first(
        handle
            .createQuery(COLUMNS + " WHERE package = ? AND version = ? AND destination = ?")
            .bind(0, key.id().toString())
            .bind(1, key.version())
            .bind(2, key.destination()),
        Works::workRow);
  }

  /** All of all packages. */
  public List<WorkRow> list(Handle handle) {
    return Rows.list(
        handle.createQuery(COLUMNS + " ORDER BY package, version, destination"), Works::workRow);
  }

  /** All of a package, by version and destination. */
  public List<WorkRow> list(Handle handle, PackageId id) {
    return Rows.list(
        handle
            .createQuery(COLUMNS + " WHERE package = ? ORDER BY version, destination")
            .bind(0, id.toString()),
        Works::workRow);
  }

  /** Remembers a failed attempt in place of the one before. */
  public void failed(Handle handle, WorkRow work) {
    WorkRow.LastError error = work.error();
    handle.execute(
        "INSERT INTO work (package, version, destination, attempt, not_before, temporary, code,"
            + " what, why, next) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            + " ON CONFLICT (package, version, destination) DO UPDATE SET"
            + " attempt = EXCLUDED.attempt, not_before = EXCLUDED.not_before,"
            + " temporary = EXCLUDED.temporary, code = EXCLUDED.code, what = EXCLUDED.what,"
            + " why = EXCLUDED.why, next = EXCLUDED.next",
        work.key().id().toString(),
        work.key().version(),
        work.key().destination(),
        work.attempt(),
        work.notBefore().toEpochMilli(),
        error.temporary(),
        error.code(),
        Packages.bytes(error.what()),
        Packages.bytes(error.why()),
        Packages.bytes(error.next()));
    Catalog.Numbers.packageChanged(handle, work.key().id().toString());
  }

  /** Forgets a step that is done, and the attempts of older versions at the same destination. */
  public void done(Handle handle, WorkRow.Key key) {
    handle.execute(
        "DELETE FROM work WHERE package = ? AND version <= ? AND destination = ?",
        key.id().toString(),
        key.version(),
        key.destination());
    Catalog.Numbers.packageChanged(handle, key.id().toString());
  }

  /**
   * Makes everything of a package due at once; attempts are kept.
   *
   * @return how much was not due yet
   */
  public int dueNow(Handle handle, PackageId id, Instant now) {
    int rows =
        handle.execute(
            "UPDATE work SET not_before = ? WHERE package = ? AND not_before > ?",
            now.toEpochMilli(),
            id.toString(),
            now.toEpochMilli());
    Catalog.Numbers.packageChanged(handle, id.toString());
    return rows;
  }

  /** True if a fetch that may succeed by itself waits for its time. */
  public boolean fetchesWait(Handle handle) {
    return !waitingFetches(handle).isEmpty();
  }

  /**
   * Makes every fetch due at once that failed for now; attempts are kept.
   *
   * @return how many
   */
  public int fetchesDueNow(Handle handle, Instant now) {
    List<String> packages = waitingFetches(handle);
    for (String id : packages) {
      handle.execute(
          "UPDATE work SET not_before = ? WHERE package = ? AND destination = '' AND temporary",
          now.toEpochMilli(),
          id);
      Catalog.Numbers.packageChanged(handle, id);
    }
    return packages.size();
  }

  private static List<String> waitingFetches(Handle handle) {
    return Rows.list(
        handle.createQuery(
            "SELECT DISTINCT package FROM work WHERE destination = '' AND temporary"),
        row -> row.text("package"));
  }

  private static WorkRow workRow(Row row) {
    return new WorkRow(
        new WorkRow.Key(
            PackageId.parse(row.text("package")), row.count("version"), row.text("destination")),
        row.count("attempt"),
        Instant.ofEpochMilli(row.number("not_before")),
        new WorkRow.LastError(
            row.flag("temporary"),
            row.text("code"),
            row.words("what"),
            row.words("why"),
            row.words("next")));
  }
}
