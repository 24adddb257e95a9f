package io.sluice.exchange;

import io.sluice.content.ChunkStore;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Extents;
import io.sluice.filesystem.Extents.Extent;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.ContentLayout;
import io.sluice.manifest.ContentLayout.Span;
import io.sluice.manifest.Entry;
import io.sluice.manifest.EntryPath;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import io.sluice.manifest.Stream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes a version as a pax archive that GNU tar and libarchive extract: streams and foreign
 * attributes as extended attributes, holes as GNU's sparse format 1.0, everything in canonical
 * order. What the format cannot hold is refused before the first byte, all of it at once. One
 * thread.
 */
public final class TarExport {
  /** The longest stream: what an extended attribute holds. */
  public static final int STREAM_BYTES_MAX = Property.BYTES_MAX;

  /** The longest extended header: what every reader takes (libarchive before 3.7). */
  public static final int HEADER_BYTES_MAX = 1 << 20;

  private static final byte[] NOTHING = new byte[0];
  private static final Attributes PLAIN = new Attributes(0644, 0, 0);

  private final Manifest manifest;
  private final ContentLayout layout;
  private final VersionContent content;

  /** Attributes of the files that have further names. */
  private final Map<EntryPath, Attributes> linked;

  private long sparseFiles;

  public TarExport(Manifest manifest, ChunkStore store) {
    this.manifest = manifest;
    this.layout = ContentLayout.of(manifest);
    this.content = new VersionContent(store, manifest.chunks());
    this.linked = linked(manifest);
  }

  /**
   * Writes the whole archive.
   *
   * @throws Failure EXPORT_UNSUPPORTED naming every stream that does not fit, before anything is
   *     written; what the store says
   * @throws IOException from {@code out}
   */
  public Exported write(OutputStream out) throws Failure, IOException, InterruptedException {
    requireFit();
    CountingOutput to = new CountingOutput(out);
    int index = 0;
    for (Entry entry : manifest.entries()) {
      write(index++, entry, to);
    }
    to.write(new byte[2 * TarFormat.BLOCK_BYTES]);
    to.fill(TarFormat.RECORD_BYTES);
    to.flush();
    return new Exported(manifest.entries().size(), manifest.streamCount(), to.bytes(), List.of());
  }

  private static Map<EntryPath, Attributes> linked(Manifest manifest) {
    Map<EntryPath, Attributes> linked = new HashMap<>();
    for (Entry entry : manifest.entries()) {
      if (entry instanceof Entry.HardLink link) {
        linked.put(link.file(), PLAIN);
      }
    }
    for (Entry entry : manifest.entries()) {
      if (entry instanceof Entry.File file) {
        linked.computeIfPresent(file.path(), (path, plain) -> file.attributes());
      }
    }
    return linked;
  }

  private void requireFit() throws Failure {
    List<String> tooLong = new ArrayList<>();
    for (Entry entry : manifest.entries()) {
      long sum = 0;
      for (Stream stream : entry.streams()) {
        sum += stream.size() + stream.name().length();
        if (stream.size() > STREAM_BYTES_MAX) {
          tooLong.add(entry.path() + " : " + stream.name() + ": " + stream.size() + " bytes");
        }
      }
      if (sum > HEADER_BYTES_MAX / 2) {
        tooLong.add(entry.path() + ": streams of " + sum + " bytes together");
      }
    }
    if (!tooLong.isEmpty()) {
      throw Failure.permanent(
              Code.EXPORT_UNSUPPORTED,
              "exporting " + manifest.digest() + " as tar",
              "an archive has streams as extended attributes, of at most "
                  + STREAM_BYTES_MAX
                  + " bytes, and "
                  + HEADER_BYTES_MAX / 2
                  + " of one entry together",
              "export it as WIM (--wim), which holds streams of any size")
          .about(tooLong);
    }
  }

  private void write(int index, Entry entry, CountingOutput out)
      throws Failure, IOException, InterruptedException {
    List<Span> spans = layout.ofEntry(index);
    switch (entry) {
      case Entry.Directory directory -> {
        PaxEntry pax = new PaxEntry(directory.attributes());
        addStreams(pax, spans);
        byte[] name = name(directory.path(), "/");
        header(new TarHeader(name, TarFormat.DIRECTORY, NOTHING, 0), pax, out);
      }
      case Entry.File file -> file(file, spans, out);
      case Entry.Symlink link -> {
        byte[] target = link.target().bytes();
        TarHeader head = new TarHeader(name(link.path(), ""), TarFormat.SYMLINK, target, 0);
        header(head, new PaxEntry(link.attributes()), out);
      }
      case Entry.HardLink link -> {
        // Its attributes are the file's; they are set with that.
        byte[] target = name(link.file(), "");
        TarHeader head = new TarHeader(name(link.path(), ""), TarFormat.HARD_LINK, target, 0);
        header(head, new PaxEntry(linked.getOrDefault(link.file(), PLAIN)), out);
      }
    }
  }

