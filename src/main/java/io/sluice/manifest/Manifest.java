package io.sluice.manifest;

import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.content.Library;
import java.util.List;

/**
 * A version's content in memory: entries in canonical order (the root directory first, held as an
 * {@link EntryList}) and the chunks of the content sequence in order.
 *
 * @param digest SHA-256 of the manifest's plain bytes
 * @param entries in canonical order
 * @param chunks whose lengths sum to the lengths of all streams
 */
public record Manifest(Digest digest, List<Entry> entries, List<Frame.Chunk> chunks) {
  /** Integers stay below 2^53 so that every JSON reader keeps them. */
  public static final long INTEGER_MAX = (1L << 53) - 1;

  /**
   * The most plain bytes a manifest may have, as many as any document of a library: over ten
   * million entries.
   */
  public static final long PLAIN_BYTES_MAX = Library.DOCUMENT_BYTES_MAX;

  public Manifest {
    entries = EntryList.of(entries);
    chunks = List.copyOf(chunks);
  }

  /** Bytes of all streams, named and unnamed. */
  public long contentBytes() {
    long sum = 0;
    for (Frame.Chunk chunk : chunks) {
      sum += chunk.length();
    }
    return sum;
  }

  /** How many named streams all entries have together. */
  public long streamCount() {
    long sum = 0;
    for (Entry entry : entries) {
      sum += entry.streams().size();
    }
    return sum;
  }
}
