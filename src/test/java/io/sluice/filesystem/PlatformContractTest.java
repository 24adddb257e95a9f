package io.sluice.filesystem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.LinkTarget;
import io.sluice.manifest.Name;
import io.sluice.manifest.Stream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;

/** What every platform must do, on whatever file system. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class PlatformContractTest {
  private TestVolume volume;
  Path folder;
  Platform platform;

  abstract TestVolume openVolume() throws IOException;

  abstract Platform openPlatform();

  /** Sizes of streams this file system must hold, one at a time. */
  abstract List<Integer> streamSizes();

  boolean keepsModes() {
    return true;
  }

  boolean takesAnyBytes() {
    return true;
  }

  TimeCapacity times() {
    return new TimeCapacity(1, 1, -2_147_483_648L, 15_032_385_534L);
  }

  TimeCapacity linkTimes() {
    return times();
  }

  TestVolume volume() {
    return volume;
  }

  @BeforeAll
  void open() throws IOException {
    volume = openVolume();
    platform = openPlatform();
  }

  @AfterAll
  void close() throws IOException {
    if (volume != null) {
      volume.close();
    }
  }

  @BeforeEach
  void makeFolder(TestInfo test) throws IOException {
    folder = volume.folder(test.getTestMethod().orElseThrow().getName());
  }

  Path file(String name, byte[] bytes) throws Failure, IOException {
    Path file = platform.child(folder, Name.of(name));
    try (OutputStream out = platform.createFile(file)) {
      out.write(bytes);
    }
    return file;
  }

  static byte[] bytes(int length, long seed) {
    byte[] bytes = new byte[length];
    RandomGeneratorFactory.of("L64X128MixRandom").create(seed).nextBytes(bytes);
    return bytes;
  }

  void writeStream(Path entry, String name, byte[] bytes) throws Failure, IOException {
    try (OutputStream out = platform.writeStream(entry, new Stream(Name.of(name), bytes.length))) {
      for (int at = 0; at < bytes.length; at += 100_000) {
        out.write(bytes, at, Math.min(100_000, bytes.length - at));
      }
    }
  }

  byte[] readStream(Path entry, String name) throws Failure, IOException {
    try (InputStream in = platform.readStream(entry, Name.of(name))) {
      return in.readAllBytes();
    }
  }

  @Test
  void tellsKindsSizesAndTargets() throws Exception {
    Path file = file("file", bytes(300_001, 1));
    Path directory = platform.child(folder, Name.of("directory"));
    platform.createDirectory(directory);
    Path link = platform.child(folder, Name.of("link"));
    LinkTarget target = LinkTarget.of("../some where/\u00fc".getBytes(StandardCharsets.UTF_8));
    platform.createSymlink(link, target);

    assertThat(platform.facts(file).kind()).isEqualTo(Facts.Kind.FILE);
    assertThat(platform.facts(file).size().bytes()).isEqualTo(300_001);
    assertThat(platform.facts(file).target()).isEmpty();
    assertThat(platform.facts(directory).kind()).isEqualTo(Facts.Kind.DIRECTORY);
    assertThat(platform.facts(link).kind()).isEqualTo(Facts.Kind.SYMLINK);
    assertThat(platform.facts(link).target()).contains(target);
    assertThat(dropped(file)).isEmpty();
    assertThat(dropped(directory)).isEmpty();
    assertThat(platform.children(folder))
        .containsExactly(Name.of("directory"), Name.of("file"), Name.of("link"));
  }

  @Test
  void tellsTheSameOfChildrenTogetherAsOfEachAlone() throws Exception {
    Path file = file("file", bytes(1_000, 1));
    platform.setAttributes(file, new Attributes(0640, -5_000_000, 0));
    platform.setAttributes(file("new", bytes(10, 2)), new Attributes(0600, 1_700_000_000, 0));
    platform.createDirectory(platform.child(folder, Name.of("directory")));
    platform.createSymlink(
        platform.child(folder, Name.of("link")), LinkTarget.of(new byte[] {'.', '.', '/', 'a'}));
    Map<Name, Facts> together = new LinkedHashMap<>();
    List<Name> failed = new ArrayList<>();
    List<Name> asked = new ArrayList<>(platform.children(folder));
    asked.add(1, Name.of("gone"));
    platform.facts(
        folder,
        asked,
        new Platform.ChildFacts() {
          @Override
          public void found(Name name, Facts facts) {
            together.put(name, facts);
          }

          @Override
          public void failed(Name name, Failure failure) {
            assertThat(failure.code()).isEqualTo(Code.SOURCE_CHANGED);
            failed.add(name);
          }
        });
    assertThat(failed).containsExactly(Name.of("gone"));
    assertThat(together.keySet()).containsExactlyElementsOf(platform.children(folder));
    for (Map.Entry<Name, Facts> each : together.entrySet()) {
      assertThat(each.getValue()).isEqualTo(platform.facts(platform.child(folder, each.getKey())));
    }
  }

  @Test
  void aStateCheckKnowsAnEntryInItsStateAlone() throws Exception {
    Path file = file("file", bytes(1_000, 1));
    platform.createDirectory(platform.child(folder, Name.of("directory")));
    Path below = platform.child(platform.child(folder, Name.of("directory")), Name.of("below"));
    platform.createHardLink(below, file);
    Optional<Platform.StateCheck> possible = platform.stateCheck(folder);
    Assumptions.assumeTrue(possible.isPresent(), "this platform has no such check");
    try (Platform.StateCheck check = possible.get()) {
      Facts.Identity whole = platform.facts(folder).identity().orElseThrow();
      Facts.Identity identity = platform.facts(file).identity().orElseThrow();
      assertThat(isStill(check, "", whole)).isTrue();
      assertThat(isStill(check, "file", identity)).isTrue();
      assertThat(isStill(check, "directory/below", identity)).isTrue();
      assertThat(isStill(check, "file", whole)).isFalse();
      assertThat(isStill(check, "gone", identity)).isFalse();
      long later = identity.changedNanos() + 1;
      assertThat(isStill(check, "file", new Facts.Identity(0, identity.inode(), later))).isFalse();
      assertThat(isStill(check, "x".repeat(100_000), identity)).isFalse();
    }
  }

  private static boolean isStill(Platform.StateCheck check, String path, Facts.Identity identity) {
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    byte[] longer = java.util.Arrays.copyOf(bytes, bytes.length + 3);
    return check.isStill(longer, bytes.length, identity.inode(), identity.changedNanos());
  }

  private List<String> dropped(Path entry) throws Failure {
    return dropped(platform, entry);
  }

  /** All that is seen of an entry and not kept. */
  static List<String> dropped(Platform platform, Path entry) throws Failure {
    Facts facts = platform.facts(entry);
    List<String> dropped = new ArrayList<>(facts.more().specialNames());
    platform.streams(entry, facts, Keep.USUAL).remarks().forEach(it -> dropped.add(it.what()));
    return dropped;
  }

  @Test
  void readsOnBehindBytesThatArePassedOver() throws Exception {
    byte[] bytes = bytes(700_001, 3);
    try (InputStream in = platform.read(file("file", bytes))) {
      byte[] some = new byte[100];
      assertThat(in.readNBytes(some, 0, 100)).isEqualTo(100);
      in.skipNBytes(500_000);
      assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(bytes, 500_100, bytes.length));
    }
  }

  @Test
  void readsBackTheBytesItWrote() throws Exception {
    for (int size : List.of(0, 1, 4095, 4096, 262_143, 262_144, 262_145, 3_000_000)) {
      byte[] bytes = bytes(size, size);
      Path file = file("f" + size, bytes);
      try (InputStream in = platform.read(file)) {
        assertThat(in.readAllBytes()).isEqualTo(bytes);
      }
      assertThat(platform.facts(file).size().bytes()).isEqualTo(size);
    }
  }

  @Test
  void putsBackEveryMode() throws Exception {
    Assumptions.assumeTrue(keepsModes(), "this mount shows one mode for all");
    Path file = file("file", bytes(10, 1));
    Path directory = platform.child(folder, Name.of("directory"));
    platform.createDirectory(directory);
    for (int mode = 0; mode <= 0777; mode += mode < 0700 ? 0101 : 1) {
      platform.setAttributes(file, new Attributes(mode, 0, 0));
      assertThat(platform.facts(file).attributes().mode()).isEqualTo(mode);
      platform.setAttributes(directory, new Attributes(mode, 0, 0));
      assertThat(platform.facts(directory).attributes().mode()).isEqualTo(mode);
    }
  }

  @Test
  void keepsTimesOfAllKindsBeforeAndAfter1970() throws Exception {
    Path file = file("file", bytes(10, 1));
    Path directory = platform.child(folder, Name.of("directory"));
    platform.createDirectory(directory);
    Path link = platform.child(folder, Name.of("link"));
    platform.createSymlink(link, LinkTarget.of("nowhere".getBytes(StandardCharsets.UTF_8)));
    int mode = keepsModes() ? 0700 : platform.facts(file).attributes().mode();
    for (long seconds : List.of(-2_147_483_648L, -86_400L, -2L, -1L, 0L, 1L, 4_102_444_800L)) {
      for (int nanos : List.of(0, 1, 100, 123_456_789, 499_999_999, 999_999_999)) {
        Attributes set = new Attributes(mode, seconds, nanos);
        for (Path entry : List.of(file, directory, link)) {
          platform.setAttributes(entry, set);
          TimeCapacity capacity = entry.equals(link) ? linkTimes() : times();
          Attributes read = platform.facts(entry).attributes();
          Attributes nearest = capacity.nearest(set);
          assertThat(read.mtimeSeconds()).as("%s %s", entry, set).isEqualTo(nearest.mtimeSeconds());
          assertThat(read.mtimeNanos()).as("%s %s", entry, set).isEqualTo(nearest.mtimeNanos());
        }
      }
    }
  }

  @Test
  void neverFollowsALinkInTheLastElement() throws Exception {
    Path file = file("file", bytes(10, 1));
    platform.setAttributes(file, new Attributes(0600, 1_000_000, 0));
    Path directory = platform.child(folder, Name.of("directory"));
    platform.createDirectory(directory);
    Path toFile = platform.child(folder, Name.of("to-file"));
    Path toDirectory = platform.child(folder, Name.of("to-directory"));
    platform.createSymlink(toFile, LinkTarget.of("file".getBytes(StandardCharsets.UTF_8)));
    platform.createSymlink(
        toDirectory, LinkTarget.of("directory".getBytes(StandardCharsets.UTF_8)));

    platform.setAttributes(toFile, new Attributes(0777, 2_000_000, 0));
    assertThat(platform.facts(file).attributes().mtimeSeconds()).isEqualTo(1_000_000);
    assertThat(platform.facts(toFile).attributes().mtimeSeconds()).isEqualTo(2_000_000);
    assertThatThrownBy(() -> platform.read(toFile).close()).isInstanceOf(Failure.class);
    assertThatThrownBy(() -> platform.children(toDirectory)).isInstanceOf(Failure.class);
    assertThatThrownBy(() -> platform.createFile(toFile).close()).isInstanceOf(Failure.class);
    assertThat(platform.streams(toFile)).isEmpty();
  }

  @Test
  void hardLinksAreOneFile() throws Exception {
    Path file = file("file", bytes(10, 1));
    Path other = platform.child(folder, Name.of("other"));
    Path stranger = file("stranger", bytes(10, 1));
    platform.createHardLink(other, file);

    assertThat(platform.facts(file).size().links()).isEqualTo(2);
    Facts.Identity a = platform.facts(file).identity().orElseThrow();
    Facts.Identity b = platform.facts(other).identity().orElseThrow();
    Facts.Identity c = platform.facts(stranger).identity().orElseThrow();
    assertThat(List.of(a.device(), a.inode())).isEqualTo(List.of(b.device(), b.inode()));
    assertThat(c.inode()).isNotEqualTo(a.inode());
  }

  @Test
  void roundTripsNamesOfAllScriptsInOrderOfBytes() throws Exception {
    List<Name> names = new ArrayList<>();
    for (String text :
        List.of(
            "a b", "A", "-rf", "%41", "\u00fc", "\u4e2d\u6587", "\ud83d\ude00", "e\u0301", "~")) {
      names.add(Name.of(text));
      file(text, new byte[0]);
    }
    names.sort(null);
    assertThat(platform.children(folder)).isEqualTo(names);
    for (Name name : names) {
      assertThat(platform.facts(platform.child(folder, name)).kind()).isEqualTo(Facts.Kind.FILE);
    }
    assertThat(platform.unsupportedNames(folder, names)).isEmpty();
  }

  @Test
  void roundTripsNamesThatAreNotUtf8OrSaysWhichItCannotHold() throws Exception {
    List<Name> names =
        List.of(
            Name.of(new byte[] {(byte) 0xff, 'a'}),
            Name.of(new byte[] {'a', (byte) 0xc3}),
            Name.of(new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80, 0x0a, 1}),
            Name.of("\ufffd"));
    List<Name> unsupported = platform.unsupportedNames(folder, names);
    if (takesAnyBytes()) {
      assertThat(unsupported).isEmpty();
    } else {
      assertThat(unsupported).contains(names.get(0), names.get(1));
    }
    List<Name> held = new ArrayList<>(names);
    held.removeAll(unsupported);
    for (Name name : held) {
      Path directory = platform.child(folder, name);
      platform.createDirectory(directory);
      Path inside = platform.child(directory, name);
      platform.createFile(inside).close();
      assertThat(platform.facts(inside).kind()).isEqualTo(Facts.Kind.FILE);
      assertThat(platform.children(directory)).containsExactly(name);
    }
    assertThat(platform.children(folder)).containsExactlyInAnyOrderElementsOf(held);
    for (Name name : unsupported) {
      assertThatThrownBy(() -> platform.createFile(platform.child(folder, name)).close())
          .isInstanceOfSatisfying(
              Failure.class, e -> assertThat(e.code()).isEqualTo(Code.NAME_UNSUPPORTED));
    }
  }

  @Test
  void refusesNamesThatAreTooLong() throws Exception {
    Name longest = Name.of("n".repeat(255));
    Name tooLong = Name.of("n".repeat(256));
    assertThat(platform.unsupportedNames(folder, List.of(longest, tooLong)))
        .containsExactly(tooLong);
    platform.createFile(platform.child(folder, longest)).close();
    assertThatThrownBy(() -> platform.createFile(platform.child(folder, tooLong)).close())
        .isInstanceOfSatisfying(
            Failure.class, e -> assertThat(e.code()).isEqualTo(Code.NAME_UNSUPPORTED));
  }

  @Test
  void holdsStreamsOfEverySizeItPromises() throws Exception {
    Path directory = platform.child(folder, Name.of("directory"));
    platform.createDirectory(directory);
    for (int size : streamSizes()) {
      byte[] bytes = bytes(size, size);
      Path file = file("f" + size, bytes(5, 1));
      for (Path entry : List.of(file, directory)) {
        String name = "stream \u00fc\u4e2d " + (entry.equals(directory) ? "" : size);
        writeStream(entry, name, bytes);
        assertThat(platform.streams(entry)).containsExactly(new Stream(Name.of(name), size));
        assertThat(readStream(entry, name)).isEqualTo(bytes);
      }
      assertThat(platform.facts(file).size().bytes()).isEqualTo(5);
    }
    assertThat(platform.children(directory)).isEmpty();
  }

  @Test
  void listsSeveralStreamsInOrderOfName() throws Exception {
    Path file = file("file", bytes(5, 1));
    writeStream(file, "zero", new byte[0]);
    writeStream(file, "a", bytes(1, 1));
    writeStream(file, "\u00fc", bytes(2, 1));
    writeStream(file, "B", bytes(3, 1));
    assertThat(platform.streams(file))
        .containsExactly(
            new Stream(Name.of("B"), 3),
            new Stream(Name.of("a"), 1),
            new Stream(Name.of("zero"), 0),
            new Stream(Name.of("\u00fc"), 2));
    writeStream(file, "a", bytes(7, 2));
    assertThat(readStream(file, "a")).isEqualTo(bytes(7, 2));
  }

  @Test
  void holdsWhatItsStreamCapacityPromises() throws Exception {
    StreamCapacity capacity = platform.streamCapacity(folder);
    assertThat(platform.children(folder)).as("the trial leaves nothing behind").isEmpty();
    int longest = (int) Math.min(capacity.streamBytesMax(), 200_000);
    Stream one = new Stream(Name.of("one"), longest - 2L);
    assertThat(capacity.holds(List.of(one))).isTrue();
    writeStream(file("one", new byte[0]), "one", bytes(longest - 2, 1));

    // As many small ones as are promised, to the last byte.
    List<Stream> many = new ArrayList<>();
    Path file = file("many", new byte[0]);
    for (int i = 0; i < 60; i++) {
      Stream next = new Stream(Name.of("stream " + i), 17L * i);
      many.add(next);
      if (!capacity.holds(many)) {
        many.removeLast();
        break;
      }
      writeStream(file, "stream " + i, bytes(17 * i, i));
    }
    assertThat(many).hasSizeGreaterThan(5);
    assertThat(platform.streams(file)).hasSameSizeAs(many);
  }

  @Test
  void refusesAStreamBeyondItsCapacity() throws Exception {
    StreamCapacity capacity = platform.streamCapacity(folder);
    Assumptions.assumeTrue(capacity.streamBytesMax() < Integer.MAX_VALUE, "no limit here");
    int tooLong = (int) capacity.streamBytesMax() + 1;
    assertThat(capacity.holds(List.of(new Stream(Name.of("s"), tooLong)))).isFalse();
    Path file = file("file", new byte[0]);
    assertThatThrownBy(() -> writeStream(file, "s", new byte[tooLong]))
        .satisfies(
            e -> {
              Failure failure =
                  e instanceof Failure f ? f : Platform.failureIn((IOException) e).orElseThrow();
              assertThat(failure.code()).isEqualTo(Code.STREAMS_UNSUPPORTED);
              assertThat(failure.items()).singleElement().asString().contains("file : s");
            });
    assertThat(platform.streams(file)).isEmpty();
  }

  @Test
  void findsOutWhatEntriesCanHold() throws Exception {
    EntryCapacity capacity = platform.entryCapacity(folder);
    assertThat(capacity.modes()).isEqualTo(keepsModes());
    assertThat(capacity.symlinks()).isTrue();
    assertThat(capacity.hardLinks()).isTrue();
    TimeCapacity found = capacity.times().orElseThrow();
    assertThat(found.unitNanos()).isEqualTo(times().unitNanos());
    assertThat(found.earlyUnitNanos()).isEqualTo(times().earlyUnitNanos());
    assertThat(found.earliestSeconds()).isLessThanOrEqualTo(times().earliestSeconds());
    assertThat(found.latestSeconds()).isGreaterThanOrEqualTo(times().latestSeconds());
    assertThat(capacity.linkTimes().orElseThrow().unitNanos()).isEqualTo(linkTimes().unitNanos());
    NameCapacity names = platform.nameCapacity(folder);
    assertThat(names.caseSensitive()).isTrue();
    assertThat(names.formSensitive()).isTrue();
    assertThat(platform.children(folder)).isEmpty();
  }

  @Test
  void reportsWhatIsGoneAsChangedAndWhatExistsAsUnavailable() throws Exception {
    Path gone = platform.child(folder, Name.of("gone"));
    assertThatThrownBy(() -> platform.facts(gone))
        .isInstanceOfSatisfying(
            Failure.class,
            e -> {
              assertThat(e.code()).isEqualTo(Code.SOURCE_CHANGED);
              assertThat(e.isTemporary()).isTrue();
              assertThat(e.items()).containsExactly(gone.toString());
            });
    Path file = file("file", new byte[0]);
    assertThatThrownBy(() -> platform.createFile(file).close())
        .isInstanceOfSatisfying(
            Failure.class, e -> assertThat(e.code()).isEqualTo(Code.PLACE_UNAVAILABLE));
  }

  @Test
  void barrierMakesWritesDurableWithoutComplaint() throws Exception {
    try (Platform.Barrier barrier = platform.barrier(folder)) {
      Path directory = platform.child(folder, Name.of("directory"));
      platform.createDirectory(directory);
      platform.createFile(platform.child(directory, Name.of("file"))).close();
      writeStream(file("other", bytes(100_000, 1)), "stream", bytes(10, 1));
      platform.createSymlink(
          platform.child(folder, Name.of("link")),
          LinkTarget.of("x".getBytes(StandardCharsets.UTF_8)));
      barrier.force();
    }
    assertThat(platform.children(folder)).hasSize(3);
  }
}
