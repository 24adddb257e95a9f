/**
 * The two ends of a transfer between a site and its parent (docs/formats/site-protocol.md): what
 * travels, how a sender makes it from the library, how a receiver verifies and stores it.
 *
 * <ul>
 *   <li>The child dials; the parent never does.
 *   <li>The receiver verifies the signed version record first, the manifest's digest next, every
 *       chunk's digest before it is stored. Nothing of a peer is believed before.
 *   <li>Resume is asking again: a request names the missing chunks by their ordinals in the
 *       manifest.
 *   <li>A wholly needed frame travels as stored; of a partly needed one the needed chunks are cut
 *       anew.
 * </ul>
 *
 * <p>This room does not know the catalog, the database or who is assigned what.
 */
@NullMarked
package io.sluice.transfer;

import org.jspecify.annotations.NullMarked;
