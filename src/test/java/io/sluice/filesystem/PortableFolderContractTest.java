package io.sluice.filesystem;

import java.io.IOException;
import org.junit.jupiter.api.Assumptions;

/** Java's own interface, as used on Windows and macOS, tried here. */
class PortableFolderContractTest extends FolderContractTest {
  @Override
  TestVolume openVolume() throws IOException {
    return TestVolume.plain();
  }

  @Override
  Platform openPlatform() {
    Assumptions.assumeTrue(Platforms.isFullLinux(), "needs 64-bit Linux");
    return new PortablePlatform();
  }
}
