package io.sluice.cli;

import io.sluice.failure.Failure;
import java.io.PrintStream;

/**
 * Where a command prints.
 *
 * @param out results
 * @param err messages, progress and failures
 * @param interactive true if a person watches: progress lines may be drawn over
 */
public record Terminal(PrintStream out, PrintStream err, boolean interactive) {
  /** Everything is printed to fit this many columns. */
  public static final int COLUMNS = 80;

  /** Exit status of a command that did what it was asked. */
  public static final int DONE = 0;

  /** Exit status of a permanent failure. */
  public static final int FAILED = 1;

  /** Exit status of a failure that trying again may not meet. */
  public static final int FAILED_FOR_NOW = 3;

  /** Prints a failure as a person reads it and returns the exit status for it. */
  public int report(Failure failure) {
    err.println(failure.text());
    return failure.isTemporary() ? FAILED_FOR_NOW : FAILED;
  }
}
