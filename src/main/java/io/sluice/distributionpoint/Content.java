package io.sluice.distributionpoint;

import io.sluice.content.ChunkStore;
import io.sluice.content.Frame;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.ContentLayout;
import java.util.Arrays;
import java.util.List;

/** A version's content sequence, as it lies in a chunk store. Any thread. */
final class Content {
  private final ChunkStore store;
  private final List<Frame.Chunk> chunks;
  private final long[] offsets;

  Content(ChunkStore store, List<Frame.Chunk> chunks) {
    this.store = store;
    this.chunks = chunks;
    this.offsets = ContentLayout.chunkOffsets(chunks);
  }

  /** Reads from an offset on; from the end on there is nothing. */
  ContentCursor from(long offset) throws Failure, InterruptedException {
    int found = Arrays.binarySearch(offsets, offset);
    int chunk = found >= 0 ? found : -found - 2;
    ContentCursor cursor = new ContentCursor(store, chunks, chunk);
    cursor.skip(offset - offsets[chunk]);
    return cursor;
  }

  /** Bytes of all streams. */
  long bytes() {
    return offsets[chunks.size()];
  }

  static Failure corrupt(String why) {
    return Failure.permanent(
        Code.MANIFEST_CORRUPT, "reading a version's content", why, "capture the package again");
  }
}
