package io.sluice.distributionpoint;

import io.sluice.failure.Failure;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.PackageId;
import java.util.OptionalInt;

/**
 * A distribution point. Safe from any thread; calls for one place run one after the other.
 *
 * <p>Failures: STREAMS_UNSUPPORTED and NAME_UNSUPPORTED (permanent, listing everything the target
 * cannot hold), NO_SPACE, PLACE_UNAVAILABLE, PLACE_VERIFY_FAILED (temporary), PLACE_NOT_OURS
 * (permanent), ALREADY_EXISTS (permanent: this version is there with other content), and what the
 * chunk store throws.
 */
public interface Place {
  /** The operator's name of this distribution point. */
  String name();

  /**
   * Makes this version the one that is served. Idempotent. When it returns the version was read
   * back, is durable, and is what readers get; the version served before is kept. Interrupted or
   * failed, it leaves what was served as it was, and the next call cleans up and goes on.
   */
  Placed put(PackageId id, int version, Manifest manifest) throws Failure, InterruptedException;

  /** The version that is served; empty if there is none of this package. */
  OptionalInt current(PackageId id) throws Failure;
}
