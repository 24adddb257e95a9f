package io.sluice.distribution;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries something with the parent again and again, waiting longer while it fails. For one thread.
 */
final class Retrying {
  private static final Logger LOG = LoggerFactory.getLogger(Retrying.class);

  private final String what;
  private final Pace pace;
  private int attempt;
  private volatile @Nullable Failure last;

  Retrying(String what, Pace pace) {
    this.what = what;
    this.pace = pace;
  }

  /** Something to be tried; says how long to wait before the next time. */
  interface Attempt {
    Duration run() throws Failure, InterruptedException;
  }

  /** Tries once. Failures are logged when they begin and when their code changes. */
  Duration attempt(Attempt once) throws InterruptedException {
    try {
      Duration wait = once.run();
      if (last != null) {
        LOG.info("{} works again", what);
      }
      last = null;
      attempt = 0;
      return wait;
    } catch (Failure e) {
      Failure before = last;
      Optional<Code> code = Optional.ofNullable(before).map(Failure::code);
      if (code.isEmpty() || code.get() != e.code()) {
        LOG.warn("{} fails: {}", what, e.text());
        LOG.debug("{} fails here", what, e);
      }
      last = e;
      attempt++;
      return pace.after(attempt, true);
    }
  }

  Optional<Failure> trouble() {
    return Optional.ofNullable(last);
  }
}
