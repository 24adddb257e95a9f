/**
 * Source folder in, chunks in the library and a manifest value out.
 *
 * <ul>
 *   <li>A <em>scan</em> walks the source once in canonical order: what is there, with its facts and
 *       stream names. Nothing is read before the scan found every entry usable.
 *   <li>A <em>pass</em> goes over the content sequence of a scan: it reads streams into batches,
 *       cuts them, and hands the batches to a crew that hashes, compresses and stores what is new.
 *   <li>An entry whose facts differ when all have been read has <em>changed</em>: the next attempt
 *       scans again and reads what it must. After the last attempt the capture fails and lists them
 *       all.
 *   <li>A <em>previous</em> capture of the same source (or the attempt before) lends its chunks
 *       wherever the streams are provably the same and the cuts provably fall the same way.
 *   <li>A <em>scan cache</em> remembers which state of each entry a manifest was made from. It may
 *       be lost or damaged at no cost but time. What is unchanged is neither read nor, where the
 *       file system tells of every change, listed; if nothing changed the manifest is the one
 *       before. With a <em>trace</em> that is seen without a scan.
 * </ul>
 *
 * <p>The manifest depends on the source alone: not on threads, time, the library or what was
 * captured before. Order of durable writes: chunks (commit of the intake), then the manifest's
 * document, then the call returns; whoever publishes it does so after that. This room knows no
 * package, version or site.
 */
@NullMarked
package io.sluice.capture;

import org.jspecify.annotations.NullMarked;
