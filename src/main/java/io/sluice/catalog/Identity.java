package io.sluice.catalog;

import io.sluice.site.SiteCode;
import java.util.Optional;

/**
 * Who a site is.
 *
 * @param parent none at the top
 * @param epoch rises when the database is made anew or put back from a backup
 */
public record Identity(SiteCode code, Optional<SiteCode> parent, long epoch) {}
