package io.sluice.database;

import io.sluice.failure.Failure;

class MemoryDatabaseTest extends DatabaseContractTest {
  @Override
  protected TestDatabase engine() throws Failure {
    return TestDatabase.memory();
  }
}
