/**
 * Who may be believed: signing keys, signed version records, site certificates and enrolment
 * tokens.
 *
 * <p>Bytes go in, verified values come out. Only this room makes a {@link
 * io.sluice.trust.TrustedVersion}; what is not one was not verified. Signatures are checked over
 * the exact bytes received, never over bytes made anew. Every signature names its algorithm and its
 * purpose, so that a signature made for one thing never fits another.
 */
@NullMarked
package io.sluice.trust;

import org.jspecify.annotations.NullMarked;
