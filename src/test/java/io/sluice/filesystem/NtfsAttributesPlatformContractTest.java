package io.sluice.filesystem;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** NTFS with streams shown as extended attributes. */
class NtfsAttributesPlatformContractTest extends PlatformContractTest {
  @Override
  TestVolume openVolume() throws IOException {
    return TestVolume.ntfs("xattr");
  }

  @Override
  Platform openPlatform() {
    Assumptions.assumeTrue(Platforms.isFullLinux(), "needs 64-bit Linux");
    return new LinuxPlatform();
  }

  @Override
  List<Integer> streamSizes() {
    return List.of(0, 1, 4_096, 65_535, 65_536);
  }

  @Override
  boolean keepsModes() {
    return false;
  }

  @Override
  boolean takesAnyBytes() {
    return false;
  }

  @Override
  TimeCapacity times() {
    return new TimeCapacity(100, 100, -11_644_473_600L, 253_402_300_798L);
  }
}
