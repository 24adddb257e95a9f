package io.sluice.distributionpoint;

/** What to do with named streams that a target cannot hold. */
public enum StreamPolicy {
  /** Refuse the version and name every such stream. */
  REFUSE,
  /** Keep such streams in a sidecar beside the version. */
  SIDECAR
}
