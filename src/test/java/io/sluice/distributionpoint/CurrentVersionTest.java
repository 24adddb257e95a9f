package io.sluice.distributionpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.content.Disk;
import io.sluice.content.HostDisk;
import io.sluice.content.Stop;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Platforms;
import io.sluice.manifest.PackageId;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CurrentVersionTest {
  private static final PackageId ID = TestSite.ID;

  @TempDir Path folder;
  private CurrentVersion current;
  private Path served;

  @BeforeEach
  void make() throws Exception {
    Disk disk = new HostDisk();
    PlaceFiles files = new PlaceFiles(disk, new Stop("the test"), folder);
    current = new CurrentVersion(Platforms.ofThisMachine(), disk, files);
    served = Files.createDirectory(folder.resolve(ID.toString()));
  }

  @Test
  void aTextFileServesWhereNoLinkCanBeMade() throws Exception {
    for (int version = 1; version <= 2; version++) {
      current.set(ID, version, false);
      assertThat(current.of(ID)).hasValue(version);
      assertThat(served.resolve("current.txt")).hasContent("v" + version + "\n");
    }
  }

  @Test
  void aLinkThatCanNoLongerBeReplacedIsRefusedAndNothingChanges() throws Exception {
    current.set(ID, 1, true);
    assertThatThrownBy(() -> current.set(ID, 2, false))
        .isInstanceOfSatisfying(
            Failure.class, e -> assertThat(e.code()).isEqualTo(Code.PLACE_UNAVAILABLE));
    assertThat(current.of(ID)).hasValue(1);
    assertThat(served.resolve("current.txt")).doesNotExist();
  }

  @Test
  void aTextFileOfBeforeLinksCouldBeMadeIsKeptInStep() throws Exception {
    current.set(ID, 1, false);
    current.set(ID, 2, true);
    assertThat(current.of(ID)).hasValue(2);
    assertThat(served.resolve("current.txt")).hasContent("v2\n");
    assertThat(served.resolve("current")).isSymbolicLink();
  }
}
