package io.sluice.distributionpoint;

import io.sluice.content.ChunkStore;
import io.sluice.content.Frame;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Folder;
import io.sluice.manifest.ContentLayout;
import io.sluice.manifest.Entry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

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
    int chunk = chunkAt(offset);
    ContentCursor cursor = new ContentCursor(store, chunks, chunk, offsets[chunk]);
    cursor.skip(offset - offsets[chunk]);
    return cursor;
  }

  private int chunkAt(long offset) {
    int found = Arrays.binarySearch(offsets, offset);
    return found >= 0 ? found : -found - 2;
  }

  /**
   * Where a range is cut for several to read it: about so many bytes apart, where frames begin, so
   * that none is decoded twice.
   *
   * @return the range's beginning, the cuts and its end
   */
  List<Long> cuts(long from, long to, long bytes) {
    List<Long> cuts = new ArrayList<>(List.of(from));
    for (int chunk = chunkAt(from) + 1; chunk < chunks.size() && offsets[chunk] < to; chunk++) {
      if (offsets[chunk] - cuts.getLast() >= bytes && beginsFrame(chunk)) {
        cuts.add(offsets[chunk]);
      }
    }
    cuts.add(to);
    return cuts;
  }

  private boolean beginsFrame(int chunk) {
    Optional<ChunkStore.Place> before = store.place(chunks.get(chunk - 1).digest());
    return !store.place(chunks.get(chunk).digest()).equals(before);
  }

  /**
   * Finds a seed that holds a file.
   *
   * @param offset of its first byte
   */
  Optional<Path> seedOf(Entry.File file, long offset) throws InterruptedException {
    if (!seeds.mayHold(file)) {
      return Optional.empty();
    }
    int from = Arrays.binarySearch(offsets, offset);
    int to = Arrays.binarySearch(offsets, offset + file.size());
    return from >= 0 && to >= 0 ? seeds.holding(file, chunks.subList(from, to)) : Optional.empty();
  }

  /** Writes a whole file from its seed; false if that is gone, and nothing was written. */
  boolean writeFromSeed(Path seed, Entry.File file, Folder.NewFile out) throws IOException {
    return seeds.write(seed, file, out);
  }

  static Failure corrupt(String why) {
    return Failure.permanent(
        Code.MANIFEST_CORRUPT, "reading a version's content", why, "capture the package again");
  }
}
