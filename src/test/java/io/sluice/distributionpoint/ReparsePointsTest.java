package io.sluice.distributionpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.capture.Capture;
import io.sluice.capture.Captured;
import io.sluice.capture.CapturedManifest;
import io.sluice.capture.Options;
import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Keep;
import io.sluice.filesystem.Platform;
import io.sluice.filesystem.Platforms;
import io.sluice.filesystem.PropertyCapacity;
import io.sluice.filesystem.TestReparsePoint;
import io.sluice.filesystem.TestVolume;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.Entry;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.Property;
import io.sluice.parallel.CallerThread;
import io.sluice.time.SystemClock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Junctions and other links of Windows through capture, library and restore. */
class ReparsePointsTest {
  private static final byte[] JUNCTION = TestReparsePoint.junction("\\??\\C:\\Windows");

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

  private Manifest capture(Path source, String keep) throws Exception {
    Captured captured = captured(source, keep);
    assertThat(captured.receipt().remarks().text()).isEmpty();
    return CapturedManifest.of(library, captured);
  }

  private Captured captured(Path source, String keep) throws Exception {
    return new Capture(platform, new CallerThread(), library, new SystemClock())
        .capture(source, new Options(List.of(), bytes -> {}, false, Keep.parse(keep)));
  }

  private Placed restore(Manifest manifest, Path to, StreamPolicy policy) throws Exception {
    Files.createDirectories(to);
    return materialiser().build(manifest, to, beside(to), policy);
  }

  private Materialiser materialiser() {
    return new Materialiser(platform, new CallerThread(), library, new HostDisk());
  }

  private static Path beside(Path to) {
    return to.resolveSibling(to.getFileName() + ".sidecar");
  }

  private List<Difference> differences(Manifest manifest, Path tree) throws Exception {
    Optional<Path> sidecar = Optional.of(beside(tree)).filter(Files::exists);
    return new Verifier(platform, new CallerThread()).compare(manifest, tree, sidecar);
  }

  private static Map<String, byte[]> directories() {
    Map<String, byte[]> all = new TreeMap<>();
    all.put("junction", JUNCTION);
    all.put("junction in the volume", TestReparsePoint.junction("\\??\\D:\\source\\folder"));
    all.put(
        "volume",
        TestReparsePoint.junction("\\??\\Volume{01234567-89ab-cdef-0123-456789abcdef}\\"));
    all.put("link to a folder", TestReparsePoint.absolute("\\??\\C:\\Users\\Ünï😀"));
    all.put("of a container", TestReparsePoint.tagged(0xA0000022, new byte[] {1, 2, 3}));
    all.put("share", TestReparsePoint.absolute("\\??\\UNC\\server\\share"));
    return all;
  }

  private static Map<String, byte[]> files() {
    Map<String, byte[]> all = new TreeMap<>();
    all.put("foreign", TestReparsePoint.foreign(new byte[] {1, 2, 3, 4, 5}));
    all.put("link to a file", TestReparsePoint.absolute("\\??\\C:\\Windows\\notepad.exe"));
    all.put("link in the volume", TestReparsePoint.absolute("\\??\\D:\\SOURCE\\file"));
    all.put("link from the root", TestReparsePoint.relative("\\source\\file"));
    all.put("program", TestReparsePoint.program("Some.Program\0C:\\program.exe\0"));
    all.put("link of Linux", TestReparsePoint.linux("/usr/lib/é"));
    return all;
  }

  /** Links of every kind, on a volume that has some of what they lead to. */
  private Path source(TestVolume ntfs) throws Exception {
    Path source = ntfs.folder("source");
    Files.write(source.resolve("file"), new byte[] {1, 2, 3});
    Files.createDirectory(source.resolve("folder"));
    for (Map.Entry<String, byte[]> one : directories().entrySet()) {
      TestReparsePoint.set(Files.createDirectory(source.resolve(one.getKey())), one.getValue());
    }
    for (Map.Entry<String, byte[]> one : files().entrySet()) {
      TestReparsePoint.set(Files.createFile(source.resolve(one.getKey())), one.getValue());
    }
    return source;
  }

