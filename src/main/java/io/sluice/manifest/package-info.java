/**
 * What a version consists of: its entries, their attributes and streams, and the chunks of its
 * content, in one canonical form (docs/formats/manifest.md).
 *
 * <ul>
 *   <li>A {@link io.sluice.manifest.Name} is raw bytes, one element; it can hold neither a
 *       separator nor {@code .} or {@code ..}, so no manifest can express a way out of its folder.
 *   <li>A <em>stream</em> is a typed field of an entry, never part of a name.
 *   <li>The <em>content sequence</em> is all streams of all entries in canonical order; chunks cut
 *       it. Entries name ranges of it implicitly, by the running sum of sizes.
 *   <li>The SHA-256 of a manifest's plain bytes is the identity of the content it describes. The
 *       bytes are stored and never made anew.
 * </ul>
 *
 * <p>This room does no input or output of its own and knows no site, key or database.
 */
@NullMarked
package io.sluice.manifest;

import org.jspecify.annotations.NullMarked;
