package io.sluice.filesystem;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.failure.Failure;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class MountsTest {
  private static final long TMPFS = 0x01021994L;
  private static final long RAMFS = 0x858458f6L;

  private final LinuxCalls calls = new LinuxCalls();
  private final Mounts mounts = new Mounts(calls);

  private long ask(Path folder) throws Failure {
    Facts facts = new LinuxPlatform().facts(folder);
    return mounts.fileSystem(PathNames.bytes(folder), facts.more().mount());
  }

  /** The kernel gives the second one the device number the first one had. */
  @Test
  void aMountInTheOldOnesPlaceIsNotTakenForIt() throws Exception {
    Assumptions.assumeTrue(Platforms.isFullLinux(), "needs 64-bit Linux");
    try (TestVolume volume = TestVolume.tmpfs(1 << 20)) {
      Path root = volume.root();
      assertThat(ask(root)).isEqualTo(TMPFS);
      assertThat(ask(root)).isEqualTo(TMPFS);

      volume.released();
      String said = TestVolume.run("mount", "-t", "ramfs", "sluice-test", root.toString());
      Assumptions.assumeTrue(said.isEmpty(), "this machine cannot mount ramfs: " + said);
      try {
        assertThat(ask(root)).isEqualTo(RAMFS);
      } finally {
        TestVolume.run("umount", root.toString());
      }
    }
  }
}
