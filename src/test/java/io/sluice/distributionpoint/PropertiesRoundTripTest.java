package io.sluice.distributionpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.capture.Capture;
import io.sluice.capture.Captured;
import io.sluice.capture.CapturedManifest;
import io.sluice.capture.Options;
import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.fidelity.Fate;
import io.sluice.fidelity.Remark;
import io.sluice.filesystem.Keep;
import io.sluice.filesystem.Platform;
import io.sluice.filesystem.Platforms;
import io.sluice.filesystem.TestVolume;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.Entry;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import io.sluice.manifest.Stream;
import io.sluice.manifest.VersionDiff;
import io.sluice.parallel.CallerThread;
import io.sluice.time.SystemClock;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Attributes through capture, library and restore, on real file systems. */
class PropertiesRoundTripTest {
  private static final Property ACL =
      Property.of(Property.ACL, "u::rw-,u:1:r--,g::r--,m::r--,o::---");

  @TempDir private Path folder;
  private Platform platform;
  private Library library;

  @BeforeEach
  void open() throws Exception {
    Assumptions.assumeTrue("Linux".equals(System.getProperty("os.name")), "needs Linux");
    Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
    platform = Platforms.ofThisMachine();
    library = Library.open(new HostDisk(), folder.resolve("library"), new CallerThread());
  }

  private Captured capture(Path source, String keep) throws Exception {
    Capture capture = new Capture(platform, new CallerThread(), library, new SystemClock());
    return capture.capture(source, new Options(List.of(), bytes -> {}, false, Keep.parse(keep)));
  }

  private Placed restore(Captured captured, Path to, StreamPolicy policy) throws Exception {
    Files.createDirectories(to);
    Path beside = to.resolveSibling(to.getFileName() + ".sidecar");
    return new Materialiser(platform, new CallerThread(), library, new HostDisk())
        .build(CapturedManifest.of(library, captured), to, beside, policy);
  }

  private Path file(Path source, String name) throws Exception {
    Path file = source.resolve(name);
    Files.write(file, new byte[100_000]);
    return file;
  }

  private void set(Path entry, Property... properties) throws Exception {
    platform.setAttributes(entry, new Attributes(0640, 1_700_000_000, 7_000, List.of(properties)));
  }

  @Test
  void whatOneDiskHeldAnotherOneOfItsKindHoldsAgain() throws Exception {
    try (TestVolume volume = TestVolume.plain()) {
      Path source = volume.folder("source");
      Path file = file(source, "f");
      platform.setAttributes(file, new Attributes(04750, 0, 0, List.of(ACL)));
      set(source, Property.of(Property.ACL_DEFAULT, "u::rwx,u:1:r-x,g::---,m::r-x,o::---"));
      Files.createSymbolicLink(source.resolve("link"), Path.of("f"));
      Captured captured = capture(source, "setuid,owner");
      Placed placed = restore(captured, volume.root().resolve("to"), StreamPolicy.REFUSE);
      assertThat(placed.remarks().text()).isEmpty();
      assertThat(
              new Verifier(platform, new CallerThread())
                  .compare(
                      CapturedManifest.of(library, captured),
                      volume.root().resolve("to"),
                      Optional.empty()))
          .isEmpty();
      assertThat(capture(volume.root().resolve("to"), "setuid,owner").manifest())
          .isEqualTo(captured.manifest());
      // A loss is seen.
      set(volume.root().resolve("to/f"), Property.of(Property.ACL, "u::rw-,g::r--,o::---"));
      assertThat(
              new Verifier(platform, new CallerThread())
                  .compare(
                      CapturedManifest.of(library, captured),
                      volume.root().resolve("to"),
                      Optional.empty()))
          .extracting(Difference::kind)
          .contains(Difference.Kind.PROPERTY);
    }
  }

  @Test
  void theBitsForOtherIdentitiesAreKeptOnlyIfAskedForAndToldOtherwise() throws Exception {
    try (TestVolume volume = TestVolume.plain()) {
      Path source = volume.folder("source");
      platform.setAttributes(file(source, "f"), new Attributes(06755, 0, 0));
      Captured captured = capture(source, "");
      assertThat(captured.receipt().remarks().lines())
          .extracting(line -> line.remark())
          .containsExactly(Remark.dropped("setgid"), Remark.dropped("setuid"));
      Path to = volume.root().resolve("to");
      restore(captured, to, StreamPolicy.REFUSE);
      assertThat(platform.facts(to.resolve("f")).more().specialMode()).isZero();
    }
  }

  @Test
  void ntfsToLibraryToNtfsLosesNothingAndAPlainDiskSaysWhatItCannotHold() throws Exception {
    try (TestVolume ntfs = TestVolume.ntfs("windows");
        TestVolume plain = TestVolume.plain()) {
      Path source = ntfs.folder("source");
      Path file = file(source, "f");
      try (OutputStream out = platform.writeStream(file, new Stream(Name.of("s"), 300_000))) {
        out.write(new byte[300_000]);
      }
      set(file, Property.of(Property.DOS, "23"));
      set(ntfs.folder("source/d"), Property.of(Property.DOS, "6"));
      Captured captured = capture(source, "birth");
      assertThat(captured.receipt().remarks().text()).isEmpty();
      Entry captive =
          CapturedManifest.of(library, captured).entries().stream()
              .filter(Entry.File.class::isInstance)
              .findAny()
              .orElseThrow();
      assertThat(((Entry.File) captive).attributes().properties())
          .extracting(property -> property.key().toString())
          .containsExactly("birth", "dos", "sd");
      Path to = ntfs.root().resolve("to");
      assertThat(restore(captured, to, StreamPolicy.REFUSE).remarks().text())
          .containsExactly(".: mode refused: the file system shows its own for all entries");
      assertThat(capture(to, "birth").manifest()).isEqualTo(captured.manifest());
      Placed beside = restore(captured, plain.root().resolve("to"), StreamPolicy.SIDECAR);
      assertThat(beside.remarks().counts()).isEqualTo(Map.of(Fate.MAPPED, 10L));
      assertThat(beside.remarks().text())
          .contains("f: sd mapped: kept in the sidecar", "f: stream s mapped: kept in the sidecar");
      // Writable again, so that the volume can be emptied.
      set(to.resolve("f"), Property.of(Property.DOS, "20"));
      set(file, Property.of(Property.DOS, "20"));
    }
  }

