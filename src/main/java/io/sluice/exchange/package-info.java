/**
 * Versions from and to the field's archive formats.
 *
 * <ul>
 *   <li>An <em>export</em> writes a version's content, verified as it is read, in a format other
 *       programs extract. What the format cannot hold is refused before the first byte, or listed.
 * </ul>
 *
 * <p>This room knows no package, site or server.
 */
@NullMarked
package io.sluice.exchange;

import org.jspecify.annotations.NullMarked;
