package io.sluice.distributionpoint;

import io.sluice.content.ChunkStore;
import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Platform;
import io.sluice.manifest.ContentLayout;
import io.sluice.manifest.Entry;
import io.sluice.manifest.EntryPath;
import io.sluice.manifest.Manifest;
import io.sluice.parallel.Threads;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads the bytes of a folder in the order of the content sequence and compares every chunk's
 * digest. Ranges are read side by side, be it of one file.
 */
final class ContentCheck {
  /** About how many bytes one range has. */
  private static final long RANGE_BYTES = 16L << 20;

  private final Platform platform;
  private final Manifest manifest;
  private final Path folder;
  private final BitSet readable;
  private final Map<SidecarPlan.Key, Path> beside;
  private final ContentLayout layout;
  private final long[] offsets;

  ContentCheck(
      Platform platform,
      Manifest manifest,
      ContentLayout layout,
      Path folder,
      BitSet readable,
      Map<SidecarPlan.Key, Path> beside) {
    this.platform = platform;
    this.manifest = manifest;
    this.folder = folder;
    this.readable = readable;
    this.beside = beside;
    this.layout = layout;
    this.offsets = ContentLayout.chunkOffsets(manifest.chunks());
  }

  List<Difference> run(Threads threads, Optional<ChunkStore> store)
      throws Failure, InterruptedException {
    TreeMap<Integer, Difference> all = new TreeMap<>();
    Batches<Map<Integer, Difference>> batches = new Batches<>(threads, some -> add(some, all));
    int chunks = manifest.chunks().size();
    for (int from = 0; from < chunks; ) {
      int to = from + 1;
      while (to < chunks && offsets[to] - offsets[from] < RANGE_BYTES) {
        to++;
      }
      int first = from;
      int end = to;
      batches.add(() -> new Range(store).check(first, end));
      from = to;
    }
    batches.finish();
    return List.copyOf(all.values());
  }

  /** A stream that differs in several ranges is told once, by the first of them. */
  private static void add(Map<Integer, Difference> some, Map<Integer, Difference> all) {
    some.forEach(
        (span, difference) -> {
          if (all.size() < Differences.DIFFERENCES_MAX) {
            all.putIfAbsent(span, difference);
          }
        });
  }

  /** One range, read from its start to its end. */
  private final class Range {
    private final Optional<ChunkStore> store;
    private final byte[] buffer = new byte[Frame.Chunk.BYTES_MAX];
    private final byte[] stored = new byte[Frame.Chunk.BYTES_MAX];
    private final TreePaths paths = new TreePaths(platform, folder);
    private final TreeMap<Integer, Difference> found = new TreeMap<>();

    /** Streams of this range that turned out not to be readable to their end. */
    private final BitSet broken = new BitSet();

    private int open = -1;
    private @Nullable InputStream input;

    Range(Optional<ChunkStore> store) {
      this.store = store;
    }

    Map<Integer, Difference> check(int from, int to) throws Failure, InterruptedException {
      try {
        for (int chunk = from; chunk < to; chunk++) {
          if (Thread.interrupted()) {
            throw new InterruptedException();
          }
          check(chunk);
        }
      } finally {
        close();
      }
      return found;
    }

    private void check(int chunk) throws Failure {
      Frame.Chunk expected = manifest.chunks().get(chunk);
      boolean whole = true;
      int filled = 0;
      int first = layout.spanAt(offsets[chunk]);
      for (int at = first; filled < expected.length(); at++) {
        ContentLayout.Span span = layout.span(at);
        long start = offsets[chunk] + filled;
        int length = (int) Math.min(expected.length() - filled, span.end() - start);
        if (length > 0 && !fill(at, start, filled, length)) {
          whole = false;
          Arrays.fill(buffer, filled, filled + length, (byte) 0);
        }
        filled += length;
      }
      if (!whole || !Digest.of(buffer, 0, expected.length()).equals(expected.digest())) {
        name(chunk, first, expected, whole);
      }
    }

    /** Says which of the streams in a chunk that differs it is. */
    private void name(int chunk, int first, Frame.Chunk expected, boolean whole) {
      boolean known = known(expected);
      int done = 0;
      for (int at = first; done < expected.length(); at++) {
        ContentLayout.Span span = layout.span(at);
        long start = offsets[chunk] + done;
        int length = (int) Math.min(expected.length() - done, span.end() - start);
        int end = done + length;
        boolean judged = length > 0 && isReadable(at);
        if (judged && (!known || !Arrays.equals(buffer, done, end, stored, done, end))) {
          String where = (start - span.offset()) + " to " + (start - span.offset() + length);
          String detail = "bytes " + where + " differ";
          if (!known && !whole) {
            detail = "bytes " + where + " cannot be judged without those that are missing";
          } else if (!known && length < expected.length()) {
            detail = "bytes " + where + " differ, or those of a neighbour in the same chunk do";
          }
          difference(at, span, Difference.Kind.BYTES, detail);
        }
        done = end;
      }
    }

    /** True if the store has the chunk; its bytes are then in {@code stored}. */
    private boolean known(Frame.Chunk chunk) {
      try {
        return store.isPresent()
            && store.get().holds(chunk.digest())
            && store.get().read(chunk.digest(), stored, 0) == chunk.length();
      } catch (Failure e) {
        // The store is only asked to say more; the difference is told either way.
        return false;
      }
    }

    private boolean isReadable(int span) {
      return readable.get(span) && !broken.get(span);
    }

    /** Reads bytes of a span from an offset of the sequence on, to which it was read before. */
    private boolean fill(int at, long start, int into, int length) {
      if (!isReadable(at)) {
        return false;
      }
      ContentLayout.Span span = layout.span(at);
      try {
        InputStream in = input;
        if (open != at || in == null) {
          close();
          in = open(span);
          input = in;
          open = at;
          in.skipNBytes(start - span.offset());
        }
        int read = in.readNBytes(buffer, into, length);
        if (read == length) {
          return true;
        }
        difference(at, span, Difference.Kind.SIZE, "ends before its size");
      } catch (IOException | Failure e) {
        String why = String.valueOf(e.getMessage());
        difference(at, span, Difference.Kind.UNREADABLE, why);
      }
      broken.set(at);
      return false;
    }

    private InputStream open(ContentLayout.Span span) throws Failure {
      if (span.stream().isEmpty()) {
        return platform.read(paths.of(entry(span)));
      }
      SidecarPlan.Key key = new SidecarPlan.Key(span.entry(), span.stream().get());
      Path file = beside.get(key);
      return file != null
          ? platform.read(file)
          : platform.readStream(paths.of(entry(span)), span.stream().get());
    }

    private EntryPath entry(ContentLayout.Span span) {
      Entry entry = manifest.entries().get(span.entry());
      return entry.path();
    }

    private void difference(int at, ContentLayout.Span span, Difference.Kind kind, String detail) {
      if (found.size() < Differences.DIFFERENCES_MAX) {
        found.putIfAbsent(at, new Difference(entry(span), span.stream(), kind, detail));
      }
    }

    private void close() {
      InputStream in = input;
      input = null;
      open = -1;
      if (in != null) {
        try {
          in.close();
        } catch (IOException e) {
          // It was only read, and every byte read was compared.
          return;
        }
      }
    }
  }
}
