package io.sluice.catalog;

import io.sluice.database.Row;
import io.sluice.database.Rows;
import io.sluice.manifest.PackageId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The distribution points of this site and what they show. */
public final class Places {
  private static final String COLUMNS = "SELECT place, folder, policy FROM place";

  Places() {}

  /** Adds a distribution point; the caller has checked that its name is free. */
  public void add(Handle handle, PlaceRow place) {
    handle.execute(
        "INSERT INTO place (place, folder, policy) VALUES (?, ?, ?)",
        place.name(),
        Packages.bytes(place.folder()),
        place.policy());
    Catalog.Numbers.allChanged(handle);
  }

  public Optional<PlaceRow> find(Handle handle, String name) {
    return Rows.first(
        handle.createQuery(COLUMNS + " WHERE place = ?").bind(0, name), Places::placeRow);
  }

  /** All distribution points, in order of name. */
  public List<PlaceRow> list(Handle handle) {
    return Rows.list(handle.createQuery(COLUMNS + " ORDER BY place"), Places::placeRow);
  }

  /** Writes down what a distribution point shows; never a lower version than before. */
  public void present(Handle handle, PackageId id, String place, int version, Instant now) {
    int rows =
        handle.execute(
            "INSERT INTO presence (package, place, version, placed) VALUES (?, ?, ?, ?)"
                + " ON CONFLICT (package, place) DO UPDATE SET version = EXCLUDED.version,"
                + " placed = EXCLUDED.placed WHERE presence.version < EXCLUDED.version",
            id.toString(),
            place,
            version,
            now.toEpochMilli());
    if (rows > 0) {
      Catalog.Numbers.packageChanged(handle, id.toString());
    }
  }

  /** What all distribution points show of a package, in order of name. */
  public List<Presence> presences(Handle handle, PackageId id) {
    return Rows.list(
        handle
            .createQuery(
                "SELECT package, place, version, placed FROM presence WHERE package = ?"
                    + " ORDER BY place")
            .bind(0, id.toString()),
        row ->
            new Presence(
                PackageId.parse(row.text("package")),
                row.text("place"),
                row.count("version"),
                Instant.ofEpochMilli(row.number("placed"))));
  }

  private static PlaceRow placeRow(Row row) {
    return new PlaceRow(row.text("place"), row.words("folder"), row.text("policy"));
  }
}
