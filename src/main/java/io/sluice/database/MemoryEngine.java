package io.sluice.database;

import io.sluice.failure.Failure;
import java.sql.Connection;
import org.jdbi.v3.core.ConnectionFactory;
import org.jdbi.v3.core.Jdbi;

/** SQLite on one connection that is never closed here; works run one at a time. */
final class MemoryEngine implements Database.Engine {
  static final String NAME = "the database in memory";

  private final Jdbi jdbi;

  MemoryEngine(Connection connection) {
    this.jdbi = Jdbi.create(new Shared(connection));
  }

  private record Shared(Connection connection) implements ConnectionFactory {
    @Override
    public Connection openConnection() {
      return connection;
    }

    @Override
    public void closeConnection(Connection shared) {
      // It belongs to InMemory and outlives every work.
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public synchronized <T> T read(Database.Work<T> work) throws Failure {
    return jdbi.<T, Failure>inTransaction(work::run);
  }

  @Override
  public synchronized <T> T write(Database.Work<T> work) throws Failure {
    return jdbi.<T, Failure>inTransaction(work::run);
  }

  @Override
  public void close() {
    // Nothing of its own: the connection belongs to InMemory.
  }
}
