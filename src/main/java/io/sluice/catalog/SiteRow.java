package io.sluice.catalog;

import io.sluice.site.SiteCode;
import java.util.Optional;

/**
 * A site below this one.
 *
 * @param certificate hexadecimal SHA-256 of the certificate issued to it last; only for enrolled
 *     children of this site
 */
public record SiteRow(SiteCode code, SiteCode parent, Optional<String> certificate) {}
