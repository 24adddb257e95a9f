package io.sluice.status;

import io.sluice.database.TestDatabase;

class FactsSqliteTest extends FactsContractTest {
  @Override
  protected TestDatabase engine() throws Exception {
    return TestDatabase.sqlite();
  }
}
