package io.sluice.distributionpoint;

import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Facts;
import io.sluice.filesystem.Folder;
import io.sluice.filesystem.Platform;
import io.sluice.manifest.Entry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/**
 * Folders that may hold files of a version already: an older version, or any other. A file counts
 * if it stands at the same path, is of the same size and every chunk of it has the digest it should
 * have. Any thread.
 *
 * <p>What changes between that look and the copy is found like any other damage, when the result is
 * read back.
 */
final class Seeds {
  /**
   * A smaller file is not looked for: to open one more costs as much as to decode it, and its
   * chunks may hold its neighbours too.
   */
  static final long BYTES_MIN = 256 * 1024;

  private final Platform platform;
  private final List<Path> folders;
  private final LongAdder files = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder shared = new LongAdder();

  Seeds(Platform platform, List<Path> folders) {
    this.platform = platform;
    this.folders = List.copyOf(folders);
  }

  /** True if it is worth asking for a file. */
  boolean mayHold(Entry.File file) {
    return !folders.isEmpty() && file.size() >= BYTES_MIN;
  }

  /**
   * Finds a file in the first seed that holds it.
   *
   * @param chunks of the whole file and nothing else
   */
  Optional<Path> holding(Entry.File file, List<Frame.Chunk> chunks) throws InterruptedException {
    for (Path folder : folders) {
      Optional<Path> there = holding(folder, file, chunks);
      if (there.isPresent()) {
        return there;
      }
    }
    return Optional.empty();
  }

  private Optional<Path> holding(Path folder, Entry.File file, List<Frame.Chunk> chunks)
      throws InterruptedException {
    try {
      Path there = new TreePaths(platform, folder).of(file.path());
      return holds(there, file, chunks) ? Optional.of(there) : Optional.empty();
    } catch (Failure | IOException e) {
      // Whatever the reason: this seed does not hold it.
      return Optional.empty();
    }
  }

  private boolean holds(Path there, Entry.File file, List<Frame.Chunk> chunks)
      throws Failure, IOException, InterruptedException {
    Facts facts = platform.facts(there);
    if (facts.kind() != Facts.Kind.FILE || facts.size().bytes() != file.size()) {
      return false;
    }
    try (InputStream in = platform.read(there)) {
      return holds(in, chunks);
    }
  }

  private static boolean holds(InputStream in, List<Frame.Chunk> chunks)
      throws IOException, InterruptedException {
    byte[] buffer = new byte[Frame.Chunk.BYTES_MAX];
    for (Frame.Chunk chunk : chunks) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      if (in.readNBytes(buffer, 0, chunk.length()) < chunk.length()
          || !Digest.of(buffer, 0, chunk.length()).equals(chunk.digest())) {
        return false;
      }
    }
    return true;
  }

  /**
   * Makes a file the same as one that was found.
   *
   * @return false if it is gone, and nothing was written
   */
  boolean write(Path there, Entry.File file, Folder.NewFile out) throws IOException {
    try (InputStream in = platform.read(there)) {
      Folder.Copied copied = out.copyOf(in, file.size());
      if (copied == Folder.Copied.NOTHING) {
        in.transferTo(out);
      }
      files.increment();
      bytes.add(file.size());
      shared.add(copied == Folder.Copied.SHARED ? file.size() : 0);
      return true;
    } catch (Failure e) {
      return false;
    }
  }

  /** What was taken so far, beside what was kept. */
  Taken taken(Kept kept) {
    return new Taken(files.sum(), bytes.sum(), shared.sum(), kept.files(), kept.bytes());
  }
}
