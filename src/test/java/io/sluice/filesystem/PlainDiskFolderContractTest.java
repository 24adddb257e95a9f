package io.sluice.filesystem;

import java.io.IOException;

/** The disk that holds the temporary files. */
class PlainDiskFolderContractTest extends FolderContractTest {
  @Override
  TestVolume openVolume() throws IOException {
    return TestVolume.plain();
  }
}
