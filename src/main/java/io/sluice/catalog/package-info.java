/**
 * What one site knows and wants: packages and their versions, the sites below it, its distribution
 * points, who is to have what, what is present where, what was tried in vain.
 *
 * <ul>
 *   <li>A row implies everything it names: a version's row is written after its manifest and its
 *       chunks are durable, or says that they are not held; a presence after the distribution point
 *       was read back.
 *   <li>Only a {@link io.sluice.trust.TrustedVersion} becomes a version's row, with the exact bytes
 *       that were signed.
 *   <li>Versions never go back: per package and origin (epoch, sequence) rises, and so does the
 *       version number. The same record again changes nothing.
 *   <li>A package's number is never used again, nor is a version's, nor a record's sequence.
 *   <li>Assignments are added, never taken away: that a parent's list lacks one means nothing.
 *   <li>Attempt, next time and last error of failed work outlive a restart.
 * </ul>
 *
 * <p>Tables are reached through small classes that take the transaction's handle, so that a caller
 * can put a catalog change and the fact that reports it into one transaction. {@link
 * io.sluice.catalog.Changes} wakes who waits, after the commit.
 *
 * <p>This room does not know the library, the network or what a fact is.
 */
@NullMarked
package io.sluice.catalog;

import org.jspecify.annotations.NullMarked;
