package io.sluice.content;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
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

  /** Sealed packs and where their frames end. */
  private final Map<Long, Long> sealed = new ConcurrentSkipListMap<>();

  private final Map<Long, PackWriter> open = new ConcurrentSkipListMap<>();

  /** Packs of earlier processes that could not be taken over. */
  private final Map<Long, LeftPack> left = new ConcurrentSkipListMap<>();

  /** Guarded by this: no pack is begun any more. */
  private boolean closed;

  Packs(LibraryFiles files, ChunkIndex index) {
    this.files = files;
    this.disk = files.disk();
    this.folder = files.packs();
    this.index = index;
    this.readers = new PackReaders(disk);
  }

  /** Begins a pack with a number higher than any before. */
  synchronized PackWriter create() throws Failure {
    files.stop().require();
    if (closed) {
      throw PackWriter.closed(folder);
    }
    PackWriter pack = PackWriter.create(disk, folder, last.incrementAndGet());
    open.put(pack.number(), pack);
    return pack;
  }

  /** Says that a number is taken, so that it is never given again. */
  void taken(long number) {
    last.accumulateAndGet(number, Math::max);
  }

  void addSealed(long number, long end) {
    taken(number);
    sealed.put(number, end);
  }

  /** Holds what could be read of a pack that an earlier process left. */
  void addLeft(LeftPack pack) {
    taken(pack.number());
    left.put(pack.number(), pack);
  }

  /**
   * Seals a copy of a left pack, durable on return, and deletes the pack. After a failure it is as
   * it was, its chunks held.
   */
  void takeOver(LeftPack pack) throws Failure {
    files.requireSpace(pack.end());
    Path copy = folder.resolve(PackNames.sealed(pack.number()));
    try (Disk.Reader reader = disk.open(pack.file())) {
      files.publish(writer -> copy(reader, pack, writer), copy, "content.recovery");
    }
    sealed.put(pack.number(), pack.end());
    left.remove(pack.number());
    readers.forget(pack.number());
    disk.delete(pack.file());
  }

  private static void copy(Disk.Reader from, LeftPack pack, Disk.Writer to) throws Failure {
    to.write(ByteBuffer.wrap(PackFormat.header()));
    byte[] head = new byte[FrameFormat.HEAD_BYTES_MAX];
    while (to.position() < pack.end()) {
      long offset = to.position();
      Frame frame =
          PackFormat.frame(from, offset, head)
              .orElseThrow(() -> PackFormat.corrupt(pack.file(), "it changed while it was copied"));
      to.write(ByteBuffer.wrap(FrameFormat.head(frame)));
      to.write(ByteBuffer.wrap(frame.stored()));
    }
    to.write(ByteBuffer.wrap(PackFormat.tail(pack.index())));
  }

  /**
   * Seals a pack to which nothing will be appended any more, or deletes it if nothing ever was. Its
   * new name is durable after {@link #forceNames}. If the disk is full it stays open, its chunks
   * held.
   */
  void seal(PackWriter pack) throws Failure {
    files.stop().require();
    synchronized (pack) {
      if (open.containsKey(pack.number())) {
        pack.requireOurs();
        sealAlone(pack);
      }
    }
  }

  private void sealAlone(PackWriter pack) throws Failure {
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
    for (LeftPack pack : left.values()) {
      if (!pack.isDurable()) {
        forceInPlace(pack);
      }
    }
  }

  private void forceInPlace(LeftPack pack) throws Failure {
    try (Disk.Writer whole = disk.resume(pack.file(), pack.size())) {
      files.stop().force(whole::force);
      pack.isDurable(true);
    } catch (Failure e) {
      if (e.code() != Code.CONTENT_MISSING) {
        throw e;
      }
      forget(pack.number());
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
    LeftPack found = left.get(number);
    if (writer != null) {
      return writer.file();
    }
    return found != null ? found.file() : folder.resolve(PackNames.sealed(number));
  }

  /**
   * A pack and where the frames end that are held of it.
   *
   * @param isSealed false if it has no index
   */
  record Held(long number, long end, boolean isSealed) {}

  /** All packs of which something is held. */
  List<Held> held() {
    List<Held> all = new ArrayList<>();
    sealed.forEach((number, end) -> all.add(new Held(number, end, true)));
    open.values().forEach(pack -> all.add(new Held(pack.number(), pack.end(), false)));
    left.values().forEach(pack -> all.add(new Held(pack.number(), pack.end(), false)));
    return all;
  }

  int count() {
    return sealed.size() + open.size() + left.size();
  }

  long frameBytes() {
    long sum = 0;
    for (Held pack : held()) {
      sum += pack.end();
    }
    return sum;
  }

  /** Forgets a pack whose file is gone, and its chunks. */
  void forget(long number) throws Failure {
    index.removeIf(place -> FramePlace.pack(place) == number);
    sealed.remove(number);
    left.remove(number);
    readers.forget(number);
  }

  /**
   * Seals what this process wrote, as far as the disk lets it; the next start does the rest.
   * Sessions that are still open fail at what they write next.
   */
  @Override
  public void close() throws Failure {
    synchronized (this) {
      closed = true;
    }
    for (PackWriter pack : open.values()) {
      try {
        seal(pack);
      } catch (Failure e) {
        // Without a seal it is as after a crash; the next start takes it over.
        pack.close();
      } finally {
        pack.retire();
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
