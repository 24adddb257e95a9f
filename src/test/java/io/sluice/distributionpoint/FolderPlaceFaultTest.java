package io.sluice.distributionpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.content.WatchedDisk;
import io.sluice.content.WatchedDisk.Operation;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.TestVolume;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.PackageId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The disk below a distribution point fails, is away, or is not what it was. */
class FolderPlaceFaultTest {
  private static final PackageId ID = TestSite.ID;

  private TestSite site;
  private TestVolume volume;

  @BeforeEach
  void open() throws Exception {
    site = new TestSite();
    volume = TestVolume.plain();
  }

  @AfterEach
  void close() throws IOException {
    site.close();
    volume.close();
  }

  private Path folder() {
    return volume.root().resolve("dp");
  }

  private FolderPlace place() {
    return site.place(folder(), StreamPolicy.SIDECAR);
  }

  private Manifest version(int number) throws Exception {
    return TestPackage.rich(number).store(site.library);
  }

  private static Failure failure(ThrowingCallable call) {
    Failure[] caught = new Failure[1];
    assertThatThrownBy(call).isInstanceOfSatisfying(Failure.class, e -> caught[0] = e);
    return caught[0];
  }

  @Test
  void aSwitchThatAnotherProcessDidNotForceIsForcedBeforeItIsAcknowledged() throws Exception {
    Manifest manifest = version(1);
    site.crashAt = "place.current-renamed";
    assertThatThrownBy(() -> place().put(ID, 1, manifest)).isInstanceOf(TestSite.Crash.class);
    FolderPlace again = place();
    assertThat(again.current(ID)).hasValue(1);
    List<Path> forced = new ArrayList<>();
    site.watcher =
        (operation, path) -> {
          if (operation == Operation.FORCE_FOLDER) {
            forced.add(path);
          }
        };
    again.put(ID, 1, manifest);
    assertThat(forced)
        .contains(folder(), folder().resolve("CEN-12"), folder().resolve(".sluice/placed"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"CEN-12", ".sluice/placed", ".sluice", ""})
  void afterAFailedForceOnlyAnotherProcessAcknowledges(String names) throws Exception {
    Manifest manifest = version(1);
    Path broken = names.isEmpty() ? folder() : folder().resolve(names);
    boolean[] failed = new boolean[1];
    site.watcher =
        (operation, path) -> {
          if (operation == Operation.FORCE_FOLDER && path.equals(broken) && !failed[0]) {
            failed[0] = true;
            throw WatchedDisk.broken(operation, path);
          }
        };
    FolderPlace place = place();
    assertThat(failure(() -> place.put(ID, 1, manifest)).code()).isEqualTo(Code.DISK_ERROR);
    for (int again = 0; again < 2; again++) {
      Failure stopped = failure(() -> place.put(ID, 1, manifest));
      assertThat(stopped.code()).isEqualTo(Code.DISK_ERROR);
      assertThat(stopped.what()).isEqualTo("writing to the distribution point shop");
    }
    place().put(ID, 1, manifest);
    assertThat(place().verify(ID, 1, manifest)).isEmpty();
  }

  @Test
  void aBareMountPointIsNotTakenForANewDistributionPoint() throws Exception {
    Manifest one = version(1);
    place().put(ID, 1, one);
    Path away = volume.root().resolve("away");
    Files.move(folder(), away);
    Files.createDirectory(folder());
    for (int again = 0; again < 2; again++) {
      Failure failure = failure(() -> place().put(ID, 2, version(2)));
      assertThat(failure.code()).isEqualTo(Code.PLACE_UNAVAILABLE);
      assertThat(failure.isTemporary()).isTrue();
      assertThat(failure.next()).contains("mount it");
      assertThat(folder()).isEmptyDirectory();
    }
    Files.delete(folder());
    assertThat(failure(() -> place().put(ID, 2, version(2))).code())
        .isEqualTo(Code.PLACE_UNAVAILABLE);
    assertThat(folder()).doesNotExist();

    Files.move(away, folder());
    place().put(ID, 2, version(2));
    assertThat(place().verify(ID, 1, one)).isEmpty();
  }

  @Test
  void aDiskThatIsReallyNewIsTakenOnceTheNoteIsDeleted() throws Exception {
    place().put(ID, 1, version(1));
    Files.move(folder(), volume.root().resolve("broken"));
    Failure failure = failure(() -> place().put(ID, 2, version(2)));
    String note = failure.next().substring(failure.next().indexOf("delete ") + "delete ".length());
    Files.delete(Path.of(note));
    place().put(ID, 2, version(2));
    assertThat(place().current(ID)).hasValue(2);
    assertThat(Path.of(note)).exists();
  }

  @Test
  void aFolderThatIsClaimedElsewhereIsNotTouchedBeforeTheLockIsHeld() throws Exception {
    FolderPlace first = place();
    site.watcher =
        (operation, path) -> {
          if (operation == Operation.LOCK && path.endsWith(".sluice/lock")) {
            assertThat(folder().resolve(".sluice/place.json")).doesNotExist();
          }
        };
    first.put(ID, 1, version(1));
    assertThat(folder().resolve(".sluice/place.json")).exists();
  }

  @Test
  void whatIsMountedBelowAnOldVersionIsNotDeleted() throws Exception {
    place().put(ID, 1, version(1));
    Path mounted = Files.createDirectory(folder().resolve("CEN-12/v1/mounted"));
    boolean done = run("mount", "-t", "tmpfs", "-o", "size=1m", "sluice-test", mounted.toString());
    Assumptions.assumeTrue(done, "a tmpfs cannot be mounted here");
    Files.writeString(mounted.resolve("precious"), "mine");
    place().put(ID, 2, version(2));
    place().put(ID, 3, version(3));
    Path moved = folder().resolve(".sluice/removing/v1.0/mounted");
    try {
      assertThat(place().current(ID)).hasValue(3);
      assertThat(moved.resolve("precious")).hasContent("mine");
    } finally {
      assertThat(run("umount", moved.toString())).isTrue();
    }
    place().put(ID, 4, version(4));
    assertThat(folder().resolve(".sluice/removing")).isEmptyDirectory();
  }

  private static boolean run(String... command) throws Exception {
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