  private static Map<String, String> data(Path tree) throws Exception {
    Map<String, String> data = new TreeMap<>();
    for (String name : directories().keySet()) {
      data.put(name, TestReparsePoint.of(tree.resolve(name)));
    }
    for (String name : files().keySet()) {
      data.put(name, TestReparsePoint.of(tree.resolve(name)));
    }
    return data;
  }

  @ParameterizedTest
  @ValueSource(strings = {"windows", "xattr"})
  void ntfsToLibraryToNtfsMakesEveryLinkOfWindowsAgain(String streams) throws Exception {
    try (TestVolume ntfs = TestVolume.ntfs(streams);
        TestVolume other = TestVolume.ntfs(streams)) {
      Path source = source(ntfs);
      Manifest manifest = capture(source, "birth");
      Path to = other.root().resolve("to");
      assertThat(restore(manifest, to, StreamPolicy.REFUSE).remarks().text())
          .containsExactly(".: mode refused: the file system shows its own for all entries");
      for (int i = 0; i < 2; i++) {
        assertThat(data(to)).isEqualTo(data(source)).hasSize(12);
        for (String name : directories().keySet()) {
          assertThat(TestReparsePoint.bits(to.resolve(name))).isEqualTo("00000430");
        }
        for (String name : files().keySet()) {
          assertThat(TestReparsePoint.bits(to.resolve(name))).isEqualTo("00000420");
        }
        assertThat(differences(manifest, to)).isEmpty();
        assertThat(capture(to, "birth").digest()).isEqualTo(manifest.digest());
        // And when no cache knows what was made.
        other.remount(streams);
      }
    }
  }

  @Test
  void whatALinkIsDoesNotDependOnWhereItsVolumeIsMountedOrWhatElseIsThere() throws Exception {
    try (TestVolume ntfs = TestVolume.ntfs("windows")) {
      Manifest manifest = capture(source(ntfs), "");
      Map<String, String> targets = new TreeMap<>();
      for (Entry entry : manifest.entries()) {
        if (entry instanceof Entry.Symlink link) {
          targets.put(link.path().toString(), link.target().toString());
        }
      }
      assertThat(targets)
          .containsEntry("junction", "C:\\Windows")
          .containsEntry("junction in the volume", "D:\\source\\folder")
          .containsEntry("link in the volume", "D:\\SOURCE\\file")
          .containsEntry("link from the root", "\\source\\file")
          .containsEntry("link of Linux", "/usr/lib/é")
          .containsEntry("share", "UNC\\server\\share")
          .containsEntry("program", "reparse point 0x8000001b")
          .containsEntry("foreign", "reparse point 0x20000042")
          .hasSize(12);
    }
  }

  @Test
  void whatStandsForContentThatIsKeptElsewhereIsRefusedAllAtOnceAndByKind() throws Exception {
    Map<Integer, String> kinds = new LinkedHashMap<>();
    kinds.put(0x80000013, "deduplicated, tag 0x80000013");
    kinds.put(0x80000017, "compressed by WOF, tag 0x80000017");
    kinds.put(0x9000301A, "a cloud placeholder, tag 0x9000301a");
    kinds.put(0xC0000004, "moved to other storage by HSM, tag 0xc0000004");
    kinds.put(0xA0000003, "a damaged link, tag 0xa0000003");
    kinds.put(0x80000FFF, "of no kind known here, tag 0x80000fff");
    try (TestVolume ntfs = TestVolume.ntfs("windows")) {
      for (Map.Entry<Integer, String> kind : kinds.entrySet()) {
        Path source = ntfs.folder("source");
        Files.createFile(source.resolve("kept"));
        for (String name : List.of("one", "two")) {
          TestReparsePoint.set(
              Files.createDirectory(source.resolve(name)),
              TestReparsePoint.tagged(kind.getKey(), new byte[12]));
        }
        assertThatThrownBy(() -> capture(source, ""))
            .isInstanceOfSatisfying(
                Failure.class,
                failure -> {
                  assertThat(failure.code()).isEqualTo(Code.SOURCE_UNREADABLE);
                  assertThat(failure.items())
                      .hasSize(2)
                      .allSatisfy(item -> assertThat(item).contains(kind.getValue()));
                });
      }
    }
  }

