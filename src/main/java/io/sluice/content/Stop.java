package io.sluice.content;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Whether the library has stopped writing because a force failed. After a failed force the
 * operating system may show bytes the disk does not have, and a second force may falsely succeed
 * (R. Gupta et al., <em>Can Applications Recover from fsync Failures?</em>, USENIX ATC 2020): so
 * none is tried, and nothing is acknowledged until a new process has read what is there.
 */
final class Stop {
  private final AtomicReference<Failure> first = new AtomicReference<>();

  /** An operation that makes something durable. */
  @FunctionalInterface
  interface Force {
    void run() throws Failure;
  }

  /** Runs a force; its failure stops the library. */
  void force(Force force) throws Failure {
    require();
    try {
      force.run();
    } catch (Failure e) {
      first.compareAndSet(null, e);
      throw e;
    }
  }

  /** Throws if the library has stopped. */
  void require() throws Failure {
    Failure cause = first.get();
    if (cause != null) {
      throw Failure.permanent(
              Code.DISK_ERROR,
              "writing to the content library",
              "it stopped when " + cause.what() + " failed: " + cause.why(),
              "check the disk, then start again; what was acknowledged is kept")
          .because(cause);
    }
  }
}