  private void file(Entry.File file, List<Span> spans, CountingOutput out)
      throws Failure, IOException, InterruptedException {
    PaxEntry pax = new PaxEntry(file.attributes());
    addStreams(pax, spans);
    Optional<Property> holes = file.attributes().property(Property.SPARSE);
    Optional<Extents> extents = holes.flatMap(property -> Extents.parse(property, file.size()));
    Span whole = spans.getFirst();
    // The property is what somebody once said of the file; the bytes are what it has.
    if (extents.isPresent() && areHolesZero(extents.get(), whole)) {
      sparse(file, extents.get(), whole, pax, out);
      return;
    }
    holes.ifPresent(pax::addOwn);
    header(new TarHeader(name(file.path(), ""), TarFormat.FILE, NOTHING, file.size()), pax, out);
    content.copy(whole.offset(), whole.end(), out);
    out.fill(TarFormat.BLOCK_BYTES);
  }

  private boolean areHolesZero(Extents extents, Span whole) throws Failure, InterruptedException {
    long at = whole.offset();
    for (Extent place : extents.data()) {
      long data = whole.offset() + place.offset();
      if (!content.isZero(at, data)) {
        return false;
      }
      at = data + place.length();
    }
    return content.isZero(at, whole.end());
  }

  /** GNU's sparse format 1.0: the data's places as text, then the data alone. */
  private void sparse(
      Entry.File file, Extents extents, Span whole, PaxEntry pax, CountingOutput out)
      throws Failure, IOException, InterruptedException {
    List<Extent> places = new ArrayList<>(extents.data());
    boolean endsInHole =
        places.isEmpty() || places.getLast().offset() + places.getLast().length() < file.size();
    if (endsInHole) {
      places.add(new Extent(file.size(), 0));
    }
    StringBuilder map = new StringBuilder().append(places.size()).append('\n');
    for (Extent place : places) {
      map.append(place.offset()).append('\n').append(place.length()).append('\n');
    }
    byte[] text = TarFormat.ascii(map.toString());
    byte[] name = name(file.path(), "");
    pax.records().add(TarFormat.SPARSE_MAJOR, "1");
    pax.records().add(TarFormat.SPARSE_MINOR, "0");
    pax.records().add(TarFormat.SPARSE_NAME, name);
    pax.records().add(TarFormat.SPARSE_SIZE, Long.toString(file.size()));
    long size = TarFormat.padded(text.length) + extents.bytes();
    // A reader that does not know the format sees where the map ended up.
    byte[] stored = TarFormat.ascii("GNUSparseFile.0/" + sparseFiles++);
    header(new TarHeader(stored, TarFormat.FILE, NOTHING, size), pax, out);
    out.write(text);
    out.fill(TarFormat.BLOCK_BYTES);
    for (Extent place : places) {
      long from = whole.offset() + place.offset();
      content.copy(from, from + place.length(), out);
    }
    out.fill(TarFormat.BLOCK_BYTES);
  }

  private void addStreams(PaxEntry pax, List<Span> spans) throws Failure, InterruptedException {
    for (Span span : spans) {
      if (span.stream().isPresent()) {
        pax.addStream(span.stream().get(), content.bytes(span));
      }
    }
  }

  private static void header(TarHeader head, PaxEntry pax, CountingOutput out) throws IOException {
    pax.addPath("path", head.name());
    pax.addPath("linkpath", head.link());
    pax.addAttributes(head.size());
    PaxRecords records = pax.records();
    if (records.length() > 0) {
      byte[] name = TarFormat.ascii("././@PaxHeader");
      TarHeader before = new TarHeader(name, TarFormat.PAX, NOTHING, records.length());
      out.write(before.block(PLAIN, TarHeader.Owner.NOBODY));
      out.write(records.bytes());
      out.fill(TarFormat.BLOCK_BYTES);
    }
    out.write(head.block(pax.attributes(), pax.owner()));
  }

  /** The name in the archive; the root is {@code ./}. */
  private static byte[] name(EntryPath path, String end) {
    ByteArrayOutputStream name = new ByteArrayOutputStream();
    if (path.isRoot()) {
      name.write('.');
    }
    for (Name element : path.elements()) {
      if (name.size() > 0) {
        name.write('/');
      }
      name.writeBytes(element.bytes());
    }
    name.writeBytes(TarFormat.ascii(end));
    return name.toByteArray();
  }
}
