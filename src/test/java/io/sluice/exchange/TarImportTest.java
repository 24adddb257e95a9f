package io.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.capture.Captured;
import io.sluice.capture.CapturedManifest;
import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.filesystem.TestVolume;
import io.sluice.manifest.Attributes;
import io.sluice.parallel.CallerThread;
import java.io.BufferedOutputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An import is what a capture of the extracted folder would be. */
class TarImportTest {
  @TempDir private Path folder;
  private Library library;

  @BeforeEach
  void open() throws Exception {
    RichTree.require("tar");
    library = Library.open(new HostDisk(), folder.resolve("library"), new CallerThread());
  }

  private Captured imported(Path archive, String keep) throws Exception {
    try (ArchiveFile file = ArchiveFile.open(new HostDisk(), archive)) {
      ArchivePlatform platform = ArchivePlatform.ofTar(file, RichTree.PLATFORM);
      return RichTree.captureOnce(platform, archive, library, keep);
    }
  }

  private String text(Captured captured) throws Exception {
    return CapturedManifest.of(library, captured).entries().stream()
        .map(Object::toString)
        .collect(Collectors.joining("\n"));
  }

  private static void run(String... command) throws Exception {
    assertThat(TestVolume.run(command)).isEmpty();
  }

  private static Path extracted(Path archive, TestVolume volume) throws Exception {
    Path to = volume.folder("to");
    run(("tar -xp --xattrs --xattrs-include=* --acls -C " + to + " -f " + archive).split(" "));
    return to;
  }

  /** GNU tar knows neither libarchive's names of attributes nor its order of folders. */
  private static Path extractedByLibarchive(Path archive, TestVolume volume) throws Exception {
    Path to = volume.folder("to");
    String command = "env LC_ALL=C.UTF-8 bsdtar -xp --xattrs --acls -C " + to + " -f " + archive;
    run(command.split(" "));
    // It sets the time of ./ before it extracts what is in it.
    RichTree.PLATFORM.setAttributes(to, new Attributes(0755, 86_400, 0));
    return to;
  }

  private void same(Captured one, Captured other) throws Exception {
    assertThat(text(one)).isEqualTo(text(other));
    assertThat(one.manifest()).isEqualTo(other.manifest());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tar --format=pax --xattrs --xattrs-include=* --acls",
        "tar --format=pax --xattrs --xattrs-include=* --acls --sparse --sparse-version=1.0",
        "tar --format=pax --sparse --sparse-version=0.1",
        "tar --format=pax --sparse --sparse-version=0.0",
        "tar --format=gnu --sparse",
        "tar --format=gnu --hole-detection=raw",
        "env LC_ALL=C.UTF-8 bsdtar --format=pax --options=xattrheader=LIBARCHIVE --acls --xattrs",
        "env LC_ALL=C.UTF-8 bsdtar --format=gnutar --no-read-sparse"
      })
  void isWhatACaptureOfTheExtractedFolderIs(String program) throws Exception {
    boolean libarchive = program.contains("bsdtar");
    RichTree.require(libarchive ? "bsdtar" : "tar");
    try (TestVolume volume = TestVolume.plain()) {
      Path source = RichTree.make(volume);
      Path archive = folder.resolve("archive.tar");
      List<String> command = new ArrayList<>(List.of(program.split(" ")));
      command.addAll(List.of("-cf", archive.toString(), "-C", source.toString(), "."));
      run(command.toArray(String[]::new));
      Path to = libarchive ? extractedByLibarchive(archive, volume) : extracted(archive, volume);
      Captured captured = RichTree.capture(to, library, RichTree.KEEP);
      same(imported(archive, RichTree.KEEP), captured);
      assertThat(CapturedManifest.of(library, captured).entries()).hasSizeGreaterThan(20);
    }
  }

  @Test
  void whatLibarchiveSaysTwiceOfAnAttributeCountsOnce() throws Exception {
    RichTree.require("bsdtar");
    try (TestVolume volume = TestVolume.plain()) {
      Path source = RichTree.make(volume);
      Path archive = folder.resolve("archive.tar");
      String command = "bsdtar --format=pax --acls --xattrs -cf " + archive + " -C " + source;
      run(("env LC_ALL=C.UTF-8 " + command + " .").split(" "));
      same(imported(archive, RichTree.KEEP), RichTree.capture(source, library, RichTree.KEEP));
    }
  }

  @Test
  void isWhatPythonArchivedOfAFolder() throws Exception {
    RichTree.require("python3");
    try (TestVolume volume = TestVolume.plain()) {
      Path source = RichTree.make(volume);
      // GNU tar does not read 1e-09 as a time.
      RichTree.PLATFORM.setAttributes(source.resolve("empty"), new Attributes(0600, 5, 0));
      for (String format : new String[] {"PAX_FORMAT", "GNU_FORMAT"}) {
        Path archive = folder.resolve(format + ".tar");
        String script =
            "import sys, tarfile\n"
                + "with tarfile.open(sys.argv[1], 'w', format=tarfile."
                + format
                + ") as t: t.add(sys.argv[2], '.')";
        run("python3", "-c", script, archive.toString(), source.toString());
        same(
            imported(archive, "owner,setuid"),
            RichTree.capture(extracted(archive, volume), library, "owner,setuid"));
      }
    }
  }

  @Test
  void whatWasExportedComesBackTheSame() throws Exception {
    try (TestVolume volume = TestVolume.plain()) {
      Path source = RichTree.make(volume);
      RichTree.makeOlder(source);
      RichTree.stream(source.resolve("block"), "a=b%3D", new byte[] {1});
      RichTree.stream(source.resolve("block"), "DosStream.s:$DATA", new byte[] {1, 2, 0});
      String keep = RichTree.KEEP + ",birth";
      Captured captured = RichTree.capture(source, library, keep);
      same(imported(exported(captured), keep), captured);
    }
  }

  @Test
  void whatNtfsKeepsComesBackTheSame() throws Exception {
    try (TestVolume volume = TestVolume.ntfs("windows")) {
      Path source = volume.folder("source");
      NtfsTree.fill(source);
      Captured captured = RichTree.capture(source, library, "birth");
      assertThat(text(captured)).contains("dos=").contains("sd=").contains("birth=");
      same(imported(exported(captured), "birth"), captured);
      NtfsTree.unlock(source);
    }
  }

  private Path exported(Captured captured) throws Exception {
    Path archive = folder.resolve("exported.tar");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(archive))) {
      new TarExport(CapturedManifest.of(library, captured), library).write(out);
    }
    return archive;
  }

  @Test
  void whatAPolicyLeavesOutIsListed() throws Exception {
    try (TestVolume volume = TestVolume.plain()) {
      Captured captured = RichTree.capture(RichTree.make(volume), library, RichTree.KEEP);
      Captured imported = imported(exported(captured), "-acl");
      assertThat(imported.receipt().remarks().text())
          .contains(
              "with everything: acl dropped: the policy leaves it out",
              "with everything: setuid dropped: the policy leaves it out",
              "with everything: trusted.text dropped: the policy leaves it out");
    }
  }
}