  @Test
  void noManifestMakesWhatStandsForContentThatIsKeptElsewhere() throws Exception {
    try (TestVolume ntfs = TestVolume.ntfs("windows")) {
      Path to = ntfs.folder("to");
      PropertyCapacity capacity = platform.entryCapacity(to).properties();
      assertThat(capacity.holds(new Property(Property.REPARSE, JUNCTION))).isTrue();
      Property cloud =
          new Property(Property.REPARSE, TestReparsePoint.tagged(0x9000001A, new byte[12]));
      assertThat(capacity.holds(cloud)).isFalse();
      assertThat(capacity.holds(new Property(Property.REPARSE, new byte[] {1}))).isFalse();
      Path link = Files.createSymbolicLink(to.resolve("link"), Path.of("x"));
      platform.setAttributes(link, new Attributes(0777, 0, 0, List.of(cloud)));
      assertThat(Files.readSymbolicLink(link)).hasToString("x");
    }
  }

  @Test
  void contentBehindAReparsePointIsTold() throws Exception {
    try (TestVolume ntfs = TestVolume.ntfs("windows")) {
      Path source = ntfs.folder("source");
      TestReparsePoint.set(
          Files.write(source.resolve("link"), new byte[] {1, 2, 3}),
          TestReparsePoint.absolute("\\??\\C:\\x"));
      Captured captured = captured(source, "");
      assertThat(captured.receipt().remarks().text())
          .containsExactly("link: content refused: it lies behind a reparse point");
    }
  }

  @Test
  void aRelativeLinkOfWindowsIsALinkOfAnySystemWhereverItLeads() throws Exception {
    try (TestVolume ntfs = TestVolume.ntfs("windows")) {
      Path source = ntfs.folder("source");
      Files.createFile(source.resolve("there"));
      for (String target : List.of("..\\no\\where", "there")) {
        Path link = Files.createFile(source.resolve("link"));
        TestReparsePoint.set(link, TestReparsePoint.relative(target));
        Captured captured = captured(source, "");
        assertThat(captured.receipt().remarks().text())
            .containsExactly("link: reparse point mapped: a relative link, kept as any system's");
        assertThat(CapturedManifest.of(library, captured).entries().get(1))
            .isInstanceOfSatisfying(
                Entry.Symlink.class,
                found -> {
                  assertThat(found.target()).hasToString(target.replace('\\', '/'));
                  assertThat(found.attributes().properties()).isEmpty();
                });
        Files.delete(link);
      }
    }
  }

  @Test
  void aJunctionHasTheDosAttributesDescriptorAndTimesOfAFolder() throws Exception {
    try (TestVolume ntfs = TestVolume.ntfs("windows")) {
      Path junction = Files.createDirectory(ntfs.folder("source").resolve("junction"));
      TestReparsePoint.set(junction, JUNCTION);
      platform.setAttributes(
          junction,
          new Attributes(
              0777,
              1_600_000_000,
              700,
              List.of(
                  Property.of(Property.BIRTH, "1500000000.000000100"),
                  Property.of(Property.DOS, "26"),
                  new Property(Property.REPARSE, JUNCTION))));
      Manifest manifest = capture(junction.getParent(), "birth");
      Path to = ntfs.root().resolve("to");
      restore(manifest, to, StreamPolicy.REFUSE);
      assertThat(TestReparsePoint.bits(to.resolve("junction"))).isEqualTo("00000436");
      assertThat(manifest.entries().getLast().toString()).contains("birth=", "dos=26", "sd=");
      assertThat(capture(to, "birth").digest()).isEqualTo(manifest.digest());
    }
  }

