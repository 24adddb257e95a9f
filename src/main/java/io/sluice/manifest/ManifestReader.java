package io.sluice.manifest;

import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads manifests of any origin (docs/formats/manifest.md): whatever the bytes are, the answer is a
 * canonical manifest or a failure that names line and reason, permanent in all cases.
 *
 * <ul>
 *   <li>MANIFEST_CORRUPT: damaged, never a manifest, or not canonical in order, names, sums or
 *       bounds.
 *   <li>MANIFEST_TOO_NEW: its header names a version above 0.
 *   <li>MANIFEST_TOO_LARGE: over {@link Manifest#PLAIN_BYTES_MAX}, {@link EntryPath#DEPTH_MAX} or a
 *       line over 1 MiB.
 * </ul>
 *
 * <p>Needs, besides what it hands on, one line of memory and an {@link EntryList} (hard links name
 * earlier entries). Safe from any thread: nothing is kept between calls.
 */
public final class ManifestReader {
  private ManifestReader() {}

  /** Takes entries and chunks as they are read. They count only if the call returns. */
  public interface Visitor {
    void entry(Entry entry);

    void chunk(Frame.Chunk chunk);
  }

  /**
   * Reads a manifest that must have the given digest; bytes of any other are MANIFEST_CORRUPT,
   * whatever they say.
   */
  public static Manifest read(byte[] plain, Digest expected) throws Failure {
    Digest actual = Digest.of(plain);
    if (!actual.equals(expected)) {
      throw failure(
          Code.MANIFEST_CORRUPT,
          "reading manifest " + expected,
          "its bytes have the digest " + actual);
    }
    return parse(plain);
  }

  /** Reads a manifest of whatever digest; {@link Manifest#digest} says which. */
  public static Manifest parse(byte[] plain) throws Failure {
    try {
      return whole(new ByteArrayInputStream(plain));
    } catch (IOException e) {
      throw new UncheckedIOException("an array cannot fail", e);
    }
  }

  /**
   * Reads a whole manifest from a stream, which stays open, up to the stream's end.
   *
   * @throws IOException if the stream fails
   */
  static Manifest whole(InputStream plain) throws IOException, Failure {
    List<Frame.Chunk> chunks = new ArrayList<>();
    Sequence sequence = new Sequence(new ChunksOnly(chunks));
    Digest digest = read(plain, sequence, Manifest.PLAIN_BYTES_MAX);
    return new Manifest(digest, sequence.entries.build(), chunks);
  }

  /** Collects chunks. */
  record ChunksOnly(List<Frame.Chunk> chunks) implements Visitor {
    @Override
    public void entry(Entry entry) {}

    @Override
    public void chunk(Frame.Chunk chunk) {
      chunks.add(chunk);
    }
  }

  /**
   * Reads a manifest from a stream, which stays open, up to the stream's end.
   *
   * @return the digest of all the bytes read
   * @throws IOException if the stream fails
   */
  public static Digest read(InputStream plain, Visitor visitor) throws IOException, Failure {
    return read(plain, visitor, Manifest.PLAIN_BYTES_MAX);
  }

  static Digest read(InputStream plain, Visitor visitor, long plainBytesMax)
      throws IOException, Failure {
    return read(plain, new Sequence(visitor), plainBytesMax);
  }

  private static Digest read(InputStream plain, Sequence sequence, long plainBytesMax)
      throws IOException, Failure {
    Lines lines = new Lines(plain, plainBytesMax);
    LineParser parser = new LineParser();
    try {
      while (lines.next()) {
        sequence.take(parser.parse(lines.buffer(), lines.start(), lines.length()));
      }
      sequence.end();
      return lines.digest();
    } catch (Refusal refusal) {
      throw failure(
          refusal.code(), "reading a manifest", "line " + lines.number() + ": " + refusal.reason());
    }
  }

  private static Failure failure(Code code, String what, String why) {
    String next =
        switch (code) {
          case MANIFEST_TOO_NEW -> "install a Sluice that is as new as the one that made it";
          case MANIFEST_TOO_LARGE ->
              "split the package; the limits are in docs/formats/manifest.md";
          default -> "fetch it again; if it stays so, capture the source anew as a new version";
        };
    return Failure.permanent(code, what, why, next);
  }

  /** Header, root, entries, unknown lines, chunks, trailer: what may come when, and the sums. */
  private static final class Sequence {
    private enum Part {
      START,
      ENTRIES,
      UNKNOWN,
      CHUNKS,
      END
    }

    private final Visitor visitor;
    private final CanonicalOrder order = new CanonicalOrder();
    private final EntryList.Builder entries = new EntryList.Builder();
    private Part part = Part.START;
    private long streams;
    private long bytes;
    private long chunks;
    private long chunkBytes;

    Sequence(Visitor visitor) {
      this.visitor = visitor;
    }

    void take(Line line) throws Refusal {
      if ((part == Part.START) != (line instanceof Line.Header)) {
        throw Refusal.corrupt(
            part == Part.START ? "the first line is not a header" : "a second header");
      }
      switch (line) {
        case Line.Header header -> part = Part.ENTRIES;
        case Line.Directory directory -> entry(directory(directory));
        case Line.File file -> entry(file(file));
        case Line.Symlink link ->
            entry(new Entry.Symlink(child(link.name()), link.attributes(), link.target()));
        case Line.HardLink link -> entry(hardLink(link));
        case Line.Unknown unknown -> advance(Part.UNKNOWN, unknown.kind());
        case Line.Chunk chunk -> chunk(chunk.chunk());
        case Line.End end -> trailer(end);
      }
    }

    void end() throws Refusal {
      if (part != Part.END) {
        throw Refusal.corrupt("the bytes end before the trailer");
      }
    }

    private Entry directory(Line.Directory line) throws Refusal {
      advance(Part.ENTRIES, "d");
      return new Entry.Directory(order.directory(line.path()), line.attributes(), line.streams());
    }

    private Entry file(Line.File line) throws Refusal {
      add(line.size());
      return new Entry.File(child(line.name()), line.attributes(), line.size(), line.streams());
    }

    private Entry hardLink(Line.HardLink line) throws Refusal {
      EntryPath path = child(line.name());
      if (line.to() < entries.size() && entries.get((int) line.to()) instanceof Entry.File file) {
        return new Entry.HardLink(path, file.path());
      }
      throw Refusal.corrupt("a hard link to " + line.to() + ", which is no earlier file");
    }

    private EntryPath child(Name name) throws Refusal {
      advance(Part.ENTRIES, "an entry");
      return order.child(name);
    }

    private void entry(Entry entry) throws Refusal {
      entries.add(entry);
      for (Stream stream : entry.streams()) {
        streams++;
        add(stream.size());
      }
      visitor.entry(entry);
    }

    private void add(long size) throws Refusal {
      bytes += size;
      if (bytes > Manifest.INTEGER_MAX) {
        throw Refusal.corrupt("streams of more than 2^53 bytes together");
      }
    }

    private void chunk(Frame.Chunk chunk) throws Refusal {
      advance(Part.CHUNKS, "c");
      chunks++;
      chunkBytes += chunk.length();
      if (chunkBytes > bytes) {
        throw Refusal.corrupt("chunks of more bytes than the streams have");
      }
      visitor.chunk(chunk);
    }

    private void trailer(Line.End end) throws Refusal {
      advance(Part.END, "end");
      if (chunkBytes != bytes) {
        throw Refusal.corrupt("streams of " + bytes + " bytes in chunks of " + chunkBytes);
      }
      Line.End counted = new Line.End(entries.size(), streams, bytes, chunks);
      if (!end.equals(counted)) {
        throw Refusal.corrupt("the trailer does not fit the lines before it");
      }
    }

    private void advance(Part to, String what) throws Refusal {
      if (part == Part.END) {
        throw Refusal.corrupt("something after the trailer");
      }
      if (to.compareTo(part) < 0) {
        throw Refusal.corrupt(what + " after the part it belongs to");
      }
      if (to != Part.ENTRIES && entries.size() == 0) {
        throw Refusal.corrupt("no root directory");
      }
      part = to;
    }
  }
}
