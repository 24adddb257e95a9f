/**
 * The doors of a site server: one for its child sites, one for its administrators. HTTP goes in,
 * calls on the desks of the other rooms come out; nothing is decided here.
 *
 * <ul>
 *   <li>{@link io.sluice.web.SiteDoor} speaks the site protocol (docs/formats/site-protocol.md) to
 *       child sites that show a certificate of this site's authority.
 *   <li>{@link io.sluice.web.AdminDoor} answers the commands of this machine, on a local port, by
 *       the token in the data folder.
 *   <li>Requests run on virtual threads; their number, their bodies and their silence are bounded.
 *   <li>A failure becomes a refusal that names no path and no trace of this machine to a child; the
 *       log has the whole of it.
 * </ul>
 */
@NullMarked
package io.sluice.web;

import org.jspecify.annotations.NullMarked;
