package io.sluice.content;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/** The packs of a library, sealed and open. Safe from any thread. */
final class Packs implements AutoCloseable {
  private final LibraryFiles files;
  private final Disk disk;
  private final Path folder;
  private final ChunkIndex index;
  private final PackReaders readers;
  private final AtomicLong last = new AtomicLong();

  /** Sealed packs and how many bytes their frames take. */
  private final Map<Long, Long> sealed = new ConcurrentSkipListMap<>();

  private final Map<Long, PackWriter> open = new ConcurrentSkipListMap<>();

  Packs(LibraryFiles files, ChunkIndex index) {
    this.files = files;
    this.disk = files.disk();
    this.folder = files.packs();
    this.index = index;
    this.readers = new PackReaders(disk);
  }

  /** Begins a pack with a number higher than any before. */
  PackWriter create() throws Failure {
    files.stop().require();
    PackWriter pack = PackWriter.create(disk, folder, last.incrementAndGet());
    open.put(pack.number(), pack);
    return pack;
  }

  /** Says that a number is taken, so that it is never given again. */
  void taken(long number) {
    last.accumulateAndGet(number, Math::max);
  }

  void addSealed(long number, long frameBytes) {
    taken(number);
    sealed.put(number, frameBytes);
  }

  void addOpen(PackWriter pack) {
    taken(pack.number());
    open.put(pack.number(), pack);
  }

  /**
   * Seals a pack to which nothing will be appended any more, or deletes it if nothing ever was. Its
   * new name is durable after {@link #forceNames}. If the disk is full it stays open, its chunks
   * held.
   */
  void seal(PackWriter pack) throws Failure {
    files.stop().require();
    if (pack.frames() == 0) {
      pack.close();
      disk.delete(pack.openFile());
      open.remove(pack.number());
      return;
    }
    pack.writeTail();
    disk.reached("content.pack-written");
    force(pack, pack::forceWhole);
    disk.reached("content.pack-forced");
    pack.rename();
    disk.reached("content.pack-renamed");
    sealed.put(pack.number(), pack.end());
    open.remove(pack.number());
    readers.forget(pack.number());
  }

  /** Makes what was appended to a pack so far durable under the name it has. */
  void force(PackWriter pack) throws Failure {
    force(pack, pack::force);
  }

  /** Makes every frame appended by anybody durable, as far as bytes go; names are apart. */
  void forceOpen() throws Failure {
    for (PackWriter pack : open.values()) {
      force(pack);
    }
  }

  void forceNames() throws Failure {
    files.stop().force(() -> disk.forceDirectory(folder));
    disk.reached("content.packs-folder-forced");
  }

  /**
   * Reads a frame; its check sum was compared. Empty if it is damaged.
   *
   * @throws Failure CONTENT_MISSING if there is no such pack any more, or DISK_ERROR
   */
  Optional<Frame> frame(long place) throws Failure {
    long number = FramePlace.pack(place);
    Path file = file(number);
    try {
      return frame(number, file, place);
    } catch (Failure e) {
      Path now = file(number);
      if (e.code() == Code.CONTENT_MISSING && !now.equals(file)) {
        // It was sealed, and so renamed, meanwhile.
        return frame(number, now, place);
      }
      throw e;
    }
  }

  private Optional<Frame> frame(long number, Path file, long place) throws Failure {
    byte[] head = new byte[FrameFormat.HEAD_BYTES_MAX];
    long offset = FramePlace.offset(place);
    return readers.read(number, file, reader -> PackFormat.frame(reader, offset, head));
  }

  /** The file of a pack. */
  Path file(long number) {
    PackWriter writer = open.get(number);
    return writer != null ? writer.file() : folder.resolve(PackNames.sealed(number));
  }

  List<Long> sealedNumbers() {
    return List.copyOf(sealed.keySet());
  }

  Collection<PackWriter> openPacks() {
    return List.copyOf(open.values());
  }

  int count() {
    return sealed.size() + open.size();
  }

  long frameBytes() {
    long sum = 0;
    for (long bytes : sealed.values()) {
      sum += bytes;
    }
    for (PackWriter pack : open.values()) {
      sum += pack.end();
    }
    return sum;
  }

  /** Forgets a pack whose file is gone, and its chunks. */
  void forget(long number) throws Failure {
    index.removeIf(place -> FramePlace.pack(place) == number);
    sealed.remove(number);
    readers.forget(number);
  }

  /** Seals what sessions left open, as far as the disk lets it; the next start does the rest. */
  @Override
  public void close() throws Failure {
    for (PackWriter pack : openPacks()) {
      try {
        seal(pack);
      } catch (Failure e) {
        pack.close();
      }
    }
    readers.close();
  }

  private void force(PackWriter pack, Stop.Force force) throws Failure {
    files.stop().require();
    try {
      files.stop().force(force);
    } catch (Failure e) {
      long end = pack.cutToForced();
      long number = pack.number();
      index.removeIf(place -> FramePlace.pack(place) == number && FramePlace.offset(place) >= end);
      throw e;
    }
  }
}
