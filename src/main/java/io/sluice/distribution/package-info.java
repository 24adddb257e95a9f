/**
 * What must happen, and its carrying out: the planner is a pure function from what is wanted and
 * what is to what remains to be done; the others here bring the wishes in, do the steps and tell.
 *
 * <ul>
 *   <li>A step is (version, destination): this site's library or one of its distribution points. It
 *       is planned while its effect is missing, so nothing is enqueued, lost or done twice, and a
 *       retry repeats only what failed.
 *   <li>Each site plans for itself. Children ask their parent; a parent plans nothing for a child.
 *   <li>Success is written, with the fact that tells it, in one transaction and only after the step
 *       has verified its effect. Failure is written with attempt, next time and cause.
 *   <li>Order of durable writes: chunks, manifest, version row; a distribution point's switch, then
 *       the presence and the fact; a parent's acknowledgement, then "told".
 *   <li>Content that turns out damaged is marked not held, and is fetched again like anything that
 *       is not held.
 *   <li>Everything steps: {@code step()} does what is due and says when there may be more; who
 *       calls it, and in how many threads, is not decided here.
 * </ul>
 *
 * <p>This room does not know HTTP, nor what a distribution point does to show a version.
 */
@NullMarked
package io.sluice.distribution;

import org.jspecify.annotations.NullMarked;
