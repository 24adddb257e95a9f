package io.sluice.catalog;

import io.sluice.content.Digest;
import io.sluice.database.Row;
import io.sluice.database.Rows;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.PackageId;
import io.sluice.site.SiteCode;
import io.sluice.trust.TrustedVersion;
import io.sluice.trust.VersionRecord;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Packages and their versions. */
public final class Packages {
  private static final String PACKAGE_COLUMNS = "SELECT package, name, source, keep FROM package";
  private static final String VERSION_COLUMNS =
      "SELECT package, version, manifest, signed, origin, epoch, sequence, held FROM version";

  Packages() {}

  /** Makes a package of this site under a number never used before. */
  public PackageId create(Handle handle, SiteCode here, String name, String source) {
    long number =
        Rows.one(
            handle.createQuery(
                "UPDATE this_site SET next_package = next_package + 1"
                    + " RETURNING next_package - 1 AS n"),
            row -> row.number("n"));
    PackageId id = new PackageId(here.text(), number);
    handle.execute(
        "INSERT INTO package (package, site, number, name, source, next_version, changed)"
            + " VALUES (?, ?, ?, ?, ?, 1, 0)",
        id.toString(),
        id.site(),
        id.number(),
        bytes(name),
        bytes(source));
    Catalog.Numbers.packageChanged(handle, id.toString());
    return id;
  }

  /** Says which attributes the package's captures keep from now on. */
  public void setKeep(Handle handle, PackageId id, String words) {
    handle.execute("UPDATE package SET keep = ? WHERE package = ?", words, id.toString());
  }

  public Optional<PackageRow> find(Handle handle, PackageId id) {
    return Rows.first(
        handle.createQuery(PACKAGE_COLUMNS + " WHERE package = ?").bind(0, id.toString()),
        Packages::packageRow);
  }

  /**
   * The package, or a refusal.
   *
   * @throws Failure NOT_FOUND
   */
  public PackageRow get(Handle handle, PackageId id) throws Failure {
    Optional<PackageRow> found = find(handle, id);
    if (found.isEmpty()) {
      throw Failure.permanent(
          Code.NOT_FOUND,
          "looking for the package " + id,
          "this site knows no package of that ID",
          "list the packages to see their IDs");
    }
    return found.get();
  }

  /** All packages, by site and number. */
  public List<PackageRow> list(Handle handle) {
    return Rows.list(
        handle.createQuery(PACKAGE_COLUMNS + " ORDER BY site, number"), Packages::packageRow);
  }

  /** The number of the package's next version; each number is given out once. */
  public int nextVersion(Handle handle, PackageId id) {
    return Rows.one(
        handle
            .createQuery(
                "UPDATE package SET next_version = next_version + 1 WHERE package = ?"
                    + " RETURNING next_version - 1 AS n")
            .bind(0, id.toString()),
        row -> row.count("n"));
  }

  /**
   * Writes a version down. The same record again changes nothing, except that it may become held.
   *
   * @param held true if its content is durable here; the caller has made sure
   * @return true if it was not known before
   * @throws Failure VERSION_WENT_BACKWARDS if a later record of the origin, a higher version or
   *     another record of the same number is known
   */
  public boolean publish(Handle handle, TrustedVersion trusted, boolean held) throws Failure {
    VersionRecord record = trusted.record();
    PackageId id = record.subject().id();
    VersionRow.Order order =
        new VersionRow.Order(record.origin(), record.epoch(), record.sequence());
    Optional<VersionRow> newest = newest(handle, id);
    if (newest.isPresent()) {
      VersionRow known = newest.get();
      if (known.order().equals(order)
          && known.version() == record.version()
          && known.manifest().equals(record.manifest())) {
        if (held) {
          setHeld(handle, id, record.version(), true);
        }
        return false;
      }
      if (!order.after(known.order()) || record.version() <= known.version()) {
        throw wentBackwards(record, known);
      }
    }
    handle.execute(
        "INSERT INTO package (package, site, number, name, source, next_version, changed)"
            + " VALUES (?, ?, ?, ?, NULL, 1, 0)"
            + " ON CONFLICT (package) DO UPDATE SET name = EXCLUDED.name",
        id.toString(),
        id.site(),
        id.number(),
        bytes(record.subject().name()));
    handle.execute(
        "INSERT INTO version (package, version, manifest, signed, origin, epoch, sequence, held)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        id.toString(),
        record.version(),
        record.manifest().hex(),
        trusted.signed(),
        record.origin().text(),
        record.epoch(),
        record.sequence(),
        held);
    Catalog.Numbers.packageChanged(handle, id.toString());
    Catalog.Numbers.assignmentsChanged(handle);
    return true;
  }

