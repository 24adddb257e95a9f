package io.sluice.capture;

import io.sluice.content.Digest;
import io.sluice.fidelity.Receipt;

/**
 * A captured source; all of it is durable.
 *
 * @param manifest the digest of its manifest, a document of the library
 * @param receipt what of the source is kept, and what is not kept as it is
 */
public record Captured(Digest manifest, Totals totals, Receipt receipt) {}
