package io.sluice.manifest;

import io.sluice.content.ChunkStore;
import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.failure.Failure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * What differs between two versions: entries, streams, attributes and bytes. Exact: where small
 * streams share chunks with others, so that digests do not decide, their bytes are compared. For
 * one thread.
 */
public final class VersionDiff {
  /** The unnamed stream first, then by name: several may be shown alike. */
  private static final Comparator<Optional<Name>> STREAMS =
      Comparator.comparing(
          (Optional<Name> name) -> name.map(Name::raw).orElse(new byte[0]),
          Arrays::compareUnsigned);

  private final Manifest before;
  private final Manifest after;
  private final Sequence old;
  private final Sequence now;
  private final ContentLayout oldLayout;
  private final ContentLayout nowLayout;

  /** What became of an entry. */
  public enum Kind {
    ADDED,
    REMOVED,
    CHANGED
  }

  /**
   * An entry that differs.
   *
   * @param what of a changed entry: {@code bytes}, {@code mode 644 -> 755}, {@code stream s added}
   */
  public record Change(EntryPath path, Kind kind, List<String> what) {
    public Change {
      what = List.copyOf(what);
    }
  }

  /** Chunks a library that holds the older version lacks of the newer one, and their bytes. */
  public record Lacking(int chunks, long bytes) {}

  /**
   * @param store holds both versions; asked only where digests do not decide
   */
  public VersionDiff(Manifest before, Manifest after, ChunkStore store) {
    this.before = before;
    this.after = after;
    this.old = new Sequence(before.chunks(), store);
    this.now = new Sequence(after.chunks(), store);
    this.oldLayout = ContentLayout.of(before);
    this.nowLayout = ContentLayout.of(after);
  }

  /**
   * Hands on everything that differs, in canonical order. What is a directory in one version and
   * something else in the other was removed and added.
   *
   * @throws Failure what the store throws if bytes must be compared
   */
  public void changes(Consumer<Change> found) throws Failure {
    int was = 0;
    int is = 0;
    while (was < before.entries().size() || is < after.entries().size()) {
      int order = order(was, is);
      if (order < 0) {
        found.accept(new Change(before.entries().get(was).path(), Kind.REMOVED, List.of()));
      } else if (order > 0) {
        found.accept(new Change(after.entries().get(is).path(), Kind.ADDED, List.of()));
      } else {
        List<String> what = compare(was, is);
        if (!what.isEmpty()) {
          found.accept(new Change(after.entries().get(is).path(), Kind.CHANGED, what));
        }
      }
      was += order <= 0 ? 1 : 0;
      is += order >= 0 ? 1 : 0;
    }
  }

  /** Which comes first; a list that has ended comes last. */
  private int order(int was, int is) {
    if (was == before.entries().size()) {
      return 1;
    }
    return is == after.entries().size()
        ? -1
        : CanonicalOrder.compare(before.entries().get(was), after.entries().get(is));
  }

  /** What must be stored or sent where the older version is already. */
  public Lacking lacking() {
    Set<Digest> held = new HashSet<>();
    before.chunks().forEach(chunk -> held.add(chunk.digest()));
    int chunks = 0;
    long bytes = 0;
    for (Frame.Chunk chunk : after.chunks()) {
      if (held.add(chunk.digest())) {
        chunks++;
        bytes += chunk.length();
      }
    }
    return new Lacking(chunks, bytes);
  }

  private List<String> compare(int was, int is) throws Failure {
    Entry from = before.entries().get(was);
    Entry to = after.entries().get(is);
    List<String> what = new ArrayList<>();
    switch (to) {
      case Entry.File file when from instanceof Entry.File older -> {
        attributes(older.attributes(), file.attributes(), what);
        streams(was, is, what);
      }
      case Entry.Directory directory when from instanceof Entry.Directory older -> {
        attributes(older.attributes(), directory.attributes(), what);
        streams(was, is, what);
      }
      case Entry.Symlink link when from instanceof Entry.Symlink older -> {
        attributes(older.attributes(), link.attributes(), what);
        if (!older.target().equals(link.target())) {
          what.add("target " + older.target() + " -> " + link.target());
        }
      }
      case Entry.HardLink link when from instanceof Entry.HardLink older -> {
        if (!older.file().equals(link.file())) {
          what.add("second name of " + older.file() + " -> of " + link.file());
        }
      }
      default -> what.add(kind(from) + " -> " + kind(to));
    }
    return what;
  }

