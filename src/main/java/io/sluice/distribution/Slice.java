package io.sluice.distribution;

import io.sluice.manifest.PackageId;
import io.sluice.site.SiteCode;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A part of what a site wants and has, as the planner sees it. Plans of slices that together hold
 * everything are together the plan of everything: a slice may hold any of the packages and any of
 * the distribution points, but all rows of a package that it holds.
 *
 * @param here this site
 * @param places names of distribution points
 */
public record Slice(SiteCode here, List<Wanted> packages, List<String> places) {
  public Slice {
    packages = List.copyOf(packages);
    places = List.copyOf(places);
  }

  /**
   * One package.
   *
   * @param placedHere true if it is assigned to this site
   * @param keptHere true if it is assigned to this site or one below it
   * @param versions all that may matter: the newest, the newest held
   * @param present the version each distribution point shows
   * @param notBefore when what failed is tried again, by version and destination
   */
  public record Wanted(
      PackageId id,
      boolean placedHere,
      boolean keptHere,
      List<Version> versions,
      Map<String, Integer> present,
      Map<Attempted, Instant> notBefore) {
    public Wanted {
      versions = List.copyOf(versions);
      present = Map.copyOf(present);
      notBefore = Map.copyOf(notBefore);
    }
  }

  /**
   * A version.
   *
   * @param held true if its content is here
   */
  public record Version(int number, boolean held) {}

  /** A failed step of a package. */
  public record Attempted(int version, String destination) {}
}
