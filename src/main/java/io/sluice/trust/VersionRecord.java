package io.sluice.trust;

import io.sluice.content.Digest;
import io.sluice.manifest.PackageId;
import io.sluice.site.SiteCode;

/**
 * Binds a manifest to a package (docs/formats/version-record.md).
 *
 * @param subject the package; its name is for people and never interpreted
 * @param version 1, 2, 3 ... of this package
 * @param manifest SHA-256 of the manifest's plain bytes
 * @param origin the site that signed it
 * @param epoch rises when the origin is restored from a backup
 * @param sequence rises with every record the origin signs in an epoch
 */
public record VersionRecord(
    PackageRef subject, int version, Digest manifest, SiteCode origin, long epoch, long sequence) {
  public VersionRecord {
    if (version < 1 || epoch < 1 || sequence < 1) {
      throw new IllegalArgumentException(
          "version " + version + ", epoch " + epoch + ", sequence " + sequence);
    }
  }

  /** A package's ID and its name for people. */
  public record PackageRef(PackageId id, String name) {
    /** The longest name, in UTF-16 units. */
    public static final int NAME_MAX = 200;

    public PackageRef {
      if (name.isBlank() || name.length() > NAME_MAX) {
        throw new IllegalArgumentException("a package name of " + name.length() + " characters");
      }
    }
  }
}
