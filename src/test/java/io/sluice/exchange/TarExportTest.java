package io.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.capture.Captured;
import io.sluice.capture.CapturedManifest;
import io.sluice.content.Digest;
import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.TestVolume;
import io.sluice.manifest.Entry;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import io.sluice.manifest.Stream;
import io.sluice.parallel.CallerThread;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TarExportTest {
  @TempDir private Path folder;
  private Library library;

  @BeforeEach
  void open() throws Exception {
    RichTree.require("tar");
    library = Library.open(new HostDisk(), folder.resolve("library"), new CallerThread());
  }

  private Path archive(Manifest manifest) throws Exception {
    Path file = folder.resolve(manifest.digest().hex() + ".tar");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      Exported exported = new TarExport(manifest, library).write(out);
      out.flush();
      assertThat(Files.size(file)).isEqualTo(exported.bytes()).isPositive();
    }
    return file;
  }

  private static String text(Manifest manifest) {
    return manifest.entries().stream().map(Object::toString).collect(Collectors.joining("\n"));
  }

  private void extractsTheSame(TestVolume volume, String... command) throws Exception {
    try (volume) {
      Path source = volume.root().resolve("source");
      Captured captured = RichTree.capture(source, library, RichTree.KEEP);
      Path to = volume.folder("to");
      List<String> whole = new ArrayList<>(List.of(command));
      whole.addAll(List.of("-x", "-p", "--numeric-owner", "-C", to.toString(), "-f"));
      whole.add(archive(CapturedManifest.of(library, captured)).toString());
      assertThat(TestVolume.run(whole.toArray(String[]::new))).isEmpty();
      // bsdtar sets the time of ./ before it extracts what is in it.
      RichTree.PLATFORM.setAttributes(to, RichTree.PLATFORM.facts(source).attributes());
      Manifest extracted =
          CapturedManifest.of(library, RichTree.capture(to, library, RichTree.KEEP));
      assertThat(text(extracted)).isEqualTo(text(CapturedManifest.of(library, captured)));
      assertThat(extracted.digest()).isEqualTo(captured.manifest());
    }
  }

  @Test
  void gnuTarExtractsWhatWasCaptured() throws Exception {
    TestVolume volume = TestVolume.plain();
    Path source = RichTree.make(volume);
    RichTree.makeOlder(source);
    RichTree.stream(source.resolve("block"), "a=b%3D", new byte[] {1});
    extractsTheSame(volume, "tar", "--xattrs", "--xattrs-include=*", "--acls");
  }

  @Test
  void bsdtarExtractsWhatWasCaptured() throws Exception {
    RichTree.require("bsdtar");
    TestVolume volume = TestVolume.plain();
    RichTree.make(volume);
    extractsTheSame(volume, "env", "LC_ALL=C.UTF-8", "bsdtar", "--xattrs", "--acls");
  }

  @Test
  void bytesThatStandWhereAHoleIsSaidToBeAreExported() throws Exception {
    try (TestVolume volume = TestVolume.plain()) {
      Path source = volume.folder("source");
      byte[] bytes = new byte[300_000];
      bytes[200_000] = 7;
      Files.write(source.resolve("f"), bytes);
      Manifest captured = CapturedManifest.of(library, RichTree.capture(source, library, ""));
      for (String places : List.of("", "0+1000", "250000+1000")) {
        Path to = volume.folder("to" + places);
        Manifest lying = withHoles(captured, Property.of(Property.SPARSE, places));
        String file = archive(lying).toString();
        assertThat(TestVolume.run("tar", "-x", "-C", to.toString(), "-f", file)).isEmpty();
        assertThat(to.resolve("f")).hasBinaryContent(bytes);
      }
    }
  }

  private static Manifest withHoles(Manifest manifest, Property holes) {
    List<Entry> entries = new ArrayList<>();
    for (Entry entry : manifest.entries()) {
      entries.add(
          entry instanceof Entry.File file
              ? new Entry.File(
                  file.path(), file.attributes().with(List.of(holes)), file.size(), file.streams())
              : entry);
    }
    return new Manifest(Digest.of(holes.value()), entries, manifest.chunks());
  }

  @Test
  void streamsNoAttributeCanHoldAreRefusedAllAtOnceBeforeTheFirstByte() throws Exception {
    try (TestVolume volume = TestVolume.ntfs("windows")) {
      Path source = volume.folder("source");
      for (String name : new String[] {"a", "b", "c"}) {
        Path file = Files.createFile(source.resolve(name));
        long size = TarExport.STREAM_BYTES_MAX + (name.equals("c") ? 0L : 1L);
        try (OutputStream out =
            RichTree.PLATFORM.writeStream(file, new Stream(Name.of("s"), size))) {
          out.write(new byte[(int) size]);
        }
      }
      Manifest manifest = CapturedManifest.of(library, RichTree.capture(source, library, ""));
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      Failure refused =
          catchThrowableOfType(Failure.class, () -> new TarExport(manifest, library).write(out));
      assertThat(refused.code()).isEqualTo(Code.EXPORT_UNSUPPORTED);
      assertThat(refused.items()).containsExactly("a : s: 65537 bytes", "b : s: 65537 bytes");
      assertThat(out.size()).isZero();
    }
  }
}