  private static Failure wentBackwards(VersionRecord record, VersionRow known) {
    return Failure.permanent(
        Code.VERSION_WENT_BACKWARDS,
        "taking version "
            + record.version()
            + " of "
            + record.subject().id()
            + ", record "
            + record.epoch()
            + "/"
            + record.sequence()
            + " of "
            + record.origin(),
        "version "
            + known.version()
            + ", record "
            + known.order().epoch()
            + "/"
            + known.order().sequence()
            + ", is known here",
        "capture the package again at " + record.origin() + " to go on from here");
  }

  /** The version with the highest number. */
  public Optional<VersionRow> newest(Handle handle, PackageId id) {
    return Rows.first(
        handle
            .createQuery(VERSION_COLUMNS + " WHERE package = ? ORDER BY version DESC LIMIT 1")
            .bind(0, id.toString()),
        Packages::versionRow);
  }

  /** The highest version whose content is here. */
  public Optional<VersionRow> newestHeld(Handle handle, PackageId id) {
    return Rows.first(
        handle
            .createQuery(
                VERSION_COLUMNS + " WHERE package = ? AND held ORDER BY version DESC LIMIT 1")
            .bind(0, id.toString()),
        Packages::versionRow);
  }

  /** Of every package the highest version whose content is here, by package ID. */
  public List<VersionRow> newestHeldOfAll(Handle handle) {
    return Rows.list(
        handle.createQuery(
            VERSION_COLUMNS
                + " WHERE held AND NOT EXISTS (SELECT 1 FROM version AS later"
                + " WHERE later.package = version.package AND later.held"
                + " AND later.version > version.version) ORDER BY package"),
        Packages::versionRow);
  }

  /**
   * The packages something has changed about after a change, and the number of the last change.
   *
   * @param known 0 for all packages
   */
  public Changed changedSince(Handle handle, long known) {
    List<PackageId> ids =
        Rows.list(
            handle
                .createQuery("SELECT package FROM package WHERE changed > ? ORDER BY site, number")
                .bind(0, known),
            row -> PackageId.parse(row.text("package")));
    return new Changed(Catalog.Numbers.read(handle).changes(), ids);
  }

  /** See {@link #changedSince}. */
  public record Changed(long number, List<PackageId> packages) {
    public Changed {
      packages = List.copyOf(packages);
    }
  }

  public Optional<VersionRow> version(Handle handle, PackageId id, int version) {
    return Rows.first(
        handle
            .createQuery(VERSION_COLUMNS + " WHERE package = ? AND version = ?")
            .bind(0, id.toString())
            .bind(1, version),
        Packages::versionRow);
  }

  /** All versions of a package, oldest first. */
  public List<VersionRow> versions(Handle handle, PackageId id) {
    return Rows.list(
        handle
            .createQuery(VERSION_COLUMNS + " WHERE package = ? ORDER BY version")
            .bind(0, id.toString()),
        Packages::versionRow);
  }

  /** The versions with this content whose content is here. */
  public List<VersionRow> heldWith(Handle handle, Digest manifest) {
    return Rows.list(
        handle
            .createQuery(VERSION_COLUMNS + " WHERE manifest = ? AND held ORDER BY package, version")
            .bind(0, manifest.hex()),
        Packages::versionRow);
  }

  /**
   * Says whether a version's content is here: true only once it is durable, false when it turned
   * out damaged, so that it is fetched again.
   *
   * @return true if that is a change
   */
  public boolean setHeld(Handle handle, PackageId id, int version, boolean held) {
    int rows =
        handle.execute(
            "UPDATE version SET held = ? WHERE package = ? AND version = ? AND held <> ?",
            held,
            id.toString(),
            version,
            held);
    if (rows > 0) {
      Catalog.Numbers.packageChanged(handle, id.toString());
      Catalog.Numbers.assignmentsChanged(handle);
    }
    return rows > 0;
  }

  static byte[] bytes(String words) {
    return words.getBytes(StandardCharsets.UTF_8);
  }

  private static PackageRow packageRow(Row row) {
    return new PackageRow(
        PackageId.parse(row.text("package")),
        row.words("name"),
        row.bytesIfAny("source").map(path -> new String(path, StandardCharsets.UTF_8)),
        row.text("keep"));
  }

  static VersionRow versionRow(Row row) {
    return new VersionRow(
        PackageId.parse(row.text("package")),
        row.count("version"),
        Digest.parse(row.text("manifest")),
        row.bytes("signed"),
        new VersionRow.Order(
            new SiteCode(row.text("origin")), row.number("epoch"), row.number("sequence")),
        row.flag("held"));
  }
}
