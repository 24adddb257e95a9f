package io.sluice.distributionpoint;

import io.sluice.fidelity.Remarks;

/**
 * What was put in a folder.
 *
 * @param nativeStreams named streams held by the file system itself
 * @param sidecarStreams named streams kept in the sidecar
 * @param bytes of all streams, named and unnamed
 * @param remarks on what the file system does not hold as it is
 * @param taken what did not come from the content library
 */
public record Placed(
    long nativeStreams, long sidecarStreams, long bytes, Remarks remarks, Taken taken) {
  /** Where everything is held. */
  public Placed(long nativeStreams, long sidecarStreams, long bytes) {
    this(nativeStreams, sidecarStreams, bytes, Remarks.NONE, Taken.NOTHING);
  }
}
