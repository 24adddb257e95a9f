package io.sluice.distributionpoint;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.EntryCapacity;
import io.sluice.filesystem.Folder;
import io.sluice.filesystem.Platform;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.Entry;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.Stream;
import io.sluice.parallel.Crew;
import io.sluice.parallel.Threads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Writes a manifest's tree: directories in order, files and streams side by side in batches of
 * neighbours, large files one after the other in parts side by side, then links, which nothing is
 * written through, then the directories' attributes from the leaves up.
 */
final class TreeWriter {
  /** More threads than this only wait for one disk. */
  static final int WORKERS_MAX = 8;

  /** A batch ends with the entry that reaches one of these. */
  static final int BATCH_BYTES = 8 << 20;

  static final int BATCH_ENTRIES = 256;

  /** A file of so many bytes is written by several threads, where that can be. */
  static final long LARGE_BYTES = 32L << 20;

  /** About how many bytes of a large file one thread writes in a row. */
  static final long PART_BYTES = 8L << 20;

  private final Manifest manifest;
  private final Content content;
  private final EntryCapacity capacity;
  private final Kept kept;

  /** Large files that no seed held, by their index, and where their content begins. */
  private final ConcurrentSkipListMap<Integer, Long> large = new ConcurrentSkipListMap<>();

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
    int workers = Math.min(threads.cores(), WORKERS_MAX);
    boolean divides = workers > 1 && root.dividesFiles();
    Tree tree = new Tree(root, divides, new EntryWriter(capacity, sidecar));
    try (Crew crew = threads.crew("restore", workers, workers)) {
      writeContent(tree, crew);
      crew.finish();
    }
    writeLarge(tree, threads, workers);
    writeLinks(tree);
    finishDirectories(tree);
    if (sidecar.isPresent()) {
      sidecar.get().finish();
    }
  }

  /**
   * What is written to.
   *
   * @param divides true if large files are written in parts
   */
  private record Tree(Folder root, boolean divides, EntryWriter entries) {}

  private TreeFolders folders(Tree tree) {
    return new TreeFolders(tree.root, kept.folders());
  }

  private void writeContent(Tree tree, Crew crew) throws Failure, InterruptedException {
    List<Entry> entries = manifest.entries();
    try (TreeFolders folders = folders(tree)) {
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

  private void writeLarge(Tree tree, Threads threads, int workers)
      throws Failure, InterruptedException {
    try (TreeFolders folders = folders(tree)) {
      for (Map.Entry<Integer, Long> each : large.entrySet()) {
        Entry.File file = (Entry.File) manifest.entries().get(each.getKey());
        Folder folder = folders.of(file.path().parent());
        // The workers end before the file is closed, whatever happens.
        try (Folder.NewFile out = folder.createFile(file.path().name());
            Crew crew = threads.crew("restore", workers, workers)) {
          out.skip(file.size());
          for (Part part : parts(file, each.getValue())) {
            crew.submit(() -> write(tree, part, out));
          }
          crew.finish();
          ContentCursor cursor = content.from(each.getValue() + file.size());
          tree.entries.finish(each.getKey(), file, out, cursor);
        } catch (IOException e) {
          throw failure(tree, file, e);
        }
      }
    }
  }

  /**
   * Bytes of a large file that one thread writes in a row.
   *
   * @param start where the file's content begins in the sequence
   * @param from the first byte, in the file
   * @param to the one behind the last
   */
  private record Part(Entry.File file, long start, long from, long to) {}

  private List<Part> parts(Entry.File file, long start) {
    List<Long> cuts = content.cuts(start, start + file.size(), PART_BYTES);
    List<Part> parts = new ArrayList<>(cuts.size());
    for (int i = 1; i < cuts.size(); i++) {
      parts.add(new Part(file, start, cuts.get(i - 1) - start, cuts.get(i) - start));
    }
    return parts;
  }

  private Part write(Tree tree, Part part, Folder.NewFile out)
      throws Failure, InterruptedException {
    try (Folder.Bytes bytes = out.part(part.from)) {
      ContentCursor cursor = content.from(part.start + part.from);
      EntryWriter.writeBytes(part.file, part.from, part.to, bytes, cursor);
      return part;
    } catch (IOException e) {
      throw failure(tree, part.file, e);
    }
  }

  private void writeLinks(Tree tree) throws Failure {
    try (TreeFolders folders = folders(tree);
        TreeFolders others = folders(tree)) {
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
    try (TreeFolders folders = folders(tree)) {
      for (Entry entry : manifest.entries().reversed()) {
        if (entry instanceof Entry.Directory directory) {
          Optional<Attributes> held = tree.entries.held(directory.attributes());
          if (held.isPresent()) {
            folders.of(directory.path()).setAttributes(held.get());
          }
        }
      }
    }
  }

  private static Failure failure(Tree tree, Entry entry, IOException e) {
    return failure(tree.root.path() + "/" + entry.path(), e);
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
      try (TreeFolders folders = folders(tree)) {
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
              tree.entries.writeStreams(index, directory, folder::writeStream, cursor);
            }
          }
          case Entry.File file -> {
            if (kept.holds(index)) {
              tree.entries.passOver(index, file, cursor);
            } else {
              write(index, file, folders.of(file.path().parent()), cursor);
            }
          }
          case Entry.Symlink link -> {}
          case Entry.HardLink link -> {}
        }
      } catch (IOException e) {
        throw failure(tree, entry, e);
      }
    }

    private void write(int index, Entry.File file, Folder folder, ContentCursor cursor)
        throws Failure, IOException, InterruptedException {
      Optional<Path> seed = content.seedOf(file, cursor.offset());
      if (tree.divides && file.size() >= LARGE_BYTES && seed.isEmpty()) {
        large.put(index, cursor.offset());
        cursor.skip(bytes(file));
        return;
      }
      try (Folder.NewFile out = folder.createFile(file.path().name())) {
        if (seed.isPresent() && content.writeFromSeed(seed.get(), file, out)) {
          cursor.skip(file.size());
        } else {
          EntryWriter.writeBytes(file, 0, file.size(), out, cursor);
        }
        tree.entries.finish(index, file, out, cursor);
      }
    }
  }
}
