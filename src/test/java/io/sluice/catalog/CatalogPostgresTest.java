package io.sluice.catalog;

import io.sluice.database.TestDatabase;

class CatalogPostgresTest extends CatalogContractTest {
  @Override
  protected TestDatabase engine() throws Exception {
    return TestDatabase.postgres();
  }
}
