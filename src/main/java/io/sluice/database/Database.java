package io.sluice.database;

import io.sluice.failure.Failure;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * The site's database. Safe from any thread. Every failure of the engine is DATABASE_UNAVAILABLE,
 * and after a permanent one (an fsync failed, the file is damaged) every work is refused until it
 * is opened anew: what it would say cannot be relied upon. A broken constraint or wrong SQL is a
 * defect and therefore an {@link IllegalStateException}.
 */
public final class Database implements AutoCloseable {
  private final Engine engine;
  private final ReentrantLock oneWriter = new ReentrantLock();
  private final ThreadLocal<Boolean> inside = ThreadLocal.withInitial(() -> false);
  private final AtomicReference<@Nullable Failure> broken = new AtomicReference<>();
  private volatile Consumer<Failure> whenBroken = failure -> {};

  private Database(Engine engine) {
    this.engine = engine;
  }

  /** What is done with the database in one transaction. */
  @FunctionalInterface
  public interface Work<T> {
    /**
     * Runs in the caller's thread. Any exception undoes the whole work. The handle ends with it;
     * only plain values may leave.
     */
    T run(Handle handle) throws Failure;
  }

  /**
   * Opens (and makes, if missing) a SQLite file; its folder must exist. Brings its tables up to
   * date. See {@link SqliteLibrary} for where the engine's native library is unpacked.
   *
   * @throws Failure DATABASE_UNAVAILABLE, permanently if the file is damaged, no database or made
   *     by a newer Sluice
   */
  public static Database open(Path sqliteFile) throws Failure {
    return opened(new SqliteEngine(sqliteFile));
  }

  /**
   * Opens a PostgreSQL database and brings its tables up to date.
   *
   * @param url {@code jdbc:postgresql://host:port/name?user=..&password=..}; never shown
   * @throws Failure DATABASE_UNAVAILABLE
   */
  public static Database open(String url) throws Failure {
    return opened(new PostgresEngine(url));
  }

  /**
   * Opens the database kept in memory: for simulations. Several openings one after another see the
   * same contents; what the last one left uncommitted is undone, as after the death of a process.
   */
  public static Database open(InMemory memory) throws Failure {
    return opened(memory.engine());
  }

  private static Database opened(Engine engine) throws Failure {
    Database database = new Database(engine);
    try {
      database.write(
          handle -> {
            new Migrations(Migrations.FILES).bringUpToDate(handle, engine.name());
            return true;
          });
    } catch (Failure | RuntimeException e) {
      database.close();
      throw e;
    }
    return database;
  }

  /** Reads one consistent state. The work must not write. May not be nested in another work. */
  public <T> T read(Work<T> work) throws Failure {
    return run(() -> engine.read(work));
  }

  /**
   * Runs a transaction; durable when it returns. Waits for other writers. May not be nested in
   * another work: compose works by passing the handle on.
   */
  public <T> T write(Work<T> work) throws Failure {
    refuseNesting();
    oneWriter.lock();
    try {
      return run(() -> engine.write(work));
    } finally {
      oneWriter.unlock();
    }
  }

  /**
   * Names who is told of the failure after which every work is refused, once, in the thread that
   * met it.
   */
  public void whenBroken(Consumer<Failure> told) {
    whenBroken = told;
  }

  /** Which database this is, for messages: a file or a server's address, without credentials. */
  public String name() {
    return engine.name();
  }

  @Override
  public void close() {
    engine.close();
  }

  private interface Step<T> {
    T run() throws Failure;
  }

  private <T> T run(Step<T> step) throws Failure {
    refuseNesting();
    Failure earlier = broken.get();
    if (earlier != null) {
      throw earlier;
    }
    inside.set(true);
    try {
      return step.run();
    } catch (JdbiException e) {
      throw failure(e);
    } finally {
      inside.remove();
    }
  }

  private Failure failure(JdbiException e) {
    Failure failure = Trouble.of(e, engine.name());
    if (!failure.isTemporary() && broken.compareAndSet(null, failure)) {
      whenBroken.accept(failure);
    }
    return failure;
  }

  private void refuseNesting() {
    if (inside.get()) {
      throw new IllegalStateException("a work inside a work: pass the handle on instead");
    }
  }

  /** One kind of database: how its transactions begin. */
  sealed interface Engine extends AutoCloseable permits SqliteEngine, PostgresEngine, MemoryEngine {
    String name();

    <T> T read(Work<T> work) throws Failure;

    <T> T write(Work<T> work) throws Failure;

    @Override
    void close();
  }
}
