package io.sluice.filesystem;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** Java's own interface, as used on Windows and macOS, tried here. */
class PortablePlatformContractTest extends PlatformContractTest {
  @Override
  TestVolume openVolume() throws IOException {
    return TestVolume.plain();
  }

  @Override
  Platform openPlatform() {
    Assumptions.assumeTrue(Platforms.isFullLinux(), "needs 64-bit Linux");
    return new PortablePlatform();
  }

  @Override
  List<Integer> streamSizes() {
    return List.of(0, 1, 100, 3_800);
  }

  @Override
  TimeCapacity times() {
    return new TimeCapacity(1, 1_000_000_000, -2_147_483_648L, 4_354_732_800L);
  }
}
