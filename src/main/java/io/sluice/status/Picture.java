package io.sluice.status;

import io.sluice.site.SiteCode;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What is known of this site and all sites below it.
 *
 * @param facts those that count, in order of site and stamp: at most one per site, package, version
 *     and place, one per distribution point, and so on
 * @param heard when a fact of a site last came here, by this site's clock; a site that is missing
 *     was never heard of
 */
public record Picture(List<Fact> facts, Map<SiteCode, Instant> heard) {
  public Picture {
    facts = List.copyOf(facts);
    heard = Map.copyOf(heard);
  }
}
