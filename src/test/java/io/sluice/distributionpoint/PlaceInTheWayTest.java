package io.sluice.distributionpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.TestVolume;
import io.sluice.manifest.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Something that is no folder where a distribution point's folder should be. */
class PlaceInTheWayTest {
  private TestSite site;
  private TestVolume volume;
  private Manifest manifest;
  private Path folder;

  @BeforeEach
  void open() throws Exception {
    site = new TestSite();
    volume = TestVolume.plain();
    manifest = TestPackage.rich(1).store(site.library);
    folder = volume.root().resolve("dp");
  }

  @AfterEach
  void close() throws IOException {
    site.close();
    volume.close();
  }

  @Test
  void aFileIsLeftAloneAndWaitedOut() throws Exception {
    for (Path place : List.of(folder, folder.resolve("a/b"))) {
      Files.writeString(folder, "somebody's");
      Failure failure = failure(place);
      assertThat(failure.code()).isEqualTo(Code.PLACE_UNAVAILABLE);
      assertThat(failure.isTemporary()).isTrue();
      assertThat(failure.what()).contains("shop", place.toString());
      assertThat(failure.why()).isEqualTo(folder + " is no folder");
      assertThat(folder).hasContent("somebody's");
      Files.delete(folder);
      place(place).put(TestSite.ID, 1, manifest);
      assertThat(place(place).current(TestSite.ID)).hasValue(1);
      TestVolume.delete(folder);
    }
  }

  @Test
  void aLinkThatLeadsNowhereIsNoFolder() throws Exception {
    Files.createSymbolicLink(folder, volume.root().resolve("not there"));
    assertThat(failure(folder).code()).isEqualTo(Code.PLACE_UNAVAILABLE);
    assertThat(failure(folder).why()).isEqualTo(folder + " is no folder");
  }

  @Test
  void aFileInPlaceOfItsOwnFolderIsLeftAloneToo() throws Exception {
    Path own = Files.createDirectories(folder).resolve(".sluice");
    Files.writeString(own, "somebody's");
    assertThat(failure(folder).code()).isEqualTo(Code.PLACE_UNAVAILABLE);
    assertThat(failure(folder).why()).contains(own.toString());
    assertThat(own).hasContent("somebody's");
  }

  private FolderPlace place(Path at) {
    return site.place(at, StreamPolicy.REFUSE);
  }

  private Failure failure(Path at) {
    return catchThrowableOfType(Failure.class, () -> place(at).put(TestSite.ID, 1, manifest));
  }
}
