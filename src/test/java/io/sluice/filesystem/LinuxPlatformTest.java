package io.sluice.filesystem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.LinkTarget;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.Name;
import io.sluice.manifest.Stream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is Linux's own. */
class LinuxPlatformTest {
  private TestVolume volume;
  private Platform platform;
  private Path root;

  @BeforeEach
  void open() throws IOException {
    Assumptions.assumeTrue(Platforms.isFullLinux(), "needs 64-bit Linux");
    volume = TestVolume.plain();
    platform = Platforms.ofThisMachine();
    root = volume.root();
  }

  @AfterEach
  void close() throws IOException {
    if (volume != null) {
      volume.close();
    }
  }

  private Path file(String name) throws Failure, IOException {
    Path file = platform.child(root, Name.of(name));
    platform.createFile(file).close();
    return file;
  }

  private static void attribute(Path file, String name, byte[] value) {
    int set =
        new LinuxCalls()
            .setAttribute(
                PathNames.bytes(file), name.getBytes(StandardCharsets.UTF_8), value, value.length);
    Assumptions.assumeTrue(set == 0, "cannot set " + name + ": " + Errno.text(-set));
  }

  @Test
  void findsOutWithoutATraceWhetherChangesAreTold() throws Exception {
    Path file = file("file");
    FileTime before = Files.getLastModifiedTime(root);
    boolean tells = platform.tellsEveryChange(root, root);
    assertThat(Files.getLastModifiedTime(root)).isEqualTo(before);
    assertThat(platform.children(root)).containsExactly(Name.of("file"));
    long changed = platform.facts(file).identity().orElseThrow().changedNanos();
    for (int i = 0; tells && i < 1_000_000; i++) {
      attribute(file, "user.note", new byte[] {(byte) i});
      if (platform.facts(file).identity().orElseThrow().changedNanos() != changed) {
        return;
      }
    }
    assertThat(tells).as("what was said of a file system that does not tell").isFalse();
  }

  @Test
  void takesNothingForGrantedWhereItCannotTry() throws Exception {
    try (TestVolume ntfs = TestVolume.ntfs("windows")) {
      assertThat(platform.tellsEveryChange(ntfs.root(), root)).isFalse();
      ntfs.remount("xattr");
      assertThat(platform.tellsEveryChange(ntfs.root(), root)).isFalse();
    }
  }

  @Test
  void choosesTheNativePlatform() {
    assertThat(platform).isInstanceOf(LinuxPlatform.class);
  }

  @Test
  void reportsWhatItSeesAndDoesNotKeep() throws Exception {
    Path file = file("f");
    attribute(file, "trusted.sluice", new byte[] {1});
    attribute(file, "user.kept", new byte[] {1});
    assertThat(new LinuxCalls().setMode(PathNames.bytes(file), 06755)).isZero();
    assertThat(PlatformContractTest.dropped(platform, file))
        .containsExactlyInAnyOrder("setgid", "setuid", "trusted.sluice");
    assertThat(platform.streams(file)).containsExactly(new Stream(Name.of("kept"), 1));
  }

  @Test
  void userAttributeThatCannotBeAStreamsNameIsRefusedByName() throws Exception {
    Path file = file("f");
    attribute(file, "user.a/b", new byte[] {1});
    assertThatThrownBy(() -> platform.streams(file))
        .isInstanceOfSatisfying(
            Failure.class,
            e -> {
              assertThat(e.code()).isEqualTo(Code.NAME_UNSUPPORTED);
              assertThat(e.items()).containsExactly(file + " : a/b");
            });
  }

  @Test
  void linkTargetsAreKeptToTheByte() throws Exception {
    for (byte[] target :
        List.of(
            "a//b/./c/".getBytes(StandardCharsets.UTF_8),
            new byte[] {'.', '.', '/', (byte) 0xff, (byte) 0xfe},
            "x".repeat(4_095).getBytes(StandardCharsets.UTF_8))) {
      Path link = platform.child(root, Name.of("link" + target.length));
      platform.createSymlink(link, LinkTarget.of(target));
      assertThat(platform.facts(link).target()).contains(LinkTarget.of(target));
    }
  }

  @Test
  void pathLongerThanTheKernelTakesIsRefusedByName() throws Exception {
    Path directory = root;
    Failure refused = null;
    for (int i = 0; refused == null && i < 30; i++) {
      try {
        directory = platform.child(directory, Name.of("d".repeat(250)));
        platform.createDirectory(directory);
      } catch (Failure e) {
        refused = e;
      }
    }
    assertThat(refused).isNotNull();
    assertThat(refused.code()).isEqualTo(Code.NAME_UNSUPPORTED);
    assertThat(refused.why()).contains("4,095");
  }

