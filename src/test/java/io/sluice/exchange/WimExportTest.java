package io.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.capture.Captured;
import io.sluice.capture.CapturedManifest;
import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.TestVolume;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.Name;
import io.sluice.parallel.CallerThread;
import java.io.BufferedOutputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WimExportTest {
  @TempDir private Path folder;
  private Library library;

  @BeforeEach
  void open() throws Exception {
    RichTree.require();
    library = Library.open(new HostDisk(), folder.resolve("library"), new CallerThread());
  }

  private Exported export(Captured captured, Path wim) throws Exception {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(wim))) {
      Exported exported = new WimExport(CapturedManifest.of(library, captured), library).write(out);
      out.flush();
      assertThat(Files.size(wim)).isEqualTo(exported.bytes());
      return exported;
    }
  }

  private static String text(Manifest manifest) {
    return manifest.entries().stream().map(Object::toString).collect(Collectors.joining("\n"));
  }

  private void same(Captured one, Captured other) throws Failure {
    assertThat(text(CapturedManifest.of(library, one)))
        .isEqualTo(text(CapturedManifest.of(library, other)));
    assertThat(one.manifest()).isEqualTo(other.manifest());
  }

  @Test
  void whatWimlibAppliesToAVolumeIsTheSource() throws Exception {
    RichTree.require("wimlib-imagex");
    try (TestVolume volume = TestVolume.ntfs("windows");
        TestVolume other = TestVolume.ntfs("windows")) {
      NtfsTree.fill(volume.root());
      NtfsTree.addLargeStreams(volume.root());
      Captured captured = RichTree.capture(volume.root(), library, "birth");
      Path wim = folder.resolve("exported.wim");
      assertThat(export(captured, wim).notHeld()).isEmpty();
      assertThat(TestVolume.run("wimlib-imagex", "verify", wim.toString())).isEmpty();
      String image = other.released().toString();
      assertThat(TestVolume.run("wimlib-imagex", "apply", wim.toString(), image)).isEmpty();
      other.remount("windows");
      Captured applied = RichTree.capture(other.root(), library, "birth");
      assertThat(text(CapturedManifest.of(library, applied)))
          .contains("dos=", "sd=", "birth=", "reparse=", "reparse-directory=");
      same(applied, captured);
    }
  }

  @Test
  void whatWasExportedComesBackTheSame() throws Exception {
    try (TestVolume volume = TestVolume.ntfs("windows")) {
      NtfsTree.fill(volume.root());
      NtfsTree.addLargeStreams(volume.root());
      Captured captured = RichTree.capture(volume.root(), library, "birth");
      Path wim = folder.resolve("exported.wim");
      export(captured, wim);
      try (ArchiveFile file = ArchiveFile.open(new HostDisk(), wim)) {
        ArchivePlatform platform = ArchivePlatform.ofWim(file, 1, RichTree.PLATFORM);
        same(RichTree.captureOnce(platform, wim, library, "birth"), captured);
      }
    }
  }

  @Test
  void whatAWimHasNoPlaceForIsListedAndWhatItCannotNameIsRefused() throws Exception {
    try (TestVolume volume = TestVolume.plain()) {
      Path source = RichTree.make(volume);
      Captured captured = RichTree.capture(source, library, RichTree.KEEP);
      Path wim = folder.resolve("refused.wim");
      Failure refused = catchThrowableOfType(Failure.class, () -> export(captured, wim));
      assertThat(refused.code()).isEqualTo(Code.EXPORT_UNSUPPORTED);
      assertThat(refused.items())
          .containsExactly(
              "caf\\xe9: the name",
              "line\\x0abreak \\ back: the name",
              "to-latin: the link's target");
      Files.delete(RichTree.PLATFORM.child(source, Name.of("line\nbreak \\ back")));
      Files.delete(
          RichTree.PLATFORM.child(source, Name.of(new byte[] {'c', 'a', 'f', (byte) 0xe9})));
      Files.delete(source.resolve("to-latin"));
      Captured rest = RichTree.capture(source, library, RichTree.KEEP);
      assertThat(export(rest, folder.resolve("a.wim")).notHeld())
          .contains("permission bits", "times finer than 100 ns", "holes: owner, sparse")
          .contains("with everything: acl, owner, xattr:trusted.text, xattr:trusted.z");
    }
  }
}
