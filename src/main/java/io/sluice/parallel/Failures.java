package io.sluice.parallel;

import io.sluice.failure.Failure;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Job} can end with, carried from the thread it happened in to the one that waits.
 */
final class Failures {
  private Failures() {}

  /** Throws what was carried as what it is; does nothing for null. */
  static void rethrow(@Nullable Throwable carried) throws Failure, InterruptedException {
    switch (carried) {
      case null -> {}
      case Failure failure -> throw failure;
      case InterruptedException interrupted -> throw interrupted;
      case RuntimeException defect -> throw defect;
      case Error error -> throw error;
      default -> throw new IllegalStateException("a job threw what it does not declare", carried);
    }
  }
}
