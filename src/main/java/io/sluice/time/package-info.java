/**
 * The only room that reads the wall clock, measures intervals or sleeps.
 *
 * <p>Instants are UTC and serve people (logs, receipts, expiry); nothing is ever ordered by them:
 * versions, epochs and sequences order things. Intervals come from the monotonic clock. Tests and
 * the simulation pass a clock of their own.
 */
@NullMarked
package io.sluice.time;

import org.jspecify.annotations.NullMarked;
