package io.sluice.distributionpoint;

/**
 * What was put in a folder.
 *
 * @param nativeStreams named streams held by the file system itself
 * @param sidecarStreams named streams kept in the sidecar
 * @param bytes of all streams, named and unnamed
 */
public record Placed(long nativeStreams, long sidecarStreams, long bytes) {}