  @Test
  void whatIsNoLongerWhatItWasIsSeen() throws Exception {
    try (TestVolume ntfs = TestVolume.ntfs("windows")) {
      Manifest manifest = capture(source(ntfs), "");
      Path to = ntfs.root().resolve("to");
      restore(manifest, to, StreamPolicy.REFUSE);
      // Shown the same, it leads elsewhere for a user of Windows.
      TestReparsePoint.set(
          Files.createFile(ntfs.root().resolve("other")),
          TestReparsePoint.absolute("\\??\\C:\\Windows\\notepad.exe\\"));
      Files.delete(to.resolve("junction"));
      Files.createSymbolicLink(to.resolve("junction"), Path.of("C:\\Windows"));
      Files.delete(to.resolve("link to a folder"));
      Files.move(ntfs.root().resolve("other"), to.resolve("link to a folder"));
      // A link to a folder of the same data as a file.
      Files.delete(to.resolve("share"));
      TestReparsePoint.set(
          Files.createFile(to.resolve("share")),
          TestReparsePoint.absolute("\\??\\UNC\\server\\share"));
      assertThat(differences(manifest, to))
          .filteredOn(one -> one.kind() != Difference.Kind.TIME)
          .extracting(one -> one.path() + " " + one.kind())
          .contains("junction PROPERTY", "link to a folder TARGET", "share PROPERTY");
    }
  }

  @Test
  void aPlainDiskSaysWhatItCannotHoldAndItsSidecarMakesTheLinksAgainOnNtfs() throws Exception {
    try (TestVolume ntfs = TestVolume.ntfs("windows");
        TestVolume plain = TestVolume.plain()) {
      Path source = source(ntfs);
      Manifest manifest = capture(source, "");
      Path told = plain.root().resolve("told");
      assertThat(restore(manifest, told, StreamPolicy.REFUSE).remarks().text())
          .contains("junction: reparse refused: the file system does not hold it")
          .contains("share: reparse-directory refused: the file system does not hold it");
      assertThat(Files.readSymbolicLink(told.resolve("junction"))).hasToString("C:\\Windows");
      Path middle = plain.root().resolve("middle");
      restore(manifest, middle, StreamPolicy.SIDECAR);
      assertThat(differences(manifest, middle)).isEmpty();
      Path copy = ntfs.root().resolve("copy");
      assertThat(TestVolume.run("cp", "-a", middle.toString(), copy.toString())).isEmpty();
      for (int i = 0; i < 2; i++) {
        new SidecarReturn(platform, beside(middle), copy).run();
        assertThat(data(copy)).isEqualTo(data(source));
        assertThat(capture(copy, "").digest()).isEqualTo(manifest.digest());
      }
    }
  }

  @Test
  void aSidecarIsNotPutBackThroughALink() throws Exception {
    try (TestVolume ntfs = TestVolume.ntfs("windows");
        TestVolume plain = TestVolume.plain()) {
      Path source = source(ntfs);
      Files.write(source.resolve("folder/kept"), new byte[] {1});
      Path middle = plain.root().resolve("middle");
      restore(capture(source, ""), middle, StreamPolicy.SIDECAR);
      Path copy = ntfs.root().resolve("copy");
      assertThat(TestVolume.run("cp", "-a", middle.toString(), copy.toString())).isEmpty();
      Path outside = ntfs.folder("outside");
      Files.move(copy.resolve("folder/kept"), outside.resolve("kept"));
      Files.delete(copy.resolve("folder"));
      Files.createSymbolicLink(copy.resolve("folder"), outside);
      assertThatThrownBy(() -> new SidecarReturn(platform, beside(middle), copy).run())
          .isInstanceOfSatisfying(
              Failure.class,
              failure -> {
                assertThat(failure.code()).isEqualTo(Code.DIFFERS);
                assertThat(failure.items())
                    .containsExactly("folder is a SYMLINK", "folder/kept is below a link");
              });
    }
  }

