package io.sluice.transfer;

import io.sluice.trust.VersionRecord;

/**
 * How far one transfer has come.
 *
 * @param record of the version being received
 * @param chunksWanted how many were missing when it began
 * @param chunksStored how many of them have arrived, verified, and were stored
 * @param plainBytesWanted plain bytes of the wanted chunks
 * @param plainBytesStored plain bytes of those stored
 * @param storedBytes bytes the stored ones took on the wire
 */
public record ReceiveProgress(
    VersionRecord record,
    int chunksWanted,
    int chunksStored,
    long plainBytesWanted,
    long plainBytesStored,
    long storedBytes) {}
