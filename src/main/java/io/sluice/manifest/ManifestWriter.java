package io.sluice.manifest;

import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes a manifest in its canonical form (docs/formats/manifest.md): all entries in canonical
 * order, all chunks, then {@link #end}. The bytes are made here and by no library, because their
 * digest is the content's identity. One thread at a time.
 *
 * <p>Entries out of order, names that come twice and sums that do not fit are a defect of the
 * caller (IllegalArgumentException); a tree over the format's limits is MANIFEST_TOO_LARGE.
 */
public final class ManifestWriter {
  private final OutputStream out;
  private final @Nullable Set<EntryPath> linked;
  private final MessageDigest sha = Digest.sha256();
  private final LineBuffer line = new LineBuffer();
  private final CanonicalOrder order = new CanonicalOrder();
  private final Map<EntryPath, Integer> files = new HashMap<>();
  private long total;
  private int entries;
  private long streams;
  private long bytes;
  private long chunks;
  private long chunkBytes;

  /** Writes to {@code out}, which stays open; every file's path is remembered for hard links. */
  public ManifestWriter(OutputStream out) {
    this(out, null);
  }

  private ManifestWriter(OutputStream out, @Nullable Set<EntryPath> linked) {
    this.out = out;
    this.linked = linked;
  }

  /** The plain bytes of a whole manifest. */
  public static byte[] plain(List<Entry> entries, List<Frame.Chunk> chunks) throws Failure {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      write(entries, chunks, out);
    } catch (IOException e) {
      throw new UncheckedIOException("an array cannot fail", e);
    }
    return out.toByteArray();
  }

  /**
   * Writes a whole manifest to {@code out}, which stays open.
   *
   * @return the digest of the plain bytes
   */
  public static Digest write(List<Entry> entries, List<Frame.Chunk> chunks, OutputStream out)
      throws IOException, Failure {
    Set<EntryPath> linked = new HashSet<>();
    for (Entry entry : entries) {
      if (entry instanceof Entry.HardLink link) {
        linked.add(link.file());
      }
    }
    ManifestWriter writer = new ManifestWriter(out, linked);
    for (Entry entry : entries) {
      writer.entry(entry);
    }
    for (Frame.Chunk chunk : chunks) {
      writer.chunk(chunk);
    }
    return writer.end();
  }

  /** The next entry; the first one is the root directory. */
  public void entry(Entry entry) throws IOException, Failure {
    check(chunks == 0, entry, "an entry after a chunk");
    if (entries == 0) {
      line.ascii("{\"sluice\":\"manifest\",\"v\":0,\"chunking\":0}");
      put("the header");
    }
    try {
      follow(entry);
    } catch (Refusal refusal) {
      if (refusal.code() == Code.MANIFEST_TOO_LARGE) {
        throw tooLarge(entry.path().toString(), refusal.reason());
      }
      throw new IllegalArgumentException(entry.path() + ": " + refusal.reason());
    }
    switch (entry) {
      case Entry.Directory directory -> directory(directory);
      case Entry.File file -> file(file);
      case Entry.Symlink link -> {
        line.ascii("{\"l\":").raw(link.path().name().raw());
        attributes(link.attributes());
        line.ascii(",\"to\":").raw(link.target().raw());
      }
      case Entry.HardLink link -> {
        line.ascii("{\"h\":").raw(link.path().name().raw());
        line.ascii(",\"to\":").number(ordinal(link));
      }
    }
    line.ascii("}");
    put(entry.path());
    entries++;
  }

  /** The next chunk of the content sequence; after all entries. */
  public void chunk(Frame.Chunk chunk) throws IOException, Failure {
    if (entries == 0) {
      throw new IllegalArgumentException("a chunk before the root directory");
    }
    line.ascii("{\"c\":\"").ascii(chunk.digest().hex());
    line.ascii("\",\"n\":").number(chunk.length()).ascii("}");
    put("a chunk");
    chunks++;
    chunkBytes += chunk.length();
  }

  /**
   * Writes the trailer.
   *
   * @return the digest of the plain bytes
   */
  public Digest end() throws IOException, Failure {
    if (entries == 0 || chunkBytes != bytes) {
      throw new IllegalArgumentException(
          entries + " entries, streams of " + bytes + " bytes in chunks of " + chunkBytes);
    }
    line.ascii("{\"end\":{\"entries\":").number(entries);
    line.ascii(",\"streams\":").number(streams);
    line.ascii(",\"bytes\":").number(bytes);
    line.ascii(",\"chunks\":").number(chunks).ascii("}}");
    put("the trailer");
    return Digest.read(sha.digest(), 0);
  }

  private void directory(Entry.Directory directory) throws Failure {
    line.ascii("{\"d\":[");
    String separator = "";
    for (Name name : directory.path().elements()) {
      line.ascii(separator).raw(name.raw());
      separator = ",";
    }
    line.ascii("]");
    attributes(directory.attributes());
    streams(directory);
  }

  private void file(Entry.File file) throws Failure {
    line.ascii("{\"f\":").raw(file.path().name().raw());
    attributes(file.attributes());
    line.ascii(",\"s\":").number(file.size());
    add(file.size());
    streams(file);
    if (linked == null || linked.contains(file.path())) {
      files.put(file.path(), entries);
    }
  }

  private int ordinal(Entry.HardLink link) {
    Integer ordinal = files.get(link.file());
    if (ordinal == null) {
      throw new IllegalArgumentException(link.path() + ": no earlier file " + link.file());
    }
    return ordinal;
  }

  private void follow(Entry entry) throws Refusal {
    EntryPath path = entry.path();
    if (entry instanceof Entry.Directory) {
      order.directory(path.elements());
    } else {
      check(
          !path.isRoot() && order.isCurrent(path.parent()), entry, "not in the current directory");
      order.child(path.name());
    }
  }

  private void attributes(Attributes attributes) {
    line.ascii(",\"m\":").number(attributes.mode());
    line.ascii(",\"t\":[").number(attributes.mtimeSeconds());
    line.ascii(",").number(attributes.mtimeNanos()).ascii("]");
    if (!attributes.properties().isEmpty()) {
      String separator = ",\"p\":[[";
      for (Property property : attributes.properties()) {
        line.ascii(separator).raw(property.key().raw()).ascii(",").raw(property.raw()).ascii("]");
        separator = ",[";
      }
      line.ascii("]");
    }
  }

  private void streams(Entry entry) throws Failure {
    if (entry.streams().isEmpty()) {
      return;
    }
    @Nullable Name before = null;
    line.ascii(",\"x\":[");
    for (Stream stream : entry.streams()) {
      check(
          before == null || before.compareTo(stream.name()) < 0,
          entry,
          "the stream " + stream.name() + " is out of order or comes twice");
      line.ascii(before == null ? "[" : ",[").raw(stream.name().raw());
      line.ascii(",").number(stream.size()).ascii("]");
      before = stream.name();
      streams++;
      add(stream.size());
    }
    line.ascii("]");
  }

  private void add(long size) throws Failure {
    bytes += size;
    if (bytes > Manifest.INTEGER_MAX) {
      throw tooLarge("all entries", "streams of more than 2^53 bytes together");
    }
  }

  /** Ends the line and writes it; {@code about} is made text only for a refusal. */
  private void put(Object about) throws IOException, Failure {
    line.ascii("\n");
    if (line.length() > Lines.LINE_BYTES_MAX) {
      throw tooLarge(about.toString(), "its line has " + line.length() + " bytes");
    }
    total += line.length();
    if (total > Manifest.PLAIN_BYTES_MAX) {
      throw tooLarge(
          about.toString(), "more than " + Manifest.PLAIN_BYTES_MAX + " bytes of manifest");
    }
    sha.update(line.bytes(), 0, line.length());
    out.write(line.bytes(), 0, line.length());
    line.clear();
  }

  private static void check(boolean holds, Entry entry, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(entry.path() + ": " + otherwise);
    }
  }

  private static Failure tooLarge(String about, String why) {
    return Failure.permanent(
        Code.MANIFEST_TOO_LARGE,
        "writing a manifest, at " + about,
        why,
        "split the package; the limits are in docs/formats/manifest.md");
  }
}
