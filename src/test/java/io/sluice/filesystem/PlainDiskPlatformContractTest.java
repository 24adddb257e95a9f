package io.sluice.filesystem;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** The disk that holds temporary files: ext4 or the like. */
class PlainDiskPlatformContractTest extends PlatformContractTest {
  @Override
  TestVolume openVolume() throws IOException {
    return TestVolume.plain();
  }

  @Override
  Platform openPlatform() {
    Assumptions.assumeTrue(Platforms.isFullLinux(), "needs 64-bit Linux");
    return new LinuxPlatform();
  }

  @Override
  List<Integer> streamSizes() {
    return List.of(0, 1, 100, 3_800);
  }
}
