package io.sluice.capture;

import io.sluice.fidelity.Receipt;
import io.sluice.manifest.Manifest;

/**
 * A captured source; all of it is durable.
 *
 * @param receipt what of the source is kept, and what is not kept as it is
 */
public record Captured(Manifest manifest, Totals totals, Receipt receipt) {}
