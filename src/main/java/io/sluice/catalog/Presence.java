package io.sluice.catalog;

import io.sluice.manifest.PackageId;
import java.time.Instant;

/** The version of a package that a distribution point shows, read back after it was placed. */
public record Presence(PackageId id, String place, int version, Instant placed) {}
