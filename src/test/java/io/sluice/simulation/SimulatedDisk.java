package io.sluice.simulation;

import io.sluice.content.Disk;
import io.sluice.content.MemoryDisk;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * A site's disk as one life of its process sees it. The disk itself is a {@link MemoryDisk} and
 * outlives the process.
 *
 * <p>Faults: those of the memory disk (see there: death or failure at a counted operation or a
 * named point, no space, unforced bytes and names lost); every operation of a dead process.
 */
final class SimulatedDisk implements Disk {
  private final MemoryDisk disk;
  private final Life life;
  private final Witness witness;

  /** Who is told what happens. */
  interface Witness {
    /** A named point was passed alive. */
    void reached(String point);

    /** Something on the disk may have changed. */
    void changed();

    /** The disk has failed. */
    void failed();
  }

  SimulatedDisk(MemoryDisk disk, Life life, Witness witness) {
    this.disk = disk;
    this.life = life;
    this.witness = witness;
  }

  private interface Act<T> {
    T run() throws Failure;
  }

  private <T> T alive(String where, Act<T> act) throws Failure {
    life.require(where);
    try {
      return act.run();
    } catch (MemoryDisk.Stopped e) {
      life.end();
      life.require(where);
      throw e;
    } catch (Failure e) {
      if (e.code() == Code.DISK_ERROR) {
        witness.failed();
      }
      throw e;
    }
  }

  private <T> T surely(String where, Act<T> act) {
    try {
      return alive(where, act);
    } catch (Failure e) {
      throw new IllegalStateException("the memory disk fails where it never did", e);
    }
  }

  @Override
  public Writer create(Path file) throws Failure {
    return writer(alive("creating " + file, () -> disk.create(file)));
  }

  @Override
  public Writer resume(Path file, long length) throws Failure {
    return writer(alive("writing on " + file, () -> disk.resume(file, length)));
  }

  @Override
  public Reader open(Path file) throws Failure {
    Reader reader = alive("opening " + file, () -> disk.open(file));
    return new Reader() {
      @Override
      public long size() throws Failure {
        return alive("reading", reader::size);
      }

      @Override
      public int read(ByteBuffer into, long position) throws Failure {
        return alive("reading", () -> reader.read(into, position));
      }

      @Override
      public void close() throws Failure {
        reader.close();
      }
    };
  }

  private Writer writer(Writer writer) {
    return new Writer() {
      @Override
      public void write(ByteBuffer bytes) throws Failure {
        alive("writing", () -> done(() -> writer.write(bytes)));
      }

      @Override
      public long position() {
        return writer.position();
      }

      @Override
      public void force() throws Failure {
        alive("forcing", () -> done(writer::force));
      }

      @Override
      public void close() throws Failure {
        writer.close();
      }
    };
  }

  private interface Plain {
    void run() throws Failure;
  }

  private boolean done(Plain act) throws Failure {
    witness.changed();
    act.run();
    return true;
  }

  @Override
  public void rename(Path from, Path to) throws Failure {
    alive("renaming " + from, () -> done(() -> disk.rename(from, to)));
  }

  @Override
  public void forceDirectory(Path folder) throws Failure {
    alive("forcing the names in " + folder, () -> done(() -> disk.forceDirectory(folder)));
  }

  @Override
  public void createFolders(Path folder) {
    surely("creating " + folder, () -> done(() -> disk.createFolders(folder)));
  }

  @Override
  public void delete(Path file) throws Failure {
    alive("deleting " + file, () -> done(() -> disk.delete(file)));
  }

  @Override
  public boolean exists(Path file) {
    return surely("looking for " + file, () -> disk.exists(file));
  }

  @Override
  public List<String> list(Path folder) {
    return surely("listing " + folder, () -> disk.list(folder));
  }

  @Override
  public long freeBytes(Path folder) throws Failure {
    return alive("asking for space", () -> disk.freeBytes(folder));
  }

  @Override
  public Lock lock(Path file) throws Failure {
    Lock lock = alive("locking " + file, () -> disk.lock(file));
    return () -> {
      // A dead process holds no lock; another one may have it by now.
      if (!life.hasEnded()) {
        lock.close();
      }
    };
  }

  @Override
  public void reached(String point) {
    surely(point, () -> done(() -> disk.reached(point)));
    witness.reached(point);
  }
}
