package io.sluice.manifest;

import io.sluice.content.Frame;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Where every stream lies in the content sequence (docs/formats/manifest.md): spans in order, the
 * unnamed stream of a file first, then the named streams of an entry. Twelve bytes a span and four
 * an entry; spans are made when asked for. Immutable.
 */
public final class ContentLayout {
  private final List<Entry> entries;

  /** The entry of each span. */
  private final int[] owners;

  /** The offset of each span, and the total. */
  private final long[] offsets;

  /** The first span of each entry, and the number of spans. */
  private final int[] firsts;

  private ContentLayout(List<Entry> entries, int[] owners, long[] offsets, int[] firsts) {
    this.entries = entries;
    this.owners = owners;
    this.offsets = offsets;
    this.firsts = firsts;
  }

  /**
   * One stream's range of the content sequence.
   *
   * @param entry index of the entry in the manifest
   * @param stream its name; empty for the unnamed stream of a file
   * @param offset of its first byte in the content sequence
   * @param size in bytes, may be 0
   */
  public record Span(int entry, Optional<Name> stream, long offset, long size) {
    /** The offset after its last byte. */
    public long end() {
      return offset + size;
    }
  }

  public static ContentLayout of(Manifest manifest) {
    return of(manifest.entries());
  }

  /** The layout of entries in canonical order. */
  public static ContentLayout of(List<Entry> entries) {
    int spans = 0;
    for (Entry entry : entries) {
      spans += unnamed(entry) + entry.streams().size();
    }
    int[] owners = new int[spans];
    long[] offsets = new long[spans + 1];
    int[] firsts = new int[entries.size() + 1];
    int span = 0;
    long offset = 0;
    int index = 0;
    for (Entry entry : entries) {
      firsts[index] = span;
      if (entry instanceof Entry.File file) {
        owners[span] = index;
        offsets[span++] = offset;
        offset += file.size();
      }
      for (Stream stream : entry.streams()) {
        owners[span] = index;
        offsets[span++] = offset;
        offset += stream.size();
      }
      index++;
    }
    offsets[spans] = offset;
    firsts[index] = span;
    return new ContentLayout(EntryList.of(entries), owners, offsets, firsts);
  }

  /** The offset of each chunk in the content sequence, and, last, their total. */
  public static long[] chunkOffsets(List<Frame.Chunk> chunks) {
    long[] offsets = new long[chunks.size() + 1];
    int i = 0;
    for (Frame.Chunk chunk : chunks) {
      offsets[i + 1] = offsets[i] + chunk.length();
      i++;
    }
    return offsets;
  }

  /** How many spans there are, empty ones counted. */
  public int size() {
    return owners.length;
  }

  /** Bytes of all streams. */
  public long bytes() {
    return offsets[owners.length];
  }

  /** The span of this index, 0 to {@link #size} - 1. */
  public Span span(int index) {
    int entry = owners[index];
    int within = index - firsts[entry];
    Entry owner = entries.get(entry);
    int named = within - unnamed(owner);
    Optional<Name> stream =
        named < 0 ? Optional.empty() : Optional.of(owner.streams().get(named).name());
    return new Span(entry, stream, offsets[index], offsets[index + 1] - offsets[index]);
  }

  /** The index of an entry's first span, if it has one. */
  public int firstOf(int entry) {
    return firsts[entry];
  }

  /** An entry's spans, in order. */
  public List<Span> ofEntry(int entry) {
    List<Span> spans = new ArrayList<>(firsts[entry + 1] - firsts[entry]);
    for (int i = firsts[entry]; i < firsts[entry + 1]; i++) {
      spans.add(span(i));
    }
    return spans;
  }

  /**
   * The index of the span the byte at {@code offset} belongs to; offset 0 to {@link #bytes} - 1.
   */
  public int spanAt(long offset) {
    if (offset < 0 || offset >= bytes()) {
      throw new IndexOutOfBoundsException("offset " + offset + " of " + bytes());
    }
    int found = Arrays.binarySearch(offsets, offset);
    int index = found >= 0 ? found : -found - 2;
    // Empty spans share the offset of the one that follows.
    while (offsets[index + 1] == offset) {
      index++;
    }
    return index;
  }

  /** The spans with bytes in {@code from} to {@code to} (exclusive), in order. */
  public List<Span> overlapping(long from, long to) {
    List<Span> spans = new ArrayList<>();
    if (from >= to) {
      return spans;
    }
    for (int i = spanAt(from); i < owners.length && offsets[i] < to; i++) {
      if (offsets[i + 1] > offsets[i]) {
        spans.add(span(i));
      }
    }
    return spans;
  }

  private static int unnamed(Entry entry) {
    return entry instanceof Entry.File ? 1 : 0;
  }
}
