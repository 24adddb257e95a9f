/**
 * What a platform keeps about a file: names, kinds, attributes, times, links and all named streams,
 * read and put back through one interface.
 *
 * <ul>
 *   <li>Linux on ext4, xfs, btrfs, tmpfs: every {@code user.NAME} extended attribute is stream
 *       NAME.
 *   <li>NTFS through ntfs-3g, {@code streams_interface=windows}: alternate data streams are opened
 *       as {@code file:stream}; their names come from the {@code ntfs.streams.list} attribute.
 *   <li>NTFS through ntfs-3g, {@code streams_interface=xattr}: streams are {@code user.NAME}; one
 *       above 64 KiB cannot be read, which is a refusal that names it, never a loss.
 *   <li>Windows and macOS: {@code UserDefinedFileAttributeView}.
 * </ul>
 *
 * <p>What a file system can hold (streams, names, modes, times, links) is found out by trying,
 * because the same name covers many mounts.
 *
 * <p>A tree is written through open {@link io.sluice.filesystem.Folder}s, so that nothing done to
 * its paths meanwhile leads elsewhere.
 *
 * <p>Links are never followed. What is seen and not kept by the policy asked with ({@link Keep}),
 * or cannot be (special files), is reported as dropped, never silently left out.
 */
@NullMarked
package io.sluice.filesystem;

import org.jspecify.annotations.NullMarked;
