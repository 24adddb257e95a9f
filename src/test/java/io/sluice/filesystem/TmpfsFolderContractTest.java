package io.sluice.filesystem;

import java.io.IOException;

/** Memory. */
class TmpfsFolderContractTest extends FolderContractTest {
  @Override
  TestVolume openVolume() throws IOException {
    return TestVolume.tmpfs(64 << 20);
  }
}