  @Test
  void aSidecarPutBackOnNtfsMakesTheVersionWholeAgain() throws Exception {
    try (TestVolume ntfs = TestVolume.ntfs("windows");
        TestVolume plain = TestVolume.plain()) {
      Path source = ntfs.folder("source");
      Path file = file(source, "f");
      Path directory = ntfs.folder("source/d");
      for (Path entry : List.of(file, directory)) {
        for (int size : List.of(70_000, 300_000)) {
          try (OutputStream out =
              platform.writeStream(entry, new Stream(Name.of("s" + size), size))) {
            out.write(new byte[size]);
          }
        }
      }
      set(file, Property.of(Property.DOS, "22"));
      Captured captured = capture(source, "birth");
      Path middle = plain.root().resolve("middle");
      Placed placed = restore(captured, middle, StreamPolicy.SIDECAR);
      assertThat(placed.hasSidecar()).isTrue();
      Path sidecar = plain.root().resolve("middle.sidecar");
      assertThat(
              new Verifier(platform, new CallerThread())
                  .compare(CapturedManifest.of(library, captured), middle, Optional.of(sidecar)))
          .isEmpty();
      Path copy = ntfs.root().resolve("copy");
      assertThat(TestVolume.run("cp", "-a", middle.toString(), copy.toString())).isEmpty();
      SidecarReturn returned = new SidecarReturn(platform, sidecar, copy);
      assertThat(returned.run().attributes()).isEqualTo(placed.sidecarAttributes());
      Captured again = capture(copy, "birth");
      List<VersionDiff.Change> changes = new ArrayList<>();
      new VersionDiff(
              CapturedManifest.of(library, captured), CapturedManifest.of(library, again), library)
          .changes(changes::add);
      assertThat(changes).isEmpty();
      assertThat(again.manifest()).isEqualTo(captured.manifest());
    }
  }

  @Test
  void aSidecarIsPutBackWholeOrNotAtAll() throws Exception {
    try (TestVolume ntfs = TestVolume.ntfs("windows");
        TestVolume plain = TestVolume.plain()) {
      Path source = ntfs.folder("source");
      Path file = file(source, "f");
      for (String name : List.of("one", "two")) {
        try (OutputStream out = platform.writeStream(file, new Stream(Name.of(name), 300_000))) {
          out.write(new byte[300_000]);
        }
      }
      Captured captured = capture(source, "");
      Path middle = plain.root().resolve("middle");
      restore(captured, middle, StreamPolicy.SIDECAR);
      Path sidecar = plain.root().resolve("middle.sidecar");
      assertThat(code(sidecar, middle)).isEqualTo(Code.STREAMS_UNSUPPORTED);
      Path copy = ntfs.folder("copy");
      assertThat(code(sidecar, copy)).isEqualTo(Code.DIFFERS);
      Files.createSymbolicLink(copy.resolve("f"), file);
      assertThat(code(sidecar, copy)).isEqualTo(Code.DIFFERS);
      Files.delete(copy.resolve("f"));
      Files.write(copy.resolve("f"), new byte[100_000]);
      Files.write(sidecar.resolve("00000001"), new byte[] {1});
      assertThat(code(sidecar, copy)).isEqualTo(Code.CONTENT_CORRUPT);
      assertThat(
              platform
                  .streams(copy.resolve("f"), platform.facts(copy.resolve("f")), Keep.USUAL)
                  .named())
          .isEmpty();
    }
  }

  private Code code(Path sidecar, Path folder) {
    Failure failure =
        catchThrowableOfType(
            Failure.class, () -> new SidecarReturn(platform, sidecar, folder).run());
    return Objects.requireNonNull(failure).code();
  }

  @Test
  void holesAreRestoredAsHoles() throws Exception {
    try (TestVolume volume = TestVolume.tmpfs(64 << 20)) {
      Path source = volume.folder("source");
      Path file = source.resolve("sparse");
      try (FileChannel out =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        out.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 3 << 20);
        // A hole at the end.
        out.write(ByteBuffer.wrap(new byte[] {1}), 40 << 20);
        out.truncate(40 << 20);
      }
      Captured captured = capture(source, "");
      Path to = volume.root().resolve("to");
      restore(captured, to, StreamPolicy.REFUSE);
      assertThat(platform.facts(to.resolve("sparse")).more().blocks() * 512).isLessThan(1 << 20);
      assertThat(capture(to, "").manifest()).isEqualTo(captured.manifest());
      assertThat(
              new Verifier(platform, new CallerThread())
                  .compare(CapturedManifest.of(library, captured), to, Optional.empty()))
          .isEmpty();
    }
  }
}
