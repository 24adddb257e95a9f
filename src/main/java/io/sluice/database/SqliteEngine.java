package io.sluice.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.sluice.failure.Failure;
import java.nio.file.Path;
import java.time.Duration;
import org.jdbi.v3.core.Jdbi;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * SQLite in a file: one connection that writes, a few that read. Reading ones begin their
 * transactions deferred, so that they never wait for the writer, and refuse to write.
 */
final class SqliteEngine implements Database.Engine {
  /** How many reads run at once; each connection keeps a page cache of at most 2 MB. */
  static final int READERS_MAX = 2;

  /** How long a work waits for another process that holds the file. */
  static final Duration BUSY_MAX = Duration.ofSeconds(15);

  /** How long a work waits for a connection. */
  static final Duration CONNECTION_WAIT_MAX = Duration.ofSeconds(30);

  /** To this size the write-ahead log shrinks after a checkpoint. */
  private static final int LOG_BYTES_MAX = 16 << 20;

  private final String name;
  private final HikariDataSource writing;
  private final HikariDataSource reading;
  private final Jdbi writer;
  private final Jdbi reader;

  SqliteEngine(Path file) throws Failure {
    this.name = file.toString();
    SQLiteConfig write = config();
    write.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
    this.writing = pool(file, write, 1, "PRAGMA query_only = 0");
    SQLiteConfig read = config();
    read.setTransactionMode(SQLiteConfig.TransactionMode.DEFERRED);
    try {
      this.reading = pool(file, read, READERS_MAX, "PRAGMA query_only = 1");
    } catch (Failure e) {
      writing.close();
      throw e;
    }
    this.writer = Jdbi.create(writing);
    this.reader = Jdbi.create(reading);
  }

  private static SQLiteConfig config() {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout((int) BUSY_MAX.toMillis());
    config.setJournalSizeLimit(LOG_BYTES_MAX);
    config.enforceForeignKeys(true);
    return config;
  }

  private static HikariDataSource pool(Path file, SQLiteConfig sqlite, int most, String first)
      throws Failure {
    SQLiteDataSource source = new SQLiteDataSource(sqlite);
    // As a URI, because the driver cuts a plain path at a question mark.
    source.setUrl("jdbc:sqlite:" + file.toAbsolutePath().toUri());
    HikariConfig pool = new HikariConfig();
    pool.setDataSource(source);
    pool.setPoolName("sqlite");
    pool.setMaximumPoolSize(most);
    pool.setMinimumIdle(1);
    pool.setConnectionInitSql(first);
    // A connection to a file does not grow stale.
    pool.setMaxLifetime(0);
    pool.setConnectionTimeout(CONNECTION_WAIT_MAX.toMillis());
    return Pools.open(pool, file.toString());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public <T> T read(Database.Work<T> work) throws Failure {
    return reader.<T, Failure>inTransaction(work::run);
  }

  @Override
  public <T> T write(Database.Work<T> work) throws Failure {
    return writer.<T, Failure>inTransaction(work::run);
  }

  @Override
  public void close() {
    reading.close();
    writing.close();
  }
}
