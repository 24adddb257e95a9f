package io.sluice.distributionpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.content.TestContent;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.TestVolume;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.PackageId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FolderPlaceTest {
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

  private void useVolume(String kind) throws IOException {
    volume.close();
    volume =
        switch (kind) {
          case "tmpfs" -> TestVolume.tmpfs(64 << 20);
          case "ntfs" -> TestVolume.ntfs("windows");
          case "ntfs-xattr" -> TestVolume.ntfs("xattr");
          default -> TestVolume.plain();
        };
  }

  private Path folder() {
    return volume.root().resolve("dp");
  }

  private FolderPlace place() {
    return site.place(folder(), StreamPolicy.REFUSE);
  }

  private static Failure failure(ThrowingCallable call) {
    Failure[] caught = new Failure[1];
    assertThatThrownBy(call).isInstanceOfSatisfying(Failure.class, e -> caught[0] = e);
    return caught[0];
  }

  private void assertNothingLeft() {
    assertThat(folder().resolve(".sluice/building")).isEmptyDirectory();
    assertThat(folder().resolve(".sluice/removing")).isEmptyDirectory();
    assertThat(folder().resolve(".sluice/placed").toFile().list())
        .noneMatch(name -> name.endsWith(".intent") || name.endsWith(".new"));
  }

  /** Everything below a folder with its times, links as links. */
  static Map<String, String> snapshot(Path folder) throws IOException {
    Map<String, String> all = new TreeMap<>();
    try (java.util.stream.Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.toList()) {
        String bytes =
            Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                ? java.util.Arrays.toString(Files.readAllBytes(path))
                : "";
        all.put(
            path.toString(), Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS) + bytes);
      }
    }
    return all;
  }

  @ParameterizedTest
  @ValueSource(strings = {"disk", "tmpfs", "ntfs", "ntfs-xattr"})
  void everythingIsIdenticalAfterPlacing(String kind) throws Exception {
    useVolume(kind);
    TestPackage made = TestPackage.rich(1);
    if (!kind.startsWith("ntfs")) {
      made.link("sub/raw link", "\u00ff\u00fe/x").file("sub/raw \u00ff", new byte[] {1});
    }
    Manifest manifest = made.store(site.library);
    Placed placed = place().put(ID, 1, manifest);
    assertThat(placed.nativeStreams()).isEqualTo(4);
    assertThat(placed.sidecarStreams()).isZero();
    assertThat(place().current(ID)).hasValue(1);
    assertThat(place().verify(ID, 1, manifest)).isEmpty();
    assertNothingLeft();
    if (!kind.startsWith("ntfs")) {
      Verifier exact = new Verifier(site.platform, site.threads);
      Path served = folder().resolve("CEN-12/current");
      assertThat(exact.compare(manifest, served, java.util.Optional.empty())).isEmpty();
    }
  }

  @Test
  void streamsOfAnySizeAreHeldOnNtfs() throws Exception {
    useVolume("ntfs");
    Manifest manifest =
        TestPackage.rich(1).stream("readme.txt", "200 KB", TestContent.noise(5, 200_000)).stream(
                "readme.txt", "5 MB", TestContent.noise(6, 5_000_000))
            .stream(".", "of the root", TestContent.noise(7, 70_000))
            .store(site.library);
    assertThat(place().put(ID, 1, manifest).nativeStreams()).isEqualTo(7);
    assertThat(place().verify(ID, 1, manifest)).isEmpty();
  }

  @Test
  void namesAndLinksNtfsCannotHoldAreRefusedAllAtOnceBeforeTheFirstByte() throws Exception {
    useVolume("ntfs");
    Manifest manifest =
        TestPackage.rich(1)
            .link("raw", "\u00ff\u00fe/x")
            .file("sub/raw \u00ff", new byte[] {1})
            .file("readme.txt:hidden", new byte[] {1})
            .file("n".repeat(256), new byte[] {1})
            .store(site.library);
    Failure failure = failure(() -> place().put(ID, 1, manifest));
    assertThat(failure.code()).isEqualTo(Code.NAME_UNSUPPORTED);
    assertThat(failure.items()).hasSize(4);
    assertThat(site.reached).isEmpty();
    assertNothingLeft();
  }

  @Test
  void streamsTheFolderCannotHoldAreRefusedAllAtOnceBeforeTheFirstByte() throws Exception {
    Manifest manifest =
        TestPackage.rich(1).stream("readme.txt", "200 KB", TestContent.noise(5, 200_000)).stream(
                "sub", "5 MB", TestContent.noise(6, 5_000_000))
            .store(site.library);
    Failure failure = failure(() -> place().put(ID, 1, manifest));
    assertThat(failure.code()).isEqualTo(Code.STREAMS_UNSUPPORTED);
    assertThat(failure.isTemporary()).isFalse();
    assertThat(failure.items())
        .containsExactly("readme.txt : 200 KB (200000 bytes)", "sub : 5 MB (5000000 bytes)");
    assertThat(site.reached).isEmpty();
    assertThat(place().current(ID)).isEmpty();
    assertNothingLeft();
  }

  @Test
  void streamsTheFolderCannotHoldGoToTheSidecarByPolicy() throws Exception {
    Manifest manifest =
        TestPackage.rich(1).stream("readme.txt", "200 KB", TestContent.noise(5, 200_000)).stream(
                ".", "empty but \u00ff long " + "n".repeat(240), new byte[0])
            .store(site.library);
    FolderPlace place = site.place(folder(), StreamPolicy.SIDECAR);
    Placed placed = place.put(ID, 1, manifest);
    assertThat(placed.sidecarStreams()).isEqualTo(2);
    assertThat(place.verify(ID, 1, manifest)).isEmpty();
    Path sidecar = folder().resolve(".sluice/sidecar/CEN-12/v1");
    assertThat(Files.readAllBytes(sidecar.resolve("00000001")))
        .isEqualTo(TestContent.noise(5, 200_000));

    Files.write(sidecar.resolve("00000001"), TestContent.noise(8, 200_000));
    assertThat(place.verify(ID, 1, manifest))
        .extracting(Difference::kind)
        .containsExactly(Difference.Kind.SIDECAR, Difference.Kind.BYTES);
    Files.delete(sidecar.resolve("00000000"));
    assertThat(place.verify(ID, 1, manifest))
        .anyMatch(d -> d.path().isRoot() && d.kind() == Difference.Kind.MISSING);
  }

  @Test
  void updateKeepsThePreviousVersionAndRemovesTheOneBefore() throws Exception {
    for (int version = 1; version <= 3; version++) {
      place().put(ID, version, TestPackage.rich(version).store(site.library));
      assertThat(place().current(ID)).hasValue(version);
    }
    assertThat(folder().resolve("CEN-12/v1")).doesNotExist();
    assertThat(place().verify(ID, 2, TestPackage.rich(2).store(site.library))).isEmpty();
    assertThat(place().verify(ID, 3, TestPackage.rich(3).store(site.library))).isEmpty();
    assertThat(Files.readSymbolicLink(folder().resolve("CEN-12/current"))).hasToString("v3");
    assertThat(folder().resolve(".sluice/placed").toFile().list())
        .containsExactlyInAnyOrder("CEN-12.json", "CEN-12-v2.json", "CEN-12-v3.json");
    assertNothingLeft();
  }

  @Test
  void unchangedPutDoesNothing() throws Exception {
    Manifest manifest = TestPackage.rich(1).store(site.library);
    Placed placed = place().put(ID, 1, manifest);
    site.reached.clear();
    Map<String, String> before = snapshot(folder().resolve("CEN-12"));
    assertThat(place().put(ID, 1, manifest)).isEqualTo(placed);
    assertThat(site.reached).isEmpty();
    assertThat(snapshot(folder().resolve("CEN-12"))).isEqualTo(before);
  }

  @Test
  void goingBackToThePreviousVersionSwitchesWithoutBuilding() throws Exception {
    Manifest one = TestPackage.rich(1).store(site.library);
    place().put(ID, 1, one);
    place().put(ID, 2, TestPackage.rich(2).store(site.library));
    site.reached.clear();
    place().put(ID, 1, one);
    assertThat(site.reached)
        .containsExactly("place.current-renamed", "place.switched", "place.pruned");
    assertThat(place().current(ID)).hasValue(1);
    assertThat(folder().resolve("CEN-12/v2")).isDirectory();
  }

  @Test
  void previousVersionThatWasDamagedIsBuiltAnewBeforeItIsServedAgain() throws Exception {
    Manifest one = TestPackage.rich(1).store(site.library);
    place().put(ID, 1, one);
    place().put(ID, 2, TestPackage.rich(2).store(site.library));
    Files.writeString(folder().resolve("CEN-12/v1/sub/deep/er/x"), "bad");
    assertThat(place().verify(ID, 1, one)).isNotEmpty();
    place().put(ID, 1, one);
    assertThat(place().verify(ID, 1, one)).isEmpty();
    assertThat(place().current(ID)).hasValue(1);
    assertNothingLeft();
  }

  @Test
  void sameVersionWithOtherContentIsRefused() throws Exception {
    place().put(ID, 1, TestPackage.rich(1).store(site.library));
    Failure failure = failure(() -> place().put(ID, 1, TestPackage.rich(2).store(site.library)));
    assertThat(failure.code()).isEqualTo(Code.ALREADY_EXISTS);
    assertThat(place().verify(ID, 1, TestPackage.rich(1).store(site.library))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "place.built",
        "place.verified",
        "place.renamed",
        "place.recorded",
        "place.current-renamed",
        "place.switched",
        "place.pruned"
      })
  void afterACrashReadersSeeOldOrNewAndTheNextPutGoesOn(String point) throws Exception {
    Manifest[] manifests = new Manifest[4];
    for (int v = 1; v <= 3; v++) {
      manifests[v] = sidecarPackage(v).store(site.library);
    }
    FolderPlace first = site.place(folder(), StreamPolicy.SIDECAR);
    first.put(ID, 1, manifests[1]);
    first.put(ID, 2, manifests[2]);

    site.crashAt = point;
    assertThatThrownBy(() -> first.put(ID, 3, manifests[3])).isInstanceOf(TestSite.Crash.class);
    FolderPlace again = site.place(folder(), StreamPolicy.SIDECAR);
    int served = again.current(ID).orElseThrow();
    List<String> after = List.of("place.current-renamed", "place.switched", "place.pruned");
    assertThat(served).isEqualTo(after.contains(point) ? 3 : 2);
    assertThat(again.verify(ID, served, manifests[served])).isEmpty();

    again.put(ID, 3, manifests[3]);
    assertThat(again.current(ID)).hasValue(3);
    assertThat(again.verify(ID, 3, manifests[3])).isEmpty();
    assertThat(again.verify(ID, 2, manifests[2])).isEmpty();
    assertNothingLeft();
  }

  @ParameterizedTest
  @ValueSource(strings = {"place.built", "place.verified", "place.renamed", "place.recorded"})
  void afterACrashOfTheVeryFirstPutTheNextOneGoesOn(String point) throws Exception {
    Manifest manifest = sidecarPackage(1).store(site.library);
    FolderPlace place = site.place(folder(), StreamPolicy.SIDECAR);
    site.crashAt = point;
    assertThatThrownBy(() -> place.put(ID, 1, manifest)).isInstanceOf(TestSite.Crash.class);
    assertThat(place.current(ID)).isEmpty();
    site.place(folder(), StreamPolicy.SIDECAR).put(ID, 1, manifest);
    assertThat(place.verify(ID, 1, manifest)).isEmpty();
    assertNothingLeft();
  }

  private static TestPackage sidecarPackage(int version) {
    return TestPackage.rich(version).stream(
        "readme.txt", "large", TestContent.noise(version, 100_000));
  }

  @Test
  void leftoversOfACrashedVersionGoWhenAnotherIsPlaced() throws Exception {
    place().put(ID, 1, TestPackage.rich(1).store(site.library));
    for (String point : List.of("place.built", "place.verified", "place.renamed")) {
      site.crashAt = point;
      assertThatThrownBy(() -> place().put(ID, 2, TestPackage.rich(2).store(site.library)))
          .isInstanceOf(TestSite.Crash.class);
    }
    assertThat(folder().resolve("CEN-12/v2")).isDirectory();
    place().put(ID, 3, TestPackage.rich(3).store(site.library));
    assertThat(folder().resolve("CEN-12/v2")).doesNotExist();
    assertThat(place().verify(ID, 1, TestPackage.rich(1).store(site.library))).isEmpty();
    assertThat(place().verify(ID, 3, TestPackage.rich(3).store(site.library))).isEmpty();
    assertNothingLeft();
  }

  @Test
  void readerDuringSwitchesSeesOneVersionWholly() throws Exception {
    Manifest[] manifests = new Manifest[7];
    for (int v = 1; v <= 6; v++) {
      manifests[v] = uniform(v).store(site.library);
    }
    place().put(ID, 1, manifests[1]);
    Path current = folder().resolve("CEN-12/current");
    AtomicBoolean done = new AtomicBoolean();
    List<String> wrong = new ArrayList<>();
    int[] rounds = new int[1];
    Thread reader =
        new Thread(
            () -> {
              while (!done.get()) {
                readOnce(current, wrong);
                rounds[0]++;
              }
            });
    reader.start();
    try (InputStream open = Files.newInputStream(current.resolve("f0"))) {
      for (int v = 2; v <= 6; v++) {
        place().put(ID, v, manifests[v]);
      }
      assertThat(folder().resolve("CEN-12/v1")).doesNotExist();
      assertThat(open.readAllBytes()).isEqualTo(TestContent.noise(1, 40_000));
    } finally {
      done.set(true);
      reader.join();
    }
    assertThat(wrong).isEmpty();
    assertThat(rounds[0]).isPositive();
  }

  private static TestPackage uniform(int version) {
    TestPackage made = new TestPackage();
    for (int i = 0; i < 20; i++) {
      made.file("f" + i, TestContent.noise(version, 40_000));
    }
    return made;
  }

  /** A reader that enters the folder once, as a shell or a mount does, and reads all of it. */
  private static void readOnce(Path current, List<String> wrong) {
    try {
      Path entered = current.toRealPath();
      byte[] first = Files.readAllBytes(entered.resolve("f0"));
      for (int i = 1; i < 20; i++) {
        if (!java.util.Arrays.equals(first, Files.readAllBytes(entered.resolve("f" + i)))) {
          wrong.add("mixed in " + entered);
        }
      }
    } catch (java.nio.file.NoSuchFileException e) {
      // Entered two versions ago: all of it is gone at once or being deleted, never replaced.
      if (!String.valueOf(e.getMessage()).contains("/CEN-12/v")) {
        wrong.add(e.toString());
      }
    } catch (IOException e) {
      wrong.add(e.toString());
    }
  }

  @Test
  void fullDiskIsRefusedWithNumbersAndThePreviousVersionStays() throws Exception {
    volume.close();
    volume = TestVolume.tmpfs(6 << 20);
    Manifest one = uniform(1).store(site.library);
    place().put(ID, 1, one);
    Path filler = volume.root().resolve("filler");
    Files.write(filler, new byte[5 << 20]);

    Manifest two = uniform(2).store(site.library);
    Failure failure = failure(() -> place().put(ID, 2, two));
    assertThat(failure.code()).isEqualTo(Code.NO_SPACE);
    assertThat(failure.isTemporary()).isTrue();
    assertThat(failure.why()).matches("they need \\d+ bytes and \\d+ are free");
    assertThat(place().current(ID)).hasValue(1);
    assertThat(place().verify(ID, 1, one)).isEmpty();
    assertNothingLeft();

    Files.delete(filler);
    place().put(ID, 2, two);
    assertThat(place().verify(ID, 2, two)).isEmpty();
  }

  @Test
  void leftoversAreDeletedFirstWhereTheirSpaceIsNeeded() throws Exception {
    volume.close();
    volume = TestVolume.tmpfs(5 << 19);
    Manifest one = uniform(1).store(site.library);
    Manifest two = uniform(2).store(site.library);
    place().put(ID, 1, one);
    site.crashAt = "place.built";
    assertThatThrownBy(() -> place().put(ID, 2, two)).isInstanceOf(TestSite.Crash.class);
    place().put(ID, 3, uniform(3).store(site.library));
    assertThat(place().current(ID)).hasValue(3);
    assertNothingLeft();
  }

  @Test
  void foreignFolderOfThePackagesNameIsNeverTouched() throws Exception {
    Path foreign = Files.createDirectories(folder().resolve("CEN-12/v1"));
    Files.writeString(foreign.resolve("precious"), "mine");
    Map<String, String> before = snapshot(folder().resolve("CEN-12"));
    Failure failure = failure(() -> place().put(ID, 1, TestPackage.rich(1).store(site.library)));
    assertThat(failure.code()).isEqualTo(Code.PLACE_NOT_OURS);
    assertThat(failure.isTemporary()).isFalse();
    assertThat(snapshot(folder().resolve("CEN-12"))).isEqualTo(before);
    assertThat(place().current(ID)).isEqualTo(OptionalInt.empty());
  }

  @Test
  void foreignVersionAndForeignNeighboursAreNeverTouched() throws Exception {
    place().put(ID, 1, TestPackage.rich(1).store(site.library));
    Path foreign = Files.createDirectories(folder().resolve("CEN-12/v2"));
    Files.writeString(foreign.resolve("precious"), "mine");
    Path neighbour = Files.createDirectories(folder().resolve("CEN-12/v0-notes"));
    Path other = Files.createDirectories(folder().resolve("CEN-1"));
    Map<String, String> before = snapshot(foreign);
    Failure failure = failure(() -> place().put(ID, 2, TestPackage.rich(2).store(site.library)));
    assertThat(failure.code()).isEqualTo(Code.PLACE_NOT_OURS);
    assertThat(snapshot(foreign)).isEqualTo(before);

    for (int v = 3; v <= 5; v++) {
      place().put(ID, v, TestPackage.rich(v).store(site.library));
    }
    assertThat(snapshot(foreign)).isEqualTo(before);
    assertThat(neighbour).isDirectory();
    assertThat(other).isDirectory();
    assertThat(folder().resolve("CEN-12/v1")).doesNotExist();
  }

  @Test
  void foreignThingCalledCurrentIsNeverReplaced() throws Exception {
    place().put(ID, 1, TestPackage.rich(1).store(site.library));
    Path current = folder().resolve("CEN-12/current");
    Files.delete(current);
    Files.createSymbolicLink(current, Path.of("/etc"));
    Failure failure = failure(() -> place().put(ID, 2, TestPackage.rich(2).store(site.library)));
    assertThat(failure.code()).isEqualTo(Code.PLACE_NOT_OURS);
    assertThat(Files.readSymbolicLink(current)).hasToString("/etc");
  }

  @Test
  void anotherDistributionPointsFolderIsRefused() throws Exception {
    place().put(ID, 1, TestPackage.rich(1).store(site.library));
    for (FolderPlace other :
        List.of(
            site.place("CEN", "depot", folder(), StreamPolicy.REFUSE),
            site.place("WST", "shop", folder(), StreamPolicy.REFUSE))) {
      Failure failure = failure(() -> other.put(ID, 1, TestPackage.rich(1).store(site.library)));
      assertThat(failure.code()).isEqualTo(Code.PLACE_NOT_OURS);
      assertThat(failure.why()).contains("\"shop\"").contains("\"CEN\"");
    }
  }

  @Test
  void packagesShareAFolderWithoutMeeting() throws Exception {
    PackageId other = PackageId.parse("CEN-1");
    place().put(ID, 1, TestPackage.rich(1).store(site.library));
    place().put(other, 7, TestPackage.rich(2).store(site.library));
    place().put(other, 8, TestPackage.rich(3).store(site.library));
    place().put(other, 9, TestPackage.rich(4).store(site.library));
    assertThat(place().current(ID)).hasValue(1);
    assertThat(place().current(other)).hasValue(9);
    assertThat(folder().resolve("CEN-1/v7")).doesNotExist();
    assertThat(place().verify(ID, 1, TestPackage.rich(1).store(site.library))).isEmpty();
  }

  @Test
  void contentThatIsMissingFailsWithoutChangingWhatIsServed() throws Exception {
    Manifest one = TestPackage.rich(1).store(site.library);
    place().put(ID, 1, one);
    try (TestSite elsewhere = new TestSite()) {
      Manifest two = TestPackage.rich(2).store(elsewhere.library);
      assertThat(failure(() -> place().put(ID, 2, two)).code()).isEqualTo(Code.CONTENT_MISSING);
    }
    assertThat(place().current(ID)).hasValue(1);
    assertThat(place().verify(ID, 1, one)).isEmpty();
    assertNothingLeft();
  }
}
