package io.sluice.filesystem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.LinkTarget;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import io.sluice.manifest.Stream;
import io.sluice.parallel.Job;
import io.sluice.parallel.OsThreads;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;

/** What every open folder must do, on whatever file system. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class FolderContractTest {
  private static final LinkTarget SOMEWHERE =
      LinkTarget.of("some where".getBytes(StandardCharsets.UTF_8));

  private TestVolume volume;
  private Platform platform;
  private Path path;
  private Folder folder;

  abstract TestVolume openVolume() throws IOException;

  Platform openPlatform() {
    Assumptions.assumeTrue(Platforms.isFullLinux(), "needs 64-bit Linux");
    return new LinuxPlatform();
  }

  boolean keepsModes() {
    return true;
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
  void openFolder(TestInfo test) throws Exception {
    path = volume.folder(test.getTestMethod().orElseThrow().getName());
    folder = platform.folder(path);
  }

  @AfterEach
  void closeFolder() {
    if (folder != null) {
      folder.close();
    }
  }

  private static void write(Folder in, String name, byte[] bytes) throws Failure, IOException {
    try (Folder.NewFile out = in.createFile(Name.of(name))) {
      out.write(bytes);
    }
  }

  private static Failure failure(ThrowingCallable call) {
    Failure[] caught = new Failure[1];
    assertThatThrownBy(call).isInstanceOfSatisfying(Failure.class, e -> caught[0] = e);
    return caught[0];
  }

  @Test
  void writesATreeNameByName() throws Exception {
    byte[] bytes = PlatformContractTest.bytes(700_001, 1);
    write(folder, "file \u00fc", bytes);
    try (Folder sub = folder.create(Name.of("sub"))) {
      write(sub, "empty", new byte[0]);
      sub.createSymlink(Name.of("link"), SOMEWHERE, Optional.of(new Attributes(0777, 5, 0)));
      sub.createHardLink(Name.of("same"), folder, Name.of("file \u00fc"));
      assertThat(sub.path()).isEqualTo(path.resolve("sub"));
    }
    assertThat(platform.children(path)).containsExactly(Name.of("file \u00fc"), Name.of("sub"));
    assertThat(platform.children(path.resolve("sub")))
        .containsExactly(Name.of("empty"), Name.of("link"), Name.of("same"));
    assertThat(path.resolve("sub/same")).hasBinaryContent(bytes);
    Facts link = platform.facts(path.resolve("sub/link"));
    assertThat(link.target()).contains(SOMEWHERE);
    assertThat(link.attributes().mtimeSeconds()).isEqualTo(5);
    assertThat(platform.facts(path.resolve("file \u00fc")).size().links()).isEqualTo(2);
  }

  @Test
  void attributesOfAFileAreThoseSetWhateverElseIsWritten() throws Exception {
    try (Folder.NewFile out = folder.createFile(Name.of("file"))) {
      out.setAttributes(new Attributes(0440, -86_400, 123_456_700));
      out.write(new byte[70_000]);
      try (OutputStream stream = out.writeStream(new Stream(Name.of("s"), 3))) {
        stream.write(new byte[] {1, 2, 3});
      }
      out.write(7);
    }
    Facts facts = platform.facts(path.resolve("file"));
    assertThat(facts.size().bytes()).isEqualTo(70_001);
    assertThat(facts.attributes().mtimeSeconds()).isEqualTo(-86_400);
    if (keepsModes()) {
      assertThat(facts.attributes().mode()).isEqualTo(0440);
    }
    assertThat(platform.streams(path.resolve("file"))).containsExactly(new Stream(Name.of("s"), 3));
  }

  @Test
  void aFoldersOwnStreamsAndAttributesAreSet() throws Exception {
    try (Folder sub = folder.create(Name.of("sub"))) {
      try (OutputStream stream = sub.writeStream(new Stream(Name.of("of the folder"), 300))) {
        stream.write(new byte[300]);
      }
      write(sub, "file", new byte[1]);
      sub.setAttributes(new Attributes(0555, 1_000_000_000, 500));
    }
    Path sub = path.resolve("sub");
    Attributes found = platform.facts(sub).attributes();
    assertThat(found.mtimeSeconds()).isEqualTo(1_000_000_000);
    if (keepsModes()) {
      assertThat(found.mode()).isEqualTo(0555);
    }
    try (InputStream in = platform.readStream(sub, Name.of("of the folder"))) {
      assertThat(in.readAllBytes()).isEqualTo(new byte[300]);
    }
  }

  @Test
  void propertiesThatAreHeldAreSetOnFilesFoldersAndLinks() throws Exception {
    PropertyCapacity capacity = platform.entryCapacity(path).properties();
    Property owner = Property.of(Property.OWNER, "2000000000::2000000000:");
    Property dos = Property.of(Property.DOS, "22");
    List<Property> held = List.of(dos, owner).stream().filter(capacity::holds).toList();
    Assumptions.assumeFalse(held.isEmpty(), "no property of these is held here");
    Attributes attributes = new Attributes(0755, 1_000_000_000, 0, held);
    try (Folder.NewFile out = folder.createFile(Name.of("file"))) {
      out.setAttributes(attributes);
    }
    try (Folder sub = folder.create(Name.of("sub"))) {
      sub.setAttributes(attributes);
    }
    for (String name : List.of("file", "sub")) {
      Path entry = path.resolve(name);
      assertThat(platform.streams(entry, platform.facts(entry), Keep.EVERYTHING).properties())
          .containsAll(held);
      assertThat(platform.facts(entry).attributes().mtimeSeconds()).isEqualTo(1_000_000_000);
    }
  }

  @Test
  void holesAreZerosInTheirPlace() throws Exception {
    try (Folder.NewFile out = folder.createFile(Name.of("file"))) {
      out.skip(1 << 20);
      out.write(new byte[] {1, 2, 3});
      out.skip(5);
    }
    byte[] expected = new byte[(1 << 20) + 8];
    System.arraycopy(new byte[] {1, 2, 3}, 0, expected, 1 << 20, 3);
    assertThat(path.resolve("file")).hasBinaryContent(expected);
  }

  @Test
  void aNameThatIsTakenIsRefusedWhateverIsMade() throws Exception {
    write(folder, "file", new byte[] {1});
    folder.create(Name.of("directory")).close();
    folder.createSymlink(Name.of("link"), SOMEWHERE, Optional.empty());
    for (String taken : List.of("file", "directory", "link")) {
      Name name = Name.of(taken);
      for (ThrowingCallable step :
          List.<ThrowingCallable>of(
              () -> folder.createFile(name).close(),
              () -> folder.create(name).close(),
              () -> folder.createSymlink(name, SOMEWHERE, Optional.empty()),
              () -> folder.createHardLink(name, folder, Name.of("file")))) {
        Failure failure = failure(step);
        assertThat(failure.code()).isEqualTo(Code.NAME_UNSUPPORTED);
        assertThat(failure.items()).containsExactly(path + "/" + taken);
      }
    }
    assertThat(path.resolve("file")).hasBinaryContent(new byte[] {1});
  }

  @Test
  void tellsWhatStandsThereAndDeletesNoDirectoryThatHoldsSomething() throws Exception {
    write(folder, "file", new byte[] {1, 2});
    folder.create(Name.of("directory")).close();
    folder.create(Name.of("empty")).close();
    Files.createFile(path.resolve("directory/kept"));
    folder.createSymlink(Name.of("link"), target(path.resolve("file")), Optional.empty());
    assertThat(folder.facts(Name.of("file")).orElseThrow().size().bytes()).isEqualTo(2);
    assertThat(folder.facts(Name.of("directory")).orElseThrow().kind())
        .isEqualTo(Facts.Kind.DIRECTORY);
    assertThat(folder.facts(Name.of("link")).orElseThrow().kind()).isEqualTo(Facts.Kind.SYMLINK);
    assertThat(folder.facts(Name.of("nothing"))).isEmpty();

    folder.delete(Name.of("nothing"));
    folder.delete(Name.of("link"));
    folder.delete(Name.of("empty"));
    assertThat(platform.children(path)).containsExactly(Name.of("directory"), Name.of("file"));
    folder.delete(Name.of("file"));
    assertThat(failure(() -> folder.delete(Name.of("directory"))).code())
        .isEqualTo(Code.PLACE_UNAVAILABLE);
    assertThat(platform.children(path)).containsExactly(Name.of("directory"));
  }

  @Test
  void aCopyIsTheSameAndAFileOfItsOwnOrNothingIsWritten() throws Exception {
    byte[] bytes = PlatformContractTest.bytes(1_000_001, 3);
    write(folder, "file", bytes);
    try (InputStream in = platform.read(path.resolve("file"));
        Folder.NewFile out = folder.createFile(Name.of("copy"))) {
      in.skipNBytes(77);
      if (out.copyOf(in, bytes.length) == Folder.Copied.NOTHING) {
        out.write(bytes);
      }
    }
    assertThat(path.resolve("copy")).hasBinaryContent(bytes);
    Files.write(path.resolve("copy"), new byte[5]);
    assertThat(path.resolve("file")).hasBinaryContent(bytes);
  }

  @Test
  void onlyADirectoryIsOpened() throws Exception {
    write(folder, "file", new byte[0]);
    Path outside = volume.folder("outside");
    folder.createSymlink(Name.of("link"), target(outside), Optional.empty());
    for (String name : List.of("file", "link", "nothing")) {
      assertThat(failure(() -> folder.open(Name.of(name)).close()).code())
          .as(name)
          .isEqualTo(Code.PLACE_UNAVAILABLE);
    }
  }

  private static LinkTarget target(Path path) {
    return LinkTarget.of(path.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** A step that either stays in the folder, wherever that is now, or is refused. */
  private static void stayOrFail(ThrowingCallable step) throws Exception {
    try {
      step.call();
    } catch (Failure e) {
      assertThat(e.code()).isEqualTo(Code.PLACE_UNAVAILABLE);
    } catch (Throwable e) {
      throw new AssertionError("neither done nor refused", e);
    }
  }

  @Test
  void nothingLeadsOutsideWhenAFolderIsSwappedForALink() throws Exception {
    Path outside = volume.folder("outside");
    Files.writeString(outside.resolve("precious"), "mine");
    platform.setAttributes(outside, new Attributes(0750, 1_000_000_000, 0));
    try (Folder sub = folder.create(Name.of("sub"))) {
      write(sub, "file", new byte[1]);
      Files.move(path.resolve("sub"), path.resolve("moved"));
      Files.createSymbolicLink(path.resolve("sub"), outside);
      stayOrFail(() -> sub.createFile(Name.of("a")).close());
      stayOrFail(() -> sub.create(Name.of("b")).close());
      stayOrFail(() -> sub.createSymlink(Name.of("c"), SOMEWHERE, Optional.empty()));
      stayOrFail(() -> sub.createHardLink(Name.of("d"), sub, Name.of("file")));
      stayOrFail(() -> sub.writeStream(new Stream(Name.of("s"), 0)).close());
      stayOrFail(() -> sub.setAttributes(new Attributes(0700, 5, 0)));
      assertThat(failure(() -> folder.open(Name.of("sub")).close()).code())
          .isEqualTo(Code.PLACE_UNAVAILABLE);
    }
    assertThat(platform.children(outside)).containsExactly(Name.of("precious"));
    assertThat(platform.streams(outside)).isEmpty();
    assertThat(platform.facts(outside).attributes().mtimeSeconds()).isEqualTo(1_000_000_000);
    assertThat(outside.resolve("precious")).hasContent("mine");
  }

  @Test
  void aFileIsWrittenInPartsSideBySideWhereThatCanBe() throws Exception {
    byte[] bytes = PlatformContractTest.bytes(3_000_000, 7);
    Arrays.fill(bytes, 1_500_000, 2_500_000, (byte) 0);
    try (Folder.NewFile out = folder.createFile(Name.of("file"))) {
      if (!folder.dividesFiles()) {
        assertThatThrownBy(() -> out.part(0)).isInstanceOf(IllegalStateException.class);
        return;
      }
      out.skip(bytes.length);
      List<Job<Integer>> parts =
          List.of(
              () -> part(out, bytes, 1_000_000, 1_500_000, 2_500_000),
              () -> part(out, bytes, 2_500_000, bytes.length, bytes.length),
              () -> part(out, bytes, 0, 1_000_000, 1_000_000));
      new OsThreads().all(parts, parts.size());
      out.setAttributes(new Attributes(0640, 1_000_000_000, 0));
    }
    assertThat(path.resolve("file")).hasBinaryContent(bytes);
    Facts facts = platform.facts(path.resolve("file"));
    assertThat(facts.attributes().mtimeSeconds()).isEqualTo(1_000_000_000);
    assertThat(facts.more().blocks() * 512).isLessThan(bytes.length - 800_000);
  }

  private static int part(Folder.NewFile out, byte[] bytes, int from, int hole, int to)
      throws Failure {
    try (Folder.Bytes part = out.part(from)) {
      part.write(bytes, from, (hole - from) / 2);
      part.write(bytes, from + (hole - from) / 2, hole - from - (hole - from) / 2);
      part.skip(to - hole);
      return to;
    } catch (IOException e) {
      throw Platform.failureIn(e).orElseThrow();
    }
  }

  @Test
  void tellsWhichDirectoryItIs() throws Exception {
    try (Folder a = folder.create(Name.of("a"));
        Folder b = folder.create(Name.of("b"));
        Folder again = folder.open(Name.of("a"))) {
      assertThat(a.id()).isPresent().isEqualTo(again.id()).isNotEqualTo(b.id());
    }
  }

  @Test
  void aColonNeverReachesAStreamOfAnotherFile() throws Exception {
    write(folder, "file", new byte[] {1});
    try {
      write(folder, "file:stream", new byte[] {2});
      assertThat(platform.children(path)).contains(Name.of("file:stream"));
    } catch (Failure e) {
      assertThat(e.code()).isEqualTo(Code.NAME_UNSUPPORTED);
    }
    assertThat(platform.streams(path.resolve("file"))).isEmpty();
  }
}
