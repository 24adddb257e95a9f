package io.sluice.distributionpoint;

import io.sluice.content.ChunkStore;
import io.sluice.content.Frame;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Folder;
import io.sluice.manifest.ContentLayout;
import io.sluice.manifest.Entry;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Where the bytes of a version come from: seeds that hold a file, else a chunk store. Any thread.
 */
final class Content {
  private final ChunkStore store;
  private final Seeds seeds;
  private final List<Frame.Chunk> chunks;
  private final long[] offsets;

  Content(ChunkStore store, Seeds seeds, List<Frame.Chunk> chunks) {
    this.store = store;
    this.seeds = seeds;
    this.chunks = chunks;
    this.offsets = ContentLayout.chunkOffsets(chunks);
  }

  /** Reads from an offset on; from the end on there is nothing. */
  ContentCursor from(long offset) throws Failure, InterruptedException {
    int found = Arrays.binarySearch(offsets, offset);
    int chunk = found >= 0 ? found : -found - 2;
    ContentCursor cursor = new ContentCursor(store, chunks, chunk, offsets[chunk]);
    cursor.skip(offset - offsets[chunk]);
    return cursor;
  }

  /**
   * Writes a whole file from a seed.
   *
   * @param offset of its first byte
   * @return false if that cannot be done, and nothing was written
   */
  boolean writeFromSeed(Entry.File file, long offset, Folder.NewFile out)
      throws IOException, InterruptedException {
    if (!seeds.mayHold(file)) {
      return false;
    }
    int from = Arrays.binarySearch(offsets, offset);
    int to = Arrays.binarySearch(offsets, offset + file.size());
    return from >= 0 && to >= 0 && seeds.write(file, chunks.subList(from, to), out);
  }

  static Failure corrupt(String why) {
    return Failure.permanent(
        Code.MANIFEST_CORRUPT, "reading a version's content", why, "capture the package again");
  }
}
