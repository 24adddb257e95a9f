package io.sluice.transfer;

import io.sluice.content.Digest;
import io.sluice.failure.Failure;
import java.time.Duration;

/**
 * A child's way to its parent, and equally the parent's side of it: the desk that answers a child
 * implements this interface for that child, the network only carries the calls. Every call is one
 * request; any may fail with PARENT_UNREACHABLE, PARENT_REFUSED, TRANSFER_INTERRUPTED (all
 * temporary but a refusal) or PROTOCOL_VIOLATION, and may be repeated without harm: nothing here
 * changes the parent but {@link #tell}, which is idempotent. Safe from any thread.
 */
public interface SiteLink extends AutoCloseable {
  /** The most bytes of fact lines one call of {@link #tell} carries. */
  int FACT_BYTES_MAX = 4 << 20;

  /** The longest a parent holds {@link #assignments} open. */
  Duration HELD_MOST = Duration.ofSeconds(30);

  /** Who is at the other end, for messages. */
  default String peer() {
    return "the parent site";
  }

  /**
   * What the parent wants this child and its subtree to have, once it differs from {@code known}.
   *
   * @param known the state tag of the last answer, empty at first
   * @param most how long the parent may hold the request open before it answers "unchanged"
   */
  AssignmentList assignments(String known, Duration most) throws Failure, InterruptedException;

  /**
   * A manifest as it is stored, one zstd frame of at most {@code bytesMax} bytes; nothing verified.
   */
  byte[] manifest(Digest manifest, int bytesMax) throws Failure, InterruptedException;

  /**
   * Asks for chunks of a manifest by ordinal; segments reach the sink in the order sent, in the
   * calling thread. Returns when the parent has said it is done; what it did not have is simply not
   * among the segments.
   */
  void chunks(Digest manifest, Ordinals wanted, SegmentSink sink)
      throws Failure, InterruptedException;

  /**
   * Tells the parent facts, as JSON lines in order of sequence; returns once they are durable
   * there.
   *
   * @param factLines at most {@link #FACT_BYTES_MAX} bytes
   */
  void tell(byte[] factLines) throws Failure, InterruptedException;

  @Override
  void close();

  /**
   * Takes segments one by one as they arrive, and has stored one when it returns. A failure ends
   * the request.
   */
  interface SegmentSink {
    void accept(Segment segment) throws Failure, InterruptedException;
  }
}
