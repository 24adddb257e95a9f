package io.sluice.distributionpoint;

import io.sluice.failure.Failure;
import io.sluice.filesystem.EntryCapacity;
import io.sluice.filesystem.Extents;
import io.sluice.filesystem.Folder;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.Entry;
import io.sluice.manifest.Stream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;

/**
 * Writes what single entries have: bytes with their holes, named streams there or beside,
 * attributes last. Cursors stand where an entry's content begins, and behind it afterwards. Any
 * thread.
 */
final class EntryWriter {
  private final EntryCapacity capacity;
  private final Optional<SidecarWriter> sidecar;

  EntryWriter(EntryCapacity capacity, Optional<SidecarWriter> sidecar) {
    this.capacity = capacity;
    this.sidecar = sidecar;
  }

  /** Writes bytes of a file from an offset up to another; the cursor stands at the first. */
  static void writeBytes(
      Entry.File file, long from, long to, Folder.Bytes out, ContentCursor cursor)
      throws Failure, IOException, InterruptedException {
    List<Extents.Extent> whole = List.of(new Extents.Extent(0, file.size()));
    long at = from;
    for (Extents.Extent data : TargetCheck.extents(file).map(Extents::data).orElse(whole)) {
      long start = Math.max(data.offset(), from);
      long end = Math.min(data.offset() + data.length(), to);
      if (start < end) {
        skip(start - at, out, cursor);
        cursor.copy(end - start, out);
        at = end;
      }
    }
    skip(to - at, out, cursor);
  }

  private static void skip(long bytes, Folder.Bytes out, ContentCursor cursor)
      throws Failure, IOException, InterruptedException {
    if (bytes > 0) {
      cursor.skip(bytes);
      out.skip(bytes);
    }
  }

  /** Writes what a file has beside its bytes. */
  void finish(int index, Entry.File file, Folder.NewFile out, ContentCursor cursor)
      throws Failure, IOException, InterruptedException {
    writeStreams(index, file, out::writeStream, cursor);
    held(file.attributes()).ifPresent(out::setAttributes);
  }

  /** Of a file that is kept only the streams beside the tree are written again. */
  void passOver(int index, Entry.File file, ContentCursor cursor)
      throws Failure, IOException, InterruptedException {
    cursor.skip(file.size());
    for (Stream stream : file.streams()) {
      Optional<Integer> number = number(index, stream);
      if (number.isPresent()) {
        sidecar.orElseThrow().write(number.get(), file, stream, cursor);
      } else {
        cursor.skip(stream.size());
      }
    }
  }

  /** Opens a named stream of a file or directory for writing. */
  interface Opener {
    OutputStream open(Stream stream) throws Failure;
  }

  void writeStreams(int index, Entry entry, Opener opener, ContentCursor cursor)
      throws Failure, IOException, InterruptedException {
    for (Stream stream : entry.streams()) {
      Optional<Integer> number = number(index, stream);
      if (number.isPresent()) {
        sidecar.orElseThrow().write(number.get(), entry, stream, cursor);
      } else {
        try (OutputStream out = opener.open(stream)) {
          cursor.copy(stream.size(), out);
        }
      }
    }
  }

  private Optional<Integer> number(int index, Stream stream) {
    return sidecar.flatMap(beside -> beside.number(index, stream.name()));
  }

  /** What is to be set of these attributes; empty if nothing can be. */
  Optional<Attributes> held(Attributes wanted) {
    Attributes held = Materialiser.held(wanted, capacity);
    boolean any = capacity.modes() || capacity.times().isPresent() || !held.properties().isEmpty();
    return any ? Optional.of(held) : Optional.empty();
  }
}
