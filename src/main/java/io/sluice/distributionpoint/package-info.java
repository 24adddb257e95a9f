/**
 * Puts a version on a distribution point: builds it beside what is served, reads it back, switches.
 *
 * <ul>
 *   <li>A {@link io.sluice.distributionpoint.Place} is one distribution point. Machines that read
 *       it see the old version or the new one, never a mixture.
 *   <li>The {@link io.sluice.distributionpoint.Materialiser} writes a manifest's tree into an empty
 *       folder. What the target cannot hold is found out by trying and refused before the first
 *       byte, all of it at once; or, by {@link io.sluice.distributionpoint.StreamPolicy}, streams
 *       are kept in a sidecar (docs/formats/sidecar.md).
 *   <li>The {@link io.sluice.distributionpoint.Verifier} reads everything back from the disk and
 *       tells every {@link io.sluice.distributionpoint.Difference}.
 * </ul>
 *
 * <p>Order of durable writes of a folder (docs/operations/distribution-points.md): the tree,
 * forced; verified by reading it; renamed to its place, folder forced; the record, forced; the link
 * {@code current} replaced, folder forced, read again; only then older versions go, those a record
 * says were made here.
 *
 * <p>What an interrupted build of the same version finished is used again; reading back proves it
 * (design record 0028).
 *
 * <p>A failed force stops the distribution point until another process has read what is there.
 *
 * <p>Links are created last and never followed; a tree is written name by name in open folders, so
 * that nothing leaves it whatever is done to its paths (design record 0020). This room does not
 * know catalogs, sites or who wants a version.
 */
@NullMarked
package io.sluice.distributionpoint;

import org.jspecify.annotations.NullMarked;
