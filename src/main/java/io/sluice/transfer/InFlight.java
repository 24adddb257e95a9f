package io.sluice.transfer;

import io.sluice.content.Digest;
import io.sluice.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The chunks that transfers of this site are asking for just now: each is asked for by the one that
 * claimed it first, the others wait. Who waits claims nothing, so nobody waits in a circle. Safe
 * from any thread.
 */
final class InFlight {
  /** The most chunks one transfer claims at a time: some 4 GiB of content, 5 MiB of memory. */
  static final int CLAIMED_MAX = 1 << 16;

  /**
   * How long one waits for others that store nothing. A transfer without progress ends sooner by
   * itself ({@link HttpWire#SILENCE_MAX}).
   */
  static final Duration STUCK_MAX = Duration.ofMinutes(2);

  private static final Duration LOOK_EVERY = Duration.ofMillis(100);

  private final Clock clock;
  private final Set<Digest> chunks = ConcurrentHashMap.newKeySet();
  private final AtomicLong stored = new AtomicLong();
  private final AtomicLong releases = new AtomicLong();

  InFlight(Clock clock) {
    this.clock = clock;
  }

  /** True for the one that asks for the chunk; to be released however that ends. */
  boolean claim(Digest chunk) {
    return chunks.add(chunk);
  }

  /** Lets chunks go; those that arrived were stored before. */
  void release(Collection<Digest> claimed) {
    claimed.forEach(chunks::remove);
    releases.incrementAndGet();
  }

  /** Some transfer has stored something. */
  void progressed() {
    stored.incrementAndGet();
  }

  /** How often something was let go so far. */
  long releases() {
    return releases.get();
  }

  /**
   * Waits until more was let go than {@code known}; false if no transfer has stored anything for
   * {@link #STUCK_MAX}.
   */
  boolean awaitRelease(long known) throws InterruptedException {
    long progress = stored.get();
    long since = clock.nanos();
    while (releases.get() == known) {
      clock.sleep(LOOK_EVERY);
      if (stored.get() != progress) {
        progress = stored.get();
        since = clock.nanos();
      } else if (clock.nanos() - since > STUCK_MAX.toNanos()) {
        return false;
      }
    }
    return true;
  }
}
