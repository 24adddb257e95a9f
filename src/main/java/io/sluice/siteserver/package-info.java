/**
 * Main, configuration, wiring and quickstart: the only room that knows everybody.
 *
 * <p>{@link io.sluice.siteserver.SiteServer} is a page of {@code new} in start order; stopping is
 * the reverse. Loops of other rooms are steps; only this room turns a step into a thread ({@link
 * io.sluice.siteserver.Loop}). The machine's clock, randomness, environment and exit status are
 * touched here and in {@code time} only.
 *
 * <p>A disk or database that failed to make bytes durable, or is damaged, ends the whole process
 * with a status of its own: whoever watches it starts it anew, and it reads what is really there.
 * So does a defect in a loop. Everything else is retried by the step's own backoff.
 */
@NullMarked
package io.sluice.siteserver;

import org.jspecify.annotations.NullMarked;
