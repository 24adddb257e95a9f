/**
 * What became of everything an entry has: the <em>fidelity receipt</em> of a version, and of a
 * version at one place.
 *
 * <p>Whatever is not kept as it is gets a {@link io.sluice.fidelity.Remark}: mapped (it is kept in
 * another form that means the same), dropped (the package's policy leaves it out) or refused (it
 * cannot be kept). What no remark speaks of is kept. A {@link io.sluice.fidelity.Receipt} says how
 * much a version has and carries the remarks; it is a value, written as JSON for programs
 * (docs/formats/receipt.md) and as a page for people.
 *
 * <ul>
 *   <li>A receipt holds no time and no machine's name: the same capture gives the same bytes.
 *   <li>Counts are exact; the lines are bounded, and how many are left out follows from the counts.
 *   <li>Names are data: the page shows them and no browser interprets them.
 * </ul>
 *
 * <p>Who finds out what is kept ({@code filesystem}, {@code capture}, {@code distributionpoint}) is
 * not known here, nor where a receipt lies.
 */
@org.jspecify.annotations.NullMarked
package io.sluice.fidelity;
