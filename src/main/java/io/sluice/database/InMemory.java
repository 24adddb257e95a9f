package io.sluice.database;

import io.sluice.failure.Failure;
import java.sql.Connection;
import java.sql.SQLException;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * The contents of a database that lives in this process's memory and outlives a {@link Database}
 * opened on it: what a disk is to a simulated site that dies and starts again. Committed works
 * stay.
 *
 * <p>Faults: a write can fail, undone, or committed nevertheless.
 */
public final class InMemory implements AutoCloseable {
  private final Connection connection;
  private long writesUntilFault = Long.MAX_VALUE;
  private Fate fault = Fate.DONE;

  /** What becomes of a write. */
  public enum Fate {
    /** It is committed. */
    DONE,
    /** It fails and is undone, as when the disk is full. */
    UNDONE,
    /** It fails and is committed, as when the connection to a server breaks at the end. */
    DONE_UNHEARD
  }

  /** Makes an empty one. */
  public InMemory() throws Failure {
    SQLiteConfig config = new SQLiteConfig();
    config.enforceForeignKeys(true);
    config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite::memory:");
    try {
      connection = source.getConnection();
    } catch (SQLException e) {
      throw Trouble.of(e, MemoryEngine.NAME);
    }
  }

  /** The n-th write from now on (1 is the next) meets this fate, once. */
  public synchronized void faultAt(long n, Fate fate) {
    writesUntilFault = n;
    fault = fate;
  }

  synchronized Fate next() {
    if (writesUntilFault == Long.MAX_VALUE || --writesUntilFault > 0) {
      return Fate.DONE;
    }
    writesUntilFault = Long.MAX_VALUE;
    return fault;
  }

  MemoryEngine engine() throws Failure {
    try {
      if (!connection.getAutoCommit()) {
        connection.rollback();
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw Trouble.of(e, MemoryEngine.NAME);
    }
    return new MemoryEngine(connection, this);
  }

  /** Forgets everything. */
  @Override
  public void close() throws Failure {
    try {
      connection.close();
    } catch (SQLException e) {
      throw Trouble.of(e, MemoryEngine.NAME);
    }
  }
}
