package io.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.capture.Captured;
import io.sluice.capture.CapturedManifest;
import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.TestReparsePoint;
import io.sluice.filesystem.TestVolume;
import io.sluice.parallel.CallerThread;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An import of a WIM is what a capture of the mounted volume is that the WIM was made of. */
class WimImportTest {
  @TempDir private Path folder;
  private Library library;

  @BeforeEach
  void open() throws Exception {
    RichTree.require("wimlib-imagex");
    library = Library.open(new HostDisk(), folder.resolve("library"), new CallerThread());
  }

  private Captured imported(WimImage image, String keep) throws Exception {
    HostDisk disk = new HostDisk();
    try (ArchiveFile file = ArchiveFile.open(disk, image.file())) {
      if (image.isPacked(file)) {
        return imported(image.unpacked(disk, file, folder.resolve("plain.wim")), keep);
      }
      return RichTree.captureOnce(
          ArchivePlatform.ofWim(file, image.chosen(file), RichTree.PLATFORM),
          image.file(),
          library,
          keep);
    }
  }

  private String text(Captured captured) throws Exception {
    return CapturedManifest.of(library, captured).entries().stream()
        .map(Object::toString)
        .collect(Collectors.joining("\n"));
  }

  private static void run(String command) throws Exception {
    assertThat(TestVolume.run(command.split(" "))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "LZX", "XPRESS"})
  void isWhatACaptureOfTheMountedVolumeIs(String compression) throws Exception {
    try (TestVolume volume = TestVolume.ntfs("windows")) {
      NtfsTree.fill(volume.root());
      NtfsTree.addLargeStreams(volume.root());
      Captured captured = RichTree.capture(volume.root(), library, "birth");
      Path wim = folder.resolve("a.wim");
      run("wimlib-imagex capture " + volume.released() + " " + wim + " --compress=" + compression);
      Captured imported = imported(WimImage.parse(wim.toString()), "birth");
      assertThat(text(imported)).isEqualTo(text(captured)).contains("dos=", "sd=", "reparse=");
      assertThat(imported.manifest()).isEqualTo(captured.manifest());
    }
  }

  @Test
  void oneOfSeveralImagesIsNamedByItsNumber() throws Exception {
    try (TestVolume volume = TestVolume.plain()) {
      Path wim = folder.resolve("two.wim");
      for (String name : new String[] {"first", "second"}) {
        Files.writeString(volume.folder(name).resolve(name), name);
        String verb = name.equals("first") ? "capture " : "append ";
        run("wimlib-imagex " + verb + volume.root().resolve(name) + " " + wim + " " + name);
      }
      assertThat(text(imported(WimImage.parse(wim + ":2"), ""))).contains("second");
      for (String wrong : new String[] {"", ":3"}) {
        Failure refused =
            catchThrowableOfType(Failure.class, () -> imported(WimImage.parse(wim + wrong), ""));
        assertThat(refused.code()).isEqualTo(Code.USAGE);
        assertThat(refused.why()).isEqualTo("it has 2 images");
      }
    }
  }

  @Test
  void reparsePointsThatAreNoLinksAreRefusedByName() throws Exception {
    try (TestVolume volume = TestVolume.ntfs("windows")) {
      TestReparsePoint.set(
          Files.createFile(volume.root().resolve("kept")), TestReparsePoint.relative("a\\b"));
      TestReparsePoint.set(
          Files.createFile(volume.root().resolve("lost")),
          TestReparsePoint.tagged(0x80000013, new byte[12]));
      Path wim = folder.resolve("links.wim");
      run("wimlib-imagex capture " + volume.released() + " " + wim + " --compress=none");
      Failure refused =
          catchThrowableOfType(Failure.class, () -> imported(WimImage.parse(wim.toString()), ""));
      assertThat(refused.code()).isEqualTo(Code.ARCHIVE_UNSUPPORTED);
      assertThat(refused.items())
          .containsExactly("lost: a reparse point (deduplicated, tag 0x80000013)");
    }
  }
}
