package io.sluice.distribution;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the parent something again and again, waiting longer while that fails. What is tried must
 * not use this site's own ledgers: whatever fails here is taken for the parent's. For one thread,
 * but for {@link #trouble}.
 */
final class Retrying {
  private static final Logger LOG = LoggerFactory.getLogger(Retrying.class);

  private final String what;
  private final Pace pace;
  private int attempt;
  private volatile @Nullable ParentTrouble last;

  Retrying(String what, Pace pace) {
    this.what = what;
    this.pace = pace;
  }

  /** Something to be tried. */
  interface Attempt<T> {
    T run() throws Failure, InterruptedException;
  }

  /** Tries once; empty if it failed. Failures are logged when they begin and change their code. */
  <T> Optional<T> attempt(Attempt<T> once) throws InterruptedException {
    try {
      T answer = once.run();
      if (last != null) {
        LOG.info("{} works again", what);
      }
      last = null;
      attempt = 0;
      return Optional.of(answer);
    } catch (Failure e) {
      ParentTrouble before = last;
      Optional<Code> code = Optional.ofNullable(before).map(trouble -> trouble.failure().code());
      if (code.isEmpty() || code.get() != e.code()) {
        LOG.warn("{} fails: {}", what, e.text());
        LOG.debug("{} fails here", what, e);
      }
      Instant since = before == null ? pace.clock().now() : before.since();
      last = new ParentTrouble(since, e);
      attempt++;
      return Optional.empty();
    }
  }

  /** How long to wait after the last attempt failed. */
  Duration pause() {
    return pace.after(attempt, true);
  }

  Optional<ParentTrouble> trouble() {
    return Optional.ofNullable(last);
  }
}
