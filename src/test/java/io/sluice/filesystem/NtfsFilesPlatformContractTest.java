package io.sluice.filesystem;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** NTFS with streams opened as file:stream. */
class NtfsFilesPlatformContractTest extends PlatformContractTest {
  @Override
  TestVolume openVolume() throws IOException {
    return TestVolume.ntfs("windows");
  }

  @Override
  Platform openPlatform() {
    Assumptions.assumeTrue(Platforms.isFullLinux(), "needs 64-bit Linux");
    return new LinuxPlatform();
  }

  @Override
  List<Integer> streamSizes() {
    return List.of(0, 1, 65_535, 65_536, 65_537, 200_000, 5_000_000);
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
