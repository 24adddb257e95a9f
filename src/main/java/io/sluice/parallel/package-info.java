/**
 * Run these, at most so many at once; the first failure stops the rest.
 *
 * <p>Children end before the call that started them returns: no work outlives its owner. What runs
 * in parallel must not depend on the order of completion, so that {@link
 * io.sluice.parallel.CallerThread}, which runs everything in the calling thread, gives the same
 * result and whole sites can be simulated deterministically.
 */
@NullMarked
package io.sluice.parallel;

import org.jspecify.annotations.NullMarked;
