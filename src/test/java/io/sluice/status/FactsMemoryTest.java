package io.sluice.status;

import io.sluice.database.TestDatabase;

class FactsMemoryTest extends FactsContractTest {
  @Override
  protected TestDatabase engine() throws Exception {
    return TestDatabase.memory();
  }
}
