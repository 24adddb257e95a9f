package io.sluice.status;

import io.sluice.database.TestDatabase;

class FactsPostgresTest extends FactsContractTest {
  @Override
  protected TestDatabase engine() throws Exception {
    return TestDatabase.postgres();
  }
}
