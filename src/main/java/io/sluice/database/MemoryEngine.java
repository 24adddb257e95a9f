package io.sluice.database;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.sql.Connection;
import org.jdbi.v3.core.ConnectionFactory;
import org.jdbi.v3.core.Jdbi;

/** SQLite on one connection that is never closed here; works run one at a time. */
final class MemoryEngine implements Database.Engine {
  static final String NAME = "the database in memory";

  private final Jdbi jdbi;
  private final InMemory memory;

  MemoryEngine(Connection connection, InMemory memory) {
    this.jdbi = Jdbi.create(new Shared(connection));
    this.memory = memory;
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
    InMemory.Fate fate = memory.next();
    T made =
        jdbi.<T, Failure>inTransaction(
            handle -> {
              T result = work.run(handle);
              require(fate != InMemory.Fate.UNDONE);
              return result;
            });
    require(fate != InMemory.Fate.DONE_UNHEARD);
    return made;
  }

  private static void require(boolean heard) throws Failure {
    if (!heard) {
      throw Failure.temporary(
          Code.DATABASE_UNAVAILABLE, "writing to " + NAME, "it is to fail now", "try it again");
    }
  }

  @Override
  public void close() {
    // Nothing of its own: the connection belongs to InMemory.
  }
}
