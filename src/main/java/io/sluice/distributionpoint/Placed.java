package io.sluice.distributionpoint;

import io.sluice.fidelity.Remarks;

/**
 * What was put in a folder.
 *
 * @param nativeStreams named streams held by the file system itself
 * @param sidecarStreams named streams kept in the sidecar
 * @param bytes of all streams, named and unnamed
 * @param sidecarAttributes attributes kept in the sidecar
 * @param remarks on what the file system does not hold as it is
 * @param taken what did not come from the content library
 */
public record Placed(
    long nativeStreams,
    long sidecarStreams,
    long bytes,
    long sidecarAttributes,
    Remarks remarks,
    Taken taken) {
  /** Where everything is held. */
  public Placed(long nativeStreams, long sidecarStreams, long bytes) {
    this(nativeStreams, sidecarStreams, bytes, 0, Remarks.NONE, Taken.NOTHING);
  }

  /** True if there is a sidecar. */
  public boolean hasSidecar() {
    return sidecarStreams > 0 || sidecarAttributes > 0;
  }
}