  @Test
  void aPolicyCanLeaveJustTheLink() throws Exception {
    try (TestVolume ntfs = TestVolume.ntfs("windows")) {
      Path source = source(ntfs);
      Captured captured = captured(source, "-reparse");
      assertThat(captured.receipt().remarks().text())
          .contains("share: reparse point dropped: the policy leaves it out")
          .hasSize(12);
      assertThat(CapturedManifest.of(library, captured).entries())
          .filteredOn(Entry.Symlink.class::isInstance)
          .hasSize(12)
          .allSatisfy(
              link -> assertThat(((Entry.Symlink) link).attributes().properties()).isEmpty());
    }
  }

  @Test
  void anInterruptedRestoreGoesOnWhateverItLeftOfALink() throws Exception {
    try (TestVolume ntfs = TestVolume.ntfs("windows")) {
      Manifest manifest = capture(source(ntfs), "");
      Path to = ntfs.folder("to");
      // Just made, without data; made whole; not yet more than a link.
      Files.createDirectory(to.resolve("junction"));
      Files.createFile(to.resolve("link to a file"));
      TestReparsePoint.set(Files.createDirectory(to.resolve("volume")), JUNCTION);
      Files.createSymbolicLink(to.resolve("share"), Path.of("x"));
      Materialiser.Target target =
          new Materialiser.Target(to, beside(to), StreamPolicy.REFUSE, platform.entryCapacity(to));
      materialiser().build(manifest, target, Leftovers.KEEP);
      assertThat(differences(manifest, to)).isEmpty();
    }
  }

  @Test
  void aDistributionPointHasThemInEachVersionAndDeletesNothingBehindThem() throws Exception {
    try (TestVolume ntfs = TestVolume.ntfs("windows");
        TestSite site = new TestSite()) {
      Path source = source(ntfs);
      Path kept = Files.write(ntfs.folder("outside").resolve("kept"), new byte[] {1});
      byte[] escape = TestReparsePoint.junction("\\??\\C:\\outside");
      TestReparsePoint.set(Files.createDirectory(source.resolve("escape")), escape);
      Manifest manifest =
          CapturedManifest.of(
              site.library,
              new Capture(platform, new CallerThread(), site.library, new SystemClock())
                  .capture(source, new Options(List.of(), bytes -> {}, false, Keep.USUAL)));
      Path folder = ntfs.folder("dp");
      FolderPlace place = site.place(folder, StreamPolicy.REFUSE);
      for (int version = 1; version <= 3; version++) {
        place.put(TestSite.ID, version, manifest);
        Path tree = folder.resolve(TestSite.ID.toString()).resolve("v" + version);
        assertThat(data(tree)).isEqualTo(data(source));
        assertThat(TestReparsePoint.of(tree.resolve("escape")))
            .isEqualTo(HexFormat.of().formatHex(escape));
      }
      assertThat(folder.resolve("CEN-12/v1")).doesNotExist();
      assertThat(kept).hasBinaryContent(new byte[] {1});
    }
  }

  @Test
  void nothingIsDeletedBehindAJunction() throws Exception {
    try (TestVolume ntfs = TestVolume.ntfs("windows")) {
      Path source = source(ntfs);
      Path kept = Files.write(ntfs.folder("outside").resolve("kept"), new byte[] {1});
      Path escape = Files.createDirectory(source.resolve("escape"));
      TestReparsePoint.set(escape, TestReparsePoint.junction("\\??\\C:\\outside"));
      Manifest manifest = capture(source, "");
      Path to = ntfs.root().resolve("to");
      restore(manifest, to, StreamPolicy.REFUSE);
      // Here it can be walked through.
      assertThat(to.resolve("escape/kept")).exists();
      new TreeRemoval(platform).remove(to);
      assertThat(Files.exists(to, LinkOption.NOFOLLOW_LINKS)).isFalse();
      assertThat(kept).hasBinaryContent(new byte[] {1});
    }
  }
}
