package io.sluice.catalog;

import io.sluice.manifest.PackageId;
import java.util.Optional;

/**
 * A package.
 *
 * @param name for people, as signed
 * @param source the folder it is captured from; only at the site that makes it
 * @param keep which attributes beside the usual ones its captures keep, as words; only there, too
 */
public record PackageRow(PackageId id, String name, Optional<String> source, String keep) {}
