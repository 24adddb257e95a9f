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
 *   <li>Everything steps: what is due is handed out, or said how long there is nothing; who carries
 *       it out, and in how many threads, is not decided here. Destinations do not wait for one
 *       another (docs/design/0012-a-lane-for-each-destination.md).
 * </ul>
 *
 * <p>This room does not know HTTP, nor what a distribution point does to show a version.
 */
@NullMarked
package io.sluice.distribution;

import org.jspecify.annotations.NullMarked;
