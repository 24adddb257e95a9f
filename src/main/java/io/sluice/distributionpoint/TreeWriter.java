package io.sluice.distributionpoint;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.EntryCapacity;
import io.sluice.filesystem.Extents;
import io.sluice.filesystem.Folder;
import io.sluice.filesystem.Platform;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.Entry;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.Stream;
import io.sluice.parallel.Crew;
import io.sluice.parallel.Threads;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;

/**
 * Writes a manifest's tree: directories in order, files and streams side by side in batches of
 * neighbours, then links, which nothing is written through, then the directories' attributes from
 * the leaves up.
 */
final class TreeWriter {
  /** More threads than this only wait for one disk. */
  static final int WORKERS_MAX = 8;

  /** A batch ends with the entry that reaches one of these. */
  static final int BATCH_BYTES = 8 << 20;

  static final int BATCH_ENTRIES = 256;

  private final Manifest manifest;
  private final Content content;
  private final EntryCapacity capacity;
  private final Kept kept;

  /**
   * Writes what is not kept.
   *
   * @param kept of an interrupted build; what is not, nothing stands in the way of
   */
  TreeWriter(Manifest manifest, Content content, EntryCapacity capacity, Kept kept) {
    this.manifest = manifest;
    this.content = content;
    this.capacity = capacity;
    this.kept = kept;
  }

  /** Writes everything; nothing is durable yet. A failure leaves what was written so far. */
  void write(Folder root, Optional<SidecarWriter> sidecar, Threads threads)
      throws Failure, InterruptedException {
    Tree tree = new Tree(root, kept.folders(), sidecar);
    int workers = Math.min(threads.cores(), WORKERS_MAX);
    try (Crew crew = threads.crew("restore", workers, workers)) {
      writeContent(tree, crew);
      crew.finish();
    }
    writeLinks(tree);
    finishDirectories(tree);
    if (sidecar.isPresent()) {
      sidecar.get().finish();
    }
  }

  /** What is written to. */
  private record Tree(Folder root, TreeFolders.Made made, Optional<SidecarWriter> sidecar) {
    TreeFolders folders() {
      return new TreeFolders(root, made);
    }
  }

  private void writeContent(Tree tree, Crew crew) throws Failure, InterruptedException {
    List<Entry> entries = manifest.entries();
    try (TreeFolders folders = tree.folders()) {
      long start = 0;
      long end = 0;
      int from = 0;
      for (int to = 1; to <= entries.size(); to++) {
        Entry entry = entries.get(to - 1);
        boolean made = entry.path().isRoot() || kept.holds(to - 1);
        if (entry instanceof Entry.Directory && !made) {
          folders.create(entry.path());
        }
        end += bytes(entry);
        boolean full = end - start >= BATCH_BYTES || to - from >= BATCH_ENTRIES;
        if (full || to == entries.size()) {
          crew.submit(new Batch(tree, from, to, start)::write);
          from = to;
          start = end;
        }
      }
    }
  }

  /** Bytes of an entry's streams, named and unnamed. */
  static long bytes(Entry entry) {
    long bytes = entry instanceof Entry.File file ? file.size() : 0;
    for (Stream stream : entry.streams()) {
      bytes += stream.size();
    }
    return bytes;
  }

  private void writeLinks(Tree tree) throws Failure {
    try (TreeFolders folders = tree.folders();
        TreeFolders others = tree.folders()) {
      for (Entry entry : manifest.entries()) {
        switch (entry) {
          case Entry.Symlink link ->
              folders
                  .of(link.path().parent())
                  .createSymlink(
                      link.path().name(),
                      link.target(),
                      Materialiser.heldByLink(link.attributes(), capacity));
          case Entry.HardLink link -> {
            Folder there = others.of(link.file().parent());
            folders
                .of(link.path().parent())
                .createHardLink(link.path().name(), there, link.file().name());
          }
          case Entry.Directory directory -> {}
          case Entry.File file -> {}
        }
      }
    }
  }

  private void finishDirectories(Tree tree) throws Failure {
    try (TreeFolders folders = tree.folders()) {
      for (Entry entry : manifest.entries().reversed()) {
        if (entry instanceof Entry.Directory directory) {
          Optional<Attributes> held = held(directory.attributes());
          if (held.isPresent()) {
            folders.of(directory.path()).setAttributes(held.get());
          }
        }
      }
    }
  }

  /** What is to be set of these attributes; empty if nothing can be. */
  private Optional<Attributes> held(Attributes wanted) {
    Attributes held = Materialiser.held(wanted, capacity);
    boolean any = capacity.modes() || capacity.times().isPresent() || !held.properties().isEmpty();
    return any ? Optional.of(held) : Optional.empty();
  }

