package io.sluice.database;

import io.sluice.failure.Failure;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * A test that runs on every engine: write the tests in an abstract class that extends this one, and
 * for each engine a class that names it. Every test starts with empty tables.
 */
public abstract class OnDatabase {
  private TestDatabase engine;
  private Database database;

  /** Which engine this class runs on. */
  protected abstract TestDatabase engine() throws Exception;

  protected final Database database() {
    return database;
  }

  /** Closes and opens again, as a restart of the server does. */
  protected final void reopen() throws Failure {
    database.close();
    database = engine.open();
  }

  @BeforeEach
  void openDatabase() throws Exception {
    engine = engine();
    database = engine.open();
  }

  @AfterEach
  void closeDatabase() throws Exception {
    if (database != null) {
      database.close();
    }
    if (engine != null) {
      engine.close();
    }
  }
}
