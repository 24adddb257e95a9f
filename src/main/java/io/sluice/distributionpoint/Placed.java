package io.sluice.distributionpoint;

import io.sluice.fidelity.Remarks;

/**
 * What was put in a folder.
 *
 * @param nativeStreams named streams held by the file system itself
 * @param sidecarStreams named streams kept in the sidecar
 * @param bytes of all streams, named and unnamed
 * @param remarks on what the file system does not hold as it is
 */
public record Placed(long nativeStreams, long sidecarStreams, long bytes, Remarks remarks) {
  /** Where everything is held. */
  public Placed(long nativeStreams, long sidecarStreams, long bytes) {
    this(nativeStreams, sidecarStreams, bytes, Remarks.NONE);
  }
}
