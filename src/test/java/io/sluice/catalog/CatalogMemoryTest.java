package io.sluice.catalog;

import io.sluice.database.TestDatabase;

class CatalogMemoryTest extends CatalogContractTest {
  @Override
  protected TestDatabase engine() throws Exception {
    return TestDatabase.memory();
  }
}
