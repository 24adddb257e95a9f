package io.sluice.transfer;

import io.sluice.content.Digest;

/**
 * A version that is here: its manifest and all its chunks are verified and durable.
 *
 * @param manifest its digest
 * @param chunksFetched how many chunks had to come from the parent
 * @param plainBytesFetched their plain bytes
 * @param storedBytesFetched what they took on the wire
 */
public record Received(
    Digest manifest, int chunksFetched, long plainBytesFetched, long storedBytesFetched) {}
