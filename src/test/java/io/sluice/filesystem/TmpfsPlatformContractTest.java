package io.sluice.filesystem;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** A file system in memory with extended attributes. */
class TmpfsPlatformContractTest extends PlatformContractTest {
  @Override
  TestVolume openVolume() throws IOException {
    return TestVolume.tmpfs(64 << 20);
  }

  @Override
  Platform openPlatform() {
    Assumptions.assumeTrue(Platforms.isFullLinux(), "needs 64-bit Linux");
    return new LinuxPlatform();
  }

  @Override
  List<Integer> streamSizes() {
    return List.of(0, 1, 4_095, 4_096, 65_535, 65_536);
  }

  @Override
  TimeCapacity times() {
    return new TimeCapacity(1, 1, -62_135_596_800L, 253_402_300_798L);
  }
}
