package io.sluice.filesystem;

import java.io.IOException;

/** NTFS with streams shown as extended attributes. */
class NtfsAttributesFolderContractTest extends FolderContractTest {
  @Override
  TestVolume openVolume() throws IOException {
    return TestVolume.ntfs("xattr");
  }

  @Override
  boolean keepsModes() {
    return false;
  }
}
