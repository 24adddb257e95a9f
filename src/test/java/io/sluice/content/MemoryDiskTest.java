package io.sluice.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MemoryDiskTest extends DiskContractTest {
  private final MemoryDisk disk = new MemoryDisk();
  private final Path folder = Path.of("/memory").toAbsolutePath();

  @BeforeEach
  void makeFolder() {
    disk.createFolders(folder);
  }

  @Override
  Disk disk() {
    return disk;
  }

  @Override
  Path folder() {
    return folder;
  }

  @Test
  void forgetsUnforcedBytesAndNames() throws Failure {
    Path kept = write("kept", "forced");
    Path halfKept = folder.resolve("half");
    Disk.Writer writer = disk.create(halfKept);
    writer.write(bytes("one"));
    writer.force();
    writer.write(bytes("two"));
    disk.forceDirectory(folder);
    Path unnamed = folder.resolve("unnamed");
    Disk.Writer other = disk.create(unnamed);
    other.write(bytes("forced"));
    other.force();
    disk.rename(kept, folder.resolve("renamed"));
    disk.crash();
    assertThat(disk.list(folder)).containsExactly("half", "kept");
    assertThat(read(kept)).isEqualTo("forced");
    assertThat(read(halfKept)).isEqualTo("one");
  }

  @Test
  void aFailedForceLosesItsBytesForGood() throws Failure {
    Path file = write("file", "one");
    Disk.Writer writer = disk.resume(file, 3);
    writer.write(bytes("two"));
    disk.failAt(1, MemoryDisk.Fault.DISK_ERROR);
    requireCode(Code.DISK_ERROR, writer::force);
    assertThat(read(file)).isEqualTo("onetwo");
    writer.force();
    disk.crash();
    assertThat(read(file)).isEqualTo("one\0\0\0");
  }

  @Test
  void aFullDiskTakesHalfAWrite() throws Failure {
    disk.capacity(10);
    Disk.Writer writer = disk.create(folder.resolve("file"));
    writer.write(bytes("01234567"));
    requireCode(Code.NO_SPACE, () -> writer.write(bytes("abcdef")));
    assertThat(disk.freeBytes(folder)).isZero();
    assertThat(read(folder.resolve("file"))).isEqualTo("01234567ab");
  }

  @Test
  void nothingHappensAfterTheWorldStopped() throws Failure {
    Path file = write("file", "text");
    disk.failAt(1, MemoryDisk.Fault.STOP);
    assertThatThrownBy(() -> disk.delete(file)).isInstanceOf(MemoryDisk.Stopped.class);
    assertThatThrownBy(() -> disk.open(file)).isInstanceOf(MemoryDisk.Stopped.class);
    disk.crash();
    assertThat(read(file)).isEqualTo("text");
  }

  @Test
  void theWorldStopsAtANamedPoint() {
    disk.stopAtPoint("here", 2);
    disk.reached("here");
    disk.reached("there");
    assertThatThrownBy(() -> disk.reached("here")).isInstanceOf(MemoryDisk.Stopped.class);
    assertThat(disk.reachedPoints()).containsExactly("here", "there", "here");
  }
}
