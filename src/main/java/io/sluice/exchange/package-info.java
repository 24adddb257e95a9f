/**
 * Versions from and to the field's archive formats.
 *
 * <ul>
 *   <li>An <em>export</em> writes a version's content, verified as it is read, in a format other
 *       programs extract. What the format cannot hold is refused before the first byte, or listed.
 *   <li>An <em>import</em> shows what an archive holds as a file system that can only be read, for
 *       {@code capture} to capture (docs/design/0024). Nothing is extracted, and no name of an
 *       archive becomes a path of this machine.
 *   <li>Everything wrong with an archive is told at once; sizes are believed only when they add up,
 *       and every list has a bound.
 * </ul>
 *
 * <p>This room knows no package, site or server.
 */
@NullMarked
package io.sluice.exchange;

import org.jspecify.annotations.NullMarked;
