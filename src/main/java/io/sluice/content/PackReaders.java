package io.sluice.content;

import io.sluice.failure.Failure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Packs open for reading, the least recently used closed when there are too many. */
final class PackReaders implements AutoCloseable {
  /** How many packs are kept open while nobody reads them. */
  static final int OPEN_MAX = 64;

  private final Disk disk;
  private final Map<Long, Lease> leases = new LinkedHashMap<>(16, 0.75f, true);

  PackReaders(Disk disk) {
    this.disk = disk;
  }

  /** What to do with an open pack. */
  @FunctionalInterface
  interface Use<T> {
    T on(Disk.Reader reader) throws Failure;
  }

  /** A reader and who uses it; closed when retired and used by nobody. */
  private static final class Lease {
    private final Disk.Reader reader;
    private int users;
    private boolean retired;

    private Lease(Disk.Reader reader) {
      this.reader = reader;
    }
  }

  <T> T read(long number, Path file, Use<T> use) throws Failure {
    Lease lease = take(number, file);
    try {
      return use.on(lease.reader);
    } finally {
      giveBack(lease);
    }
  }

  /** Opens the pack anew next time: its file has another name, or is gone. */
  synchronized void forget(long number) throws Failure {
    Lease lease = leases.remove(number);
    if (lease != null) {
      retire(lease);
    }
  }

  @Override
  public synchronized void close() throws Failure {
    List<Lease> all = new ArrayList<>(leases.values());
    leases.clear();
    for (Lease lease : all) {
      retire(lease);
    }
  }

  private synchronized Lease take(long number, Path file) throws Failure {
    Lease lease = leases.get(number);
    if (lease == null) {
      lease = new Lease(disk.open(file));
      leases.put(number, lease);
      if (leases.size() > OPEN_MAX) {
        Long eldest = leases.keySet().iterator().next();
        forget(eldest);
      }
    }
    lease.users++;
    return lease;
  }

  private synchronized void giveBack(Lease lease) throws Failure {
    lease.users--;
    if (lease.retired && lease.users == 0) {
      lease.reader.close();
    }
  }

  private static void retire(Lease lease) throws Failure {
    lease.retired = true;
    if (lease.users == 0) {
      lease.reader.close();
    }
  }
}
