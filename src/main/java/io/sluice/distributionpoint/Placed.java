package io.sluice.distributionpoint;

import java.util.List;

/**
 * What was put in a folder.
 *
 * @param nativeStreams named streams held by the file system itself
 * @param sidecarStreams named streams kept in the sidecar
 * @param bytes of all streams, named and unnamed
 * @param notHeld attributes that the file system cannot hold, a line for each entry with its path;
 *     at most {@link #NOT_HELD_MAX} and a last one that says how many more
 */
public record Placed(long nativeStreams, long sidecarStreams, long bytes, List<String> notHeld) {
  /** The most lines. */
  public static final int NOT_HELD_MAX = 1_000;

  /** Where everything is held. */
  public Placed(long nativeStreams, long sidecarStreams, long bytes) {
    this(nativeStreams, sidecarStreams, bytes, List.of());
  }

  public Placed {
    notHeld = List.copyOf(notHeld);
  }
}
