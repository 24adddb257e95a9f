package io.sluice.content;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/** The packs of a library, sealed and open. Safe from any thread. */
final class Packs implements AutoCloseable {
  private final LibraryFiles files;
  private final Disk disk;
  private final Path folder;
  private final LibraryIndex index;
  private final PackReaders readers;
  private final AtomicLong last = new AtomicLong();

  /** Sealed packs and where their frames end. */
  private final Map<Long, Long> sealed = new ConcurrentSkipListMap<>();

  private final Map<Long, PackWriter> open = new ConcurrentSkipListMap<>();

  /** Packs of earlier processes that could not be taken over. */
  private final Map<Long, LeftPack> left = new ConcurrentSkipListMap<>();

  /** Packs this process moved out of their folder, and where they are; guarded by itself. */
  private final Map<Long, Path> moved = new HashMap<>();

  /** Guarded by this: no pack is begun any more. */
  private boolean closed;

  Packs(LibraryFiles files, LibraryIndex index) {
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
    left.remove(number);
  }

  /** Holds what a sealed pack's index lists, but for frames in quarantine. */
  void hold(long number, PackFormat.Index listed, Quarantine quarantine) {
    for (int i = 0; i < listed.size(); i++) {
      long place = FramePlace.of(number, listed.offset(i));
      if (!quarantine.contains(place)) {
        index.add(listed.digest(i), place);
      }
    }
    addSealed(number, listed.framesEnd());
  }

  /** Lets the index of sealed packs go to the disk. */
  void settle() throws Failure {
    Set<Long> known = index.covered();
    Map<IndexRun.PackSeal, Integer> seals = new HashMap<>();
    for (long number : List.copyOf(sealed.keySet())) {
      if (known.contains(number)) {
        continue;
      }
      Path file = folder.resolve(PackNames.sealed(number));
      try (Disk.Reader reader = disk.open(file)) {
        int entries = PackFormat.read(reader, file, PackFormat.Versions.NOW).size();
        seals.put(PackFormat.seal(reader, number, file), entries);
      } catch (Failure e) {
        // Damaged or gone: it stays in memory, as it was found.
        if (e.code() != Code.CONTENT_CORRUPT && e.code() != Code.CONTENT_MISSING) {
          throw e;
        }
      }
    }
    index.settle(seals);
  }

  /** Whether it is a sealed pack in its folder. */
  boolean isSealed(long number) {
    return sealed.containsKey(number);
  }

  /** Holds a sealed pack again of which nothing was held any more. */
  void putBack(long number, Quarantine quarantine) throws Failure {
    Path file = folder.resolve(PackNames.sealed(number));
    try (Disk.Reader reader = disk.open(file)) {
      hold(number, PackFormat.read(reader, file, PackFormat.Versions.NOW), quarantine);
    }
  }

  /**
   * Moves a sealed pack of which nothing is held any more, durable on return. Who learnt of a place
   * in it before can still read it.
   */
  void moveTo(long number, Path to) throws Failure {
    files.stop().createFolders(disk, parent(to));
    synchronized (moved) {
      disk.rename(folder.resolve(PackNames.sealed(number)), to);
      moved.put(number, to);
    }
    sealed.remove(number);
    readers.forget(number);
    disk.reached("content.garbage-renamed");
    files.stop().force(() -> disk.forceDirectory(parent(to)));
    files.stop().force(() -> disk.forceDirectory(folder));
    disk.reached("content.garbage-folders-forced");
  }

  /**
   * Moves a pack back to its folder, durable on return; it is not held yet.
   *
   * @throws Failure ALREADY_EXISTS if there is one of its number
   */
  void moveBack(long number, Path from) throws Failure {
    Path to = folder.resolve(PackNames.sealed(number));
    if (disk.exists(to)) {
      throw Failure.permanent(
          Code.ALREADY_EXISTS,
          "putting back " + from,
          "there is a pack " + to.getFileName(),
          "look at both; move one of them away");
    }
    synchronized (moved) {
      disk.rename(from, to);
      moved.remove(number);
    }
    readers.forget(number);
    disk.reached("content.garbage-back");
    files.stop().force(() -> disk.forceDirectory(folder));
    files.stop().force(() -> disk.forceDirectory(parent(from)));
  }

  /** Deletes a pack that was moved away, durable on return. */
  void deleteMoved(long number, Path file) throws Failure {
    long bytes = files.size(file);
    disk.delete(file);
    files.space().gave(bytes);
    synchronized (moved) {
      moved.remove(number);
    }
    readers.forget(number);
    files.stop().force(() -> disk.forceDirectory(parent(file)));
    disk.reached("content.garbage-deleted");
  }

  private static Path parent(Path file) {
    Path parent = file.getParent();
    if (parent == null) {
      throw new IllegalArgumentException("a file without a folder: " + file);
    }
    return parent;
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
    files.space().requireOnDisk(pack.end());
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
        // It was sealed, and so renamed, or moved meanwhile.
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
    if (found != null) {
      return found.file();
    }
    synchronized (moved) {
      return moved.getOrDefault(number, folder.resolve(PackNames.sealed(number)));
    }
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
    index.forget(Set.of(number));
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
