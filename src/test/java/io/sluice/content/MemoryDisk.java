package io.sluice.content;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * A disk in memory that forgets at {@link #crash} what was not forced. Deterministic.
 *
 * <p>Faults it can produce: at a counted operation (create, resume, write, force, rename, force of
 * a folder, delete) the disk is full, gives an error, or the world stops; a failed write leaves
 * half of its bytes; a failed force loses the bytes it was to force, and later forces succeed
 * without them, as Linux does; a crash keeps a random part of unforced bytes and of unforced names,
 * in their order. It does not lose folders, nor damage what was forced, except by {@link #flip}.
 */
public final class MemoryDisk implements Disk {
  private final Map<Path, File> names = new TreeMap<>();
  private final Map<Path, File> durableNames = new TreeMap<>();
  private final List<Change> changes = new ArrayList<>();
  private final Set<Path> folders = new TreeSet<>();
  private final Set<Path> locks = new HashSet<>();
  private final List<String> reached = new ArrayList<>();
  private final Map<String, Integer> stops = new HashMap<>();
  private long capacity = Long.MAX_VALUE;
  private long operations;
  private long faultAt = Long.MAX_VALUE;
  private Fault fault = Fault.STOP;
  private boolean stopped;
  private Consumer<String> listener = point -> {};

  /** What can happen at a chosen operation. */
  public enum Fault {
    /**
     * The disk is full: a write or creation fails. Comes at the first such operation from there on.
     */
    NO_SPACE,
    /** The operation fails. */
    DISK_ERROR,
    /** The operation is done by half, and nothing is ever done again by this process. */
    STOP
  }

  /** The world has stopped. Not a Failure, so that nothing handles it. */
  public static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Stopped() {
      super("the world stopped");
    }
  }

  /** A change of names that is not durable yet: what is at a path from now on, or nothing. */
  private record Change(Path folder, Consumer<Map<Path, File>> apply) {}

  /** A file's bytes as they are seen and as they are on the medium. */
  private static final class File {
    private byte[] bytes = new byte[0];
    private int length;
    private byte[] durable = new byte[0];

    /** Bytes that a failed force lost: seen, but never written to the medium any more. */
    private int lostFrom;

    private int lostTo;

    void append(byte[] more, int count) {
      if (length + count > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + count));
      }
      System.arraycopy(more, 0, bytes, length, count);
      length += count;
    }

    void cut(int to) {
      length = to;
      lostTo = Math.min(lostTo, to);
    }

    void force() {
      durable = Arrays.copyOf(bytes, length);
      if (lostFrom < lostTo) {
        Arrays.fill(durable, lostFrom, lostTo, (byte) 0);
      }
    }

    void failForce() {
      lostFrom = lostFrom < lostTo ? lostFrom : Math.min(durable.length, length);
      lostTo = length;
    }
  }

  /** The n-th counted operation from now on (1 is the next) meets a fault, once. */
  public synchronized void failAt(long n, Fault kind) {
    operations = 0;
    faultAt = n;
    fault = kind;
  }

  /** How many counted operations there were since {@link #failAt} or the beginning. */
  public synchronized long operations() {
    return operations;
  }

  /** Whether a chosen fault is still to come. */
  public synchronized boolean faultIsPending() {
    return faultAt != Long.MAX_VALUE;
  }

  /** The world stops when a named point is reached for the n-th time from now on. */
  public synchronized void stopAtPoint(String point, int n) {
    stops.put(point, n);
  }

  /** Somebody is told of each point that is reached. */
  public synchronized void listen(Consumer<String> somebody) {
    listener = somebody;
  }

  /** How many bytes files may have together. */
  public synchronized void capacity(long bytes) {
    capacity = bytes;
  }

  /** Points reached so far, in order. */
  public synchronized List<String> reachedPoints() {
    return List.copyOf(reached);
  }

  /** The machine stops and starts again: only what was forced is there. */
  public synchronized void crash() {
    restart();
    changes.clear();
    survive();
  }

  /** The machine stops and starts again: some of what was not forced is there as well. */
  public synchronized void crash(RandomGenerator random) {
    restart();
    int kept = random.nextInt(changes.size() + 1);
    for (Change change : changes.subList(0, kept)) {
      change.apply().accept(durableNames);
    }
    changes.clear();
    for (File file : new LinkedHashSet<>(durableNames.values())) {
      keepSome(file, random);
    }
    survive();
  }

  /** Another disk, with what would be on this one after a loss of power now. */
  public synchronized MemoryDisk afterCrash() {
    MemoryDisk other = new MemoryDisk();
    other.folders.addAll(folders);
    durableNames.forEach(
        (name, file) -> {
          File same = new File();
          same.durable = file.durable;
          other.durableNames.put(name, same);
        });
    other.survive();
    return other;
  }

  /** The process ends and another one starts on the same machine. */
  public synchronized void restart() {
    stopped = false;
    faultAt = Long.MAX_VALUE;
    stops.clear();
    locks.clear();
  }

  /** Changes one bit of a file, on the medium and in sight. */
  public synchronized void flip(Path file, int at, int bit) throws Failure {
    File damaged = file("damaging", file);
    damaged.bytes[at] ^= (byte) (1 << bit);
    damaged.durable = Arrays.copyOf(damaged.bytes, damaged.length);
  }

  /** A file's bytes as they are seen. */
  public synchronized byte[] bytes(Path file) throws Failure {
    File found = file("looking at", file);
    return Arrays.copyOf(found.bytes, found.length);
  }

  @Override
  public synchronized Writer create(Path file) throws Failure {
    requireFolder(file);
    operation("creating", file, 1);
    if (names.containsKey(file)) {
      throw error("creating", file, "it exists");
    }
    File made = new File();
    change(file.getParent(), map -> map.put(file, made));
    return new MemoryWriter(file, made);
  }

  @Override
  public synchronized Writer resume(Path file, long length) throws Failure {
    File found = file("writing on", file);
    operation("writing on", file, 0);
    if (found.length < length) {
      throw error("writing on", file, "it ends before byte " + length);
    }
    found.cut((int) length);
    return new MemoryWriter(file, found);
  }

  @Override
  public synchronized Reader open(Path file) throws Failure {
    requireRunning();
    return new MemoryReader(file("opening", file));
  }

  @Override
  public synchronized void rename(Path from, Path to) throws Failure {
    File moved = file("renaming", from);
    requireFolder(to);
    operation("renaming", from, 0);
    change(
        to.getParent(),
        map -> {
          map.remove(from);
          map.put(to, moved);
        });
  }

  @Override
  public synchronized void forceDirectory(Path folder) throws Failure {
    requireRunning();
    if (!folders.contains(folder)) {
      throw DiskFailures.missing("forcing the names in", folder);
    }
    operation("forcing the names in", folder, 0);
    for (Change change : List.copyOf(changes)) {
      if (change.folder().equals(folder)) {
        change.apply().accept(durableNames);
        changes.remove(change);
      }
    }
  }

  @Override
  public synchronized void createFolders(Path folder) {
    requireRunning();
    for (Path path = folder; path != null; path = path.getParent()) {
      folders.add(path);
    }
  }

  @Override
  public synchronized void delete(Path file) throws Failure {
    requireRunning();
    if (names.containsKey(file)) {
      operation("deleting", file, 0);
      change(file.getParent(), map -> map.remove(file));
    }
  }

  @Override
  public synchronized boolean exists(Path file) {
    requireRunning();
    return names.containsKey(file) || folders.contains(file);
  }

  @Override
  public synchronized List<String> list(Path folder) {
    requireRunning();
    return Stream.concat(names.keySet().stream(), folders.stream())
        .filter(path -> folder.equals(path.getParent()))
        .map(path -> path.getFileName().toString())
        .sorted()
        .distinct()
        .toList();
  }

  @Override
  public synchronized long freeBytes(Path folder) throws Failure {
    requireRunning();
    if (!folders.contains(folder)) {
      throw DiskFailures.missing("asking for the free space of", folder);
    }
    return Math.max(0, capacity - usedBytes());
  }

  @Override
  public synchronized Lock lock(Path file) throws Failure {
    requireRunning();
    requireFolder(file);
    if (!locks.add(file)) {
      throw Failure.temporary(
          Code.LIBRARY_IN_USE, "taking the lock " + file, "it is held", "wait for its holder");
    }
    File made = names.getOrDefault(file, new File());
    names.put(file, made);
    return () -> unlock(file);
  }

  @Override
  public synchronized void reached(String point) {
    requireRunning();
    reached.add(point);
    if (stops.merge(point, -1, Integer::sum) == 0) {
      stopped = true;
      throw new Stopped();
    }
    listener.accept(point);
  }

  private synchronized void unlock(Path file) {
    locks.remove(file);
  }

  private void survive() {
    names.clear();
    names.putAll(durableNames);
    for (File file : new LinkedHashSet<>(names.values())) {
      file.bytes = file.durable.clone();
      file.length = file.bytes.length;
      file.lostFrom = 0;
      file.lostTo = 0;
    }
  }

  private static void keepSome(File file, RandomGenerator random) {
    int kept = random.nextInt(file.length + 1);
    if (kept > file.durable.length) {
      byte[] some = Arrays.copyOf(file.bytes, kept);
      System.arraycopy(file.durable, 0, some, 0, file.durable.length);
      if (file.lostFrom < file.lostTo) {
        Arrays.fill(
            some, file.lostFrom, Math.max(file.lostFrom, Math.min(kept, file.lostTo)), (byte) 0);
      }
      if (random.nextBoolean()) {
        // A block that was allocated and never written.
        int hole = random.nextInt(file.durable.length, kept);
        Arrays.fill(some, hole, kept, (byte) 0);
      }
      file.durable = some;
    }
  }

  private void change(Path folder, Consumer<Map<Path, File>> apply) {
    apply.accept(names);
    changes.add(new Change(folder, apply));
  }

  private File file(String operation, Path file) throws Failure {
    requireRunning();
    File found = names.get(file);
    if (found == null) {
      throw DiskFailures.missing(operation, file);
    }
    return found;
  }

  private void requireFolder(Path file) throws Failure {
    requireRunning();
    if (!folders.contains(file.getParent())) {
      throw DiskFailures.missing("reaching", file.getParent());
    }
  }

  private void requireRunning() {
    if (stopped) {
      throw new Stopped();
    }
  }

  /** How many bytes all files have together; asked even of a machine that stands still. */
  public synchronized long usedBytes() {
    long sum = 0;
    for (File file : new LinkedHashSet<>(names.values())) {
      sum += file.length;
    }
    return sum;
  }

  private static Failure error(String operation, Path file, String why) {
    return Failure.permanent(Code.DISK_ERROR, operation + " " + file, why, "check the disk");
  }

  /** Counts an operation and lets it meet its fault. */
  private void operation(String what, Path file, int needed) throws Failure {
    requireRunning();
    operations++;
    if (operations >= faultAt && (fault != Fault.NO_SPACE || needed > 0)) {
      faultAt = Long.MAX_VALUE;
      switch (fault) {
        case NO_SPACE -> throw DiskFailures.noSpace(what, file, needed, 0);
        case DISK_ERROR -> throw error(what, file, "it was told to fail");
        case STOP -> {
          stopped = true;
          throw new Stopped();
        }
      }
    }
  }

  /** Appends to a file. */
  private final class MemoryWriter implements Writer {
    private final Path name;
    private final File file;
    private long position;

    MemoryWriter(Path name, File file) {
      this.name = name;
      this.file = file;
      this.position = file.length;
    }

    @Override
    public void write(ByteBuffer bytes) throws Failure {
      synchronized (MemoryDisk.this) {
        byte[] more = new byte[bytes.remaining()];
        bytes.get(more);
        try {
          operation("writing", name, more.length);
          long free = capacity - usedBytes();
          if (free < more.length) {
            throw DiskFailures.noSpace("writing", name, more.length, Math.max(0, free));
          }
        } catch (Failure | Stopped e) {
          file.append(more, (int) Math.min(more.length / 2, Math.max(0, capacity - usedBytes())));
          throw e;
        }
        file.append(more, more.length);
        position += more.length;
      }
    }

    @Override
    public long position() {
      return position;
    }

    @Override
    public void force() throws Failure {
      synchronized (MemoryDisk.this) {
        try {
          operation("forcing", name, 0);
        } catch (Failure e) {
          file.failForce();
          throw e;
        }
        file.force();
      }
    }

    @Override
    public void close() {
      // Nothing is buffered.
    }
  }

  /** Reads a file, whatever its name is now. */
  private final class MemoryReader implements Reader {
    private final File file;

    MemoryReader(File file) {
      this.file = file;
    }

    @Override
    public long size() {
      synchronized (MemoryDisk.this) {
        requireRunning();
        return file.length;
      }
    }

    @Override
    public int read(ByteBuffer into, long position) {
      synchronized (MemoryDisk.this) {
        requireRunning();
        int count = (int) Math.min(into.remaining(), Math.max(0, file.length - position));
        into.put(file.bytes, (int) Math.min(position, file.length), count);
        return count;
      }
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }
}
