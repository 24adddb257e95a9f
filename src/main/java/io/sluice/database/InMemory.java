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
 */
public final class InMemory implements AutoCloseable {
  private final Connection connection;

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

  MemoryEngine engine() throws Failure {
    try {
      if (!connection.getAutoCommit()) {
        connection.rollback();
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw Trouble.of(e, MemoryEngine.NAME);
    }
    return new MemoryEngine(connection);
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
