package io.sluice.capture;

/**
 * What a capture came to.
 *
 * @param entries entry lines of the manifest
 * @param streams named streams
 * @param bytesRead bytes read from the source, those read twice counted twice
 * @param bytesStored bytes the library grew by, frame headers included, the manifest not
 */
public record Totals(long entries, long streams, long bytesRead, long bytesStored) {}
