/**
 * The administration contract of a site server: the records that travel, and its client.
 *
 * <p>JSON over HTTP on a local port, authorised by the token in the data folder's {@code
 * admin.token}. Records here are plain values; the server maps its own to them.
 */
@NullMarked
package io.sluice.api;

import org.jspecify.annotations.NullMarked;