  private static String kind(Entry entry) {
    return switch (entry) {
      case Entry.File file -> "file";
      case Entry.Directory directory -> "directory";
      case Entry.Symlink link -> "symbolic link";
      case Entry.HardLink link -> "second name of " + link.file();
    };
  }

  private static void attributes(Attributes from, Attributes to, List<String> what) {
    if (from.mode() != to.mode()) {
      what.add("mode %o -> %o".formatted(from.mode(), to.mode()));
    }
    if (from.mtimeSeconds() != to.mtimeSeconds() || from.mtimeNanos() != to.mtimeNanos()) {
      what.add("time");
    }
    Map<Name, Property> older = new TreeMap<>();
    from.properties().forEach(property -> older.put(property.key(), property));
    for (Property property : to.properties()) {
      Property was = older.remove(property.key());
      if (was == null) {
        what.add(property.key() + " added");
      } else if (!was.equals(property)) {
        what.add(property.key() + " changed");
      }
    }
    older.keySet().forEach(key -> what.add(key + " removed"));
  }

  private void streams(int was, int is, List<String> what) throws Failure {
    Map<Optional<Name>, ContentLayout.Span> older = spans(oldLayout, was);
    Map<Optional<Name>, ContentLayout.Span> newer = spans(nowLayout, is);
    Set<Optional<Name>> names = new TreeSet<>(STREAMS);
    names.addAll(older.keySet());
    names.addAll(newer.keySet());
    for (Optional<Name> stream : names) {
      ContentLayout.Span from = older.get(stream);
      ContentLayout.Span to = newer.get(stream);
      String name = stream.map(named -> "stream " + named).orElse("bytes");
      if (from == null) {
        what.add(name + " added");
      } else if (to == null) {
        what.add(name + " removed");
      } else if (from.size() != to.size()) {
        what.add(name + " " + from.size() + " -> " + to.size());
      } else if (!sameBytes(from.offset(), to.offset(), to.size())) {
        what.add(name + " changed");
      }
    }
  }

  private static Map<Optional<Name>, ContentLayout.Span> spans(ContentLayout layout, int entry) {
    Map<Optional<Name>, ContentLayout.Span> spans = new TreeMap<>(STREAMS);
    layout.ofEntry(entry).forEach(span -> spans.put(span.stream(), span));
    return spans;
  }

  private boolean sameBytes(long from, long to, long size) throws Failure {
    for (long done = 0; done < size; ) {
      old.seek(from + done);
      now.seek(to + done);
      int piece = (int) Math.min(size - done, Math.min(old.left(), now.left()));
      if (!old.sameChunk(now) && !old.sameBytes(now, piece)) {
        return false;
      }
      done += piece;
    }
    return true;
  }

  /** A version's content sequence, read where it is looked at. */
  private static final class Sequence {
    private final List<Frame.Chunk> chunks;
    private final ChunkStore store;
    private final long[] offsets;
    private final byte[] plain = new byte[Frame.Chunk.BYTES_MAX];
    private int loaded = -1;
    private int chunk;
    private int at;

    Sequence(List<Frame.Chunk> chunks, ChunkStore store) {
      this.chunks = chunks;
      this.store = store;
      this.offsets = ContentLayout.chunkOffsets(chunks);
    }

    void seek(long offset) {
      int found = Arrays.binarySearch(offsets, offset);
      chunk = found >= 0 ? found : -found - 2;
      at = (int) (offset - offsets[chunk]);
    }

    int left() {
      return chunks.get(chunk).length() - at;
    }

    boolean sameChunk(Sequence other) {
      return at == other.at
          && chunks.get(chunk).digest().equals(other.chunks.get(other.chunk).digest());
    }

    boolean sameBytes(Sequence other, int length) throws Failure {
      load();
      other.load();
      return Arrays.equals(plain, at, at + length, other.plain, other.at, other.at + length);
    }

    private void load() throws Failure {
      if (loaded != chunk) {
        store.read(chunks.get(chunk).digest(), plain, 0);
        loaded = chunk;
      }
    }
  }
}
