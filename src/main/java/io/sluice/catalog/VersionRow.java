package io.sluice.catalog;

import io.sluice.content.Digest;
import io.sluice.manifest.PackageId;
import io.sluice.site.SiteCode;

/**
 * A version known here.
 *
 * @param manifest SHA-256 of its manifest's plain bytes
 * @param signed the signed record's exact bytes, verified before they were stored
 * @param order where the record stands among its origin's
 * @param held true if manifest and chunks are durable in this site's library
 */
public record VersionRow(
    PackageId id, int version, Digest manifest, byte[] signed, Order order, boolean held) {

  /** (epoch, sequence) of the origin, compared in this order. */
  public record Order(SiteCode origin, long epoch, long sequence) {
    /** True if this stands after the other. */
    public boolean after(Order other) {
      return epoch != other.epoch ? epoch > other.epoch : sequence > other.sequence;
    }
  }
}
