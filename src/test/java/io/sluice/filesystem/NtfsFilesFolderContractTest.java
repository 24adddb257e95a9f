package io.sluice.filesystem;

import java.io.IOException;

/** NTFS with streams opened as file:stream. */
class NtfsFilesFolderContractTest extends FolderContractTest {
  @Override
  TestVolume openVolume() throws IOException {
    return TestVolume.ntfs("windows");
  }

  @Override
  boolean keepsModes() {
    return false;
  }
}