  /** What a stream being written said. */
  static Failure failure(String path, IOException e) {
    return Platform.failureIn(e)
        .orElseGet(
            () ->
                Failure.temporary(
                        Code.PLACE_UNAVAILABLE,
                        "writing " + path,
                        String.valueOf(e.getMessage()),
                        "make the folder writable for the user Sluice runs as")
                    .about(List.of(path))
                    .because(e));
  }

  /** Neighbours in canonical order, whose content is one range of the sequence. One thread. */
  private final class Batch {
    private final Tree tree;
    private final int from;
    private final int to;
    private final long start;

    Batch(Tree tree, int from, int to, long start) {
      this.tree = tree;
      this.from = from;
      this.to = to;
      this.start = start;
    }

    /** Writes them; the result says nothing. */
    Batch write() throws Failure, InterruptedException {
      ContentCursor cursor = content.from(start);
      try (TreeFolders folders = tree.folders()) {
        for (int index = from; index < to; index++) {
          write(index, manifest.entries().get(index), folders, cursor);
        }
      }
      return this;
    }

    private void write(int index, Entry entry, TreeFolders folders, ContentCursor cursor)
        throws Failure, InterruptedException {
      try {
        switch (entry) {
          case Entry.Directory directory -> {
            if (!directory.streams().isEmpty()) {
              Folder folder = folders.of(directory.path());
              writeStreams(index, directory, folder::writeStream, cursor);
            }
          }
          case Entry.File file -> {
            if (kept.holds(index)) {
              passOver(index, file, cursor);
            } else {
              write(index, file, folders.of(file.path().parent()), cursor);
            }
          }
          case Entry.Symlink link -> {}
          case Entry.HardLink link -> {}
        }
      } catch (IOException e) {
        throw failure(tree.root.path() + "/" + entry.path(), e);
      }
    }

    private void write(int index, Entry.File file, Folder folder, ContentCursor cursor)
        throws Failure, IOException, InterruptedException {
      try (Folder.NewFile out = folder.createFile(file.path().name())) {
        if (content.writeFromSeed(file, cursor.offset(), out)) {
          cursor.skip(file.size());
        } else {
          writeBytes(file, out, cursor);
        }
        writeStreams(index, file, out::writeStream, cursor);
        held(file.attributes()).ifPresent(out::setAttributes);
      }
    }

    /** Of a file that is kept only the streams beside the tree are written again. */
    private void passOver(int index, Entry.File file, ContentCursor cursor)
        throws Failure, IOException, InterruptedException {
      cursor.skip(file.size());
      for (Stream stream : file.streams()) {
        Optional<Integer> number = number(index, stream);
        if (number.isPresent()) {
          tree.sidecar.orElseThrow().write(number.get(), file, stream, cursor);
        } else {
          cursor.skip(stream.size());
        }
      }
    }

    private Optional<Integer> number(int index, Stream stream) {
      return tree.sidecar.flatMap(beside -> beside.number(index, stream.name()));
    }

    private void writeBytes(Entry.File file, Folder.NewFile out, ContentCursor cursor)
        throws Failure, IOException, InterruptedException {
      Optional<Extents> extents = TargetCheck.extents(file);
      long at = 0;
      for (Extents.Extent extent : extents.map(Extents::data).orElse(List.of())) {
        skip(extent.offset() - at, out, cursor);
        cursor.copy(extent.length(), out);
        at = extent.offset() + extent.length();
      }
      if (extents.isPresent()) {
        skip(file.size() - at, out, cursor);
      } else {
        cursor.copy(file.size(), out);
      }
    }

    private void skip(long bytes, Folder.NewFile out, ContentCursor cursor)
        throws Failure, IOException, InterruptedException {
      if (bytes > 0) {
        cursor.skip(bytes);
        out.skip(bytes);
      }
    }

    private void writeStreams(int index, Entry entry, Opener opener, ContentCursor cursor)
        throws Failure, IOException, InterruptedException {
      for (Stream stream : entry.streams()) {
        Optional<Integer> number = number(index, stream);
        if (number.isPresent()) {
          tree.sidecar.orElseThrow().write(number.get(), entry, stream, cursor);
        } else {
          try (OutputStream out = opener.open(stream)) {
            cursor.copy(stream.size(), out);
          }
        }
      }
    }
  }

  /** Opens a named stream of a file or directory for writing. */
  private interface Opener {
    OutputStream open(Stream stream) throws Failure;
  }
}
