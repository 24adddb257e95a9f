package io.sluice.parallel;

import io.sluice.failure.Failure;

/** A piece of work with a result. */
@FunctionalInterface
public interface Job<T> {
  T run() throws Failure, InterruptedException;
}
