/**
 * Bytes and their identity: digests, the chunker, frames, packs and the content library of one
 * site.
 *
 * <ul>
 *   <li>A <em>chunk</em> is at most 256 KiB of plain content, named by the SHA-256 of its plain
 *       bytes.
 *   <li>A <em>frame</em> is a compressed block of up to 512 KiB of chunks: what is stored and what
 *       travels. It describes itself (docs/formats/frame.md).
 *   <li>A <em>pack</em> is a write-once file of frames with an index and a checksum footer
 *       (docs/formats/pack.md).
 *   <li>A <em>document</em> is a small whole (a manifest, say) named by the SHA-256 of its plain
 *       bytes.
 *   <li>An <em>index run</em> is a sorted file of chunks and their places, made from packs and
 *       believed of these only (docs/formats/index.md).
 *   <li>The <em>library</em> is a folder of packs and documents; each byte once.
 * </ul>
 *
 * <p>Order of durable writes: frames into an open pack, fsync, rename to its sealed name, fsync of
 * the folder; only then are its chunks acknowledged. A pack left open by a process that died is
 * copied, never written to. A document is written to a temporary file, fsynced, renamed, its folder
 * fsynced. Every frame is decoded and compared with its digests before it counts as stored, and
 * chunks are verified again whenever they are read. A collection ({@link
 * io.sluice.content.Garbage}) makes copies durable, reads them back, and only then moves packs to
 * the trash, its folder forced before the packs'; whoever relies on a chunk before a document names
 * it asks a writing session for it, which leases it. A document is forgotten by one rename into the
 * trash; what lies beside about it is deleted with it, before it.
 *
 * <p>This room does not know packages, versions, sites or what a manifest says.
 */
@NullMarked
package io.sluice.content;

import org.jspecify.annotations.NullMarked;