  @Test
  void specialFilesAreToldApart() throws Exception {
    Path pipe = root.resolve("pipe");
    Assumptions.assumeTrue(
        TestVolume.run("mkfifo", pipe.toString()).isEmpty(), "mkfifo is not here");
    assertThat(platform.facts(pipe).kind()).isEqualTo(Facts.Kind.SPECIAL);
    assertThat(platform.streams(pipe)).isEmpty();
  }

  @Test
  void fullDiskIsTemporaryAndNamesTheFile() throws Exception {
    try (TestVolume small = TestVolume.tmpfs(1 << 20)) {
      Path file = platform.child(small.root(), Name.of("f"));
      assertThatThrownBy(
              () -> {
                try (OutputStream out = platform.createFile(file)) {
                  out.write(new byte[2 << 20]);
                }
              })
          .isInstanceOfSatisfying(
              IOException.class,
              e -> {
                Failure failure = Platform.failureIn(e).orElseThrow();
                assertThat(failure.code()).isEqualTo(Code.NO_SPACE);
                assertThat(failure.isTemporary()).isTrue();
                assertThat(failure.what()).contains(file.toString());
              });
    }
  }

  @Test
  void findsThatAnOldExt4HoldsWholeSecondsTo2038() throws Exception {
    try (TestVolume old = TestVolume.ext4("-I", "128")) {
      TimeCapacity times = platform.entryCapacity(old.root()).times().orElseThrow();
      assertThat(times.unitNanos()).isEqualTo(1_000_000_000);
      assertThat(times.latestSeconds()).isEqualTo(2_147_483_646L);
    }
  }

  @Test
  void findsThatAFolderIgnoresCase() throws Exception {
    try (TestVolume folding = TestVolume.ext4("-O", "casefold")) {
      Path folder = folding.folder("folding");
      Assumptions.assumeTrue(
          TestVolume.run("chattr", "+F", folder.toString()).isEmpty(), "no case folding here");
      NameCapacity names = platform.nameCapacity(folder);
      assertThat(names.caseSensitive()).isFalse();
      assertThat(names.key(Name.of("Stra\u00dfe"))).isEqualTo(names.key(Name.of("STRASSE")));
      assertThat(names.key(Name.of("a"))).isNotEqualTo(names.key(Name.of("b")));
    }
  }

  @Test
  void rawNamesSurviveALocaleThatIsNotUtf8() throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    ProcessBuilder builder =
        new ProcessBuilder(
                java,
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                RawNamesInAnyLocale.class.getName(),
                root.toString())
            .redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).contains("encoding ANSI_X3.4-1968").contains("same");
    assertThat(Files.exists(root.resolve("\u00fc"))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      longs = {Manifest.INTEGER_MAX + 1, Long.MAX_VALUE, -Manifest.INTEGER_MAX - 1, Long.MIN_VALUE})
  void aTimeThatNoManifestHoldsIsRefusedByName(long seconds) throws Exception {
    try (TestVolume memory = TestVolume.tmpfs(1 << 20)) {
      Path file = platform.child(memory.root(), Name.of("f"));
      platform.createFile(file).close();
      assertThat(new LinuxCalls().setModified(PathNames.bytes(file), seconds, 0)).isZero();
      List<String> failed = new ArrayList<>();
      platform.facts(
          memory.root(),
          List.of(Name.of("f")),
          new Platform.ChildFacts() {
            @Override
            public void found(Name name, Facts facts) {
              failed.add("found " + facts);
            }

            @Override
            public void failed(Name name, Failure failure) {
              failed.add(failure.code() + " " + failure.items());
            }
          });
      assertThat(failed).containsExactly("SOURCE_UNREADABLE [" + file + "]");
    }
  }

  @Test
  void aLinkThatBecomesAFileHasChanged() throws Exception {
    Path entry = root.resolve("entry");
    Files.createSymbolicLink(entry, Path.of("target"));
    AtomicBoolean stop = new AtomicBoolean();
    Thread flips =
        Thread.ofPlatform()
            .start(
                () -> {
                  Path beside = root.resolve("beside");
                  for (int i = 0; !stop.get(); i++) {
                    try {
                      if (i % 2 == 0) {
                        Files.createFile(beside);
                      } else {
                        Files.createSymbolicLink(beside, Path.of("target"));
                      }
                      Files.move(beside, entry, StandardCopyOption.ATOMIC_MOVE);
                    } catch (IOException e) {
                      throw new java.io.UncheckedIOException(e);
                    }
                  }
                });
    Set<Code> met = EnumSet.noneOf(Code.class);
    try {
      for (int i = 0; i < 200_000 && met.isEmpty(); i++) {
        try {
          platform.facts(entry);
        } catch (Failure e) {
          met.add(e.code());
        }
      }
    } finally {
      stop.set(true);
      flips.join();
    }
    Assumptions.assumeFalse(met.isEmpty(), "it was never met in between");
    assertThat(met).containsExactly(Code.SOURCE_CHANGED);
  }
}
