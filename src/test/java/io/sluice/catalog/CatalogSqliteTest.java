package io.sluice.catalog;

import io.sluice.database.TestDatabase;

class CatalogSqliteTest extends CatalogContractTest {
  @Override
  protected TestDatabase engine() throws Exception {
    return TestDatabase.sqlite();
  }
}
