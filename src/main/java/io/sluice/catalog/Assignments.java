package io.sluice.catalog;

import io.sluice.database.Rows;
import io.sluice.manifest.PackageId;
import io.sluice.site.SiteCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** Which packages belong on which sites: wanted, not yet done. Only ever added to. */
public final class Assignments {
  private static final String ALL = "*";

  Assignments() {}

  /**
   * To whom a package is assigned.
   *
   * @param all every site, those that join later too
   * @param sites named ones
   */
  public record Audience(boolean all, Set<SiteCode> sites) {
    public Audience {
      sites = Set.copyOf(sites);
    }

    public boolean includes(SiteCode site) {
      return all || sites.contains(site);
    }

    public boolean isEmpty() {
      return !all && sites.isEmpty();
    }
  }

  /**
   * Assigns a package to a site.
   *
   * @return true if it was not assigned before
   */
  public boolean add(Handle handle, PackageId id, SiteCode site) {
    return add(handle, id, site.text());
  }

  /** Assigns a package to every site. */
  public boolean addAll(Handle handle, PackageId id) {
    return add(handle, id, ALL);
  }

  private static boolean add(Handle handle, PackageId id, String site) {
    int rows =
        handle.execute(
            "INSERT INTO assignment (package, site) VALUES (?, ?) ON CONFLICT DO NOTHING",
            id.toString(),
            site);
    if (rows > 0) {
      Catalog.Numbers.packageChanged(handle, id.toString());
      Catalog.Numbers.assignmentsChanged(handle);
    }
    return rows > 0;
  }

  public Audience audience(Handle handle, PackageId id) {
    return audience(
        Rows.list(
            handle
                .createQuery("SELECT site FROM assignment WHERE package = ?")
                .bind(0, id.toString()),
            row -> row.text("site")));
  }

  /** The audiences of all packages that have one. */
  public Map<PackageId, Audience> audiences(Handle handle) {
    Map<String, List<String>> sites = new HashMap<>();
    Rows.list(
            handle.createQuery("SELECT package, site FROM assignment"),
            row -> Map.entry(row.text("package"), row.text("site")))
        .forEach(
            entry ->
                sites
                    .computeIfAbsent(entry.getKey(), id -> new ArrayList<>())
                    .add(entry.getValue()));
    Map<PackageId, Audience> audiences = new TreeMap<>();
    sites.forEach((id, named) -> audiences.put(PackageId.parse(id), audience(named)));
    return audiences;
  }

  private static Audience audience(List<String> sites) {
    return new Audience(
        sites.contains(ALL),
        sites.stream()
            .filter(site -> !site.equals(ALL))
            .map(SiteCode::new)
            .collect(Collectors.toSet()));
  }

  /** The packages assigned to anybody, by site and number. */
  public List<PackageId> packages(Handle handle) {
    return Rows.list(
        handle.createQuery(
            "SELECT package FROM package WHERE package IN (SELECT package FROM assignment)"
                + " ORDER BY site, number"),
        row -> PackageId.parse(row.text("package")));
  }
}
