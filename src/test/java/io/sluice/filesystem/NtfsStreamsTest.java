package io.sluice.filesystem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.fidelity.Remark;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.LinkTarget;
import io.sluice.manifest.Name;
import io.sluice.manifest.Stream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.random.RandomGeneratorFactory;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The founding defect's ground: multistreamed files on real NTFS volumes, however they are mounted.
 */
class NtfsStreamsTest {
  private TestVolume volume;
  private Platform platform;
  private Path root;

  @BeforeEach
  void mount() throws IOException {
    Assumptions.assumeTrue(Platforms.isFullLinux(), "needs 64-bit Linux");
    volume = TestVolume.ntfs("windows");
    platform = new LinuxPlatform();
    root = volume.root();
  }

  @AfterEach
  void unmount() throws IOException {
    if (volume != null) {
      volume.close();
    }
  }

  private Path file(String name) throws Failure, IOException {
    Path file = platform.child(root, Name.of(name));
    try (OutputStream out = platform.createFile(file)) {
      out.write(1);
    }
    return file;
  }

  private void stream(Path entry, String name, int size) throws Failure, IOException {
    byte[] bytes = new byte[size];
    RandomGeneratorFactory.of("L64X128MixRandom").create(size).nextBytes(bytes);
    try (OutputStream out = platform.writeStream(entry, new Stream(Name.of(name), size))) {
      out.write(bytes);
    }
  }

  private static Failure failure(ThrowingCallable call) {
    Failure[] caught = new Failure[1];
    assertThatThrownBy(call).isInstanceOfSatisfying(Failure.class, e -> caught[0] = e);
    return caught[0];
  }

  @Test
  void streamTooLongForAnAttributeIsRefusedWhenListedAndNamed() throws Exception {
    Path file = file("report.doc");
    stream(file, "fits", 65_536);
    stream(file, "too long", 65_537);
    assertThat(platform.streams(file)).hasSize(2);

    volume.remount("xattr");
    Failure failure = failure(() -> platform.streams(file));
    assertThat(failure.code()).isEqualTo(Code.STREAM_UNREADABLE);
    assertThat(failure.isTemporary()).isFalse();
    assertThat(failure.items()).containsExactly(file + " : too long");
    assertThat(failure.next()).contains("streams_interface=windows");

    Path good = file("good");
    stream(good, "fits", 65_536);
    assertThat(platform.streams(good)).containsExactly(new Stream(Name.of("fits"), 65_536));
  }

  @Test
  void streamsReadTheSameThroughBothInterfaces() throws Exception {
    Path file = file("f");
    Path folder = platform.child(root, Name.of("d"));
    platform.createDirectory(folder);
    for (Path entry : java.util.List.of(file, folder)) {
      stream(entry, "zero", 0);
      stream(entry, "one", 1);
      stream(entry, "\u4e2d\u6587 \ud83d\ude00", 60_000);
    }
    var windows = java.util.List.of(platform.streams(file), platform.streams(folder));
    volume.remount("xattr");
    assertThat(java.util.List.of(platform.streams(file), platform.streams(folder)))
        .isEqualTo(windows);
    byte[] expected = new byte[60_000];
    RandomGeneratorFactory.of("L64X128MixRandom").create(60_000).nextBytes(expected);
    try (InputStream in = platform.readStream(folder, Name.of("\u4e2d\u6587 \ud83d\ude00"))) {
      assertThat(in.readAllBytes()).isEqualTo(expected);
    }
  }

  @Test
  void mountThatHidesStreamsIsRefusedRatherThanReadWithLoss() throws Exception {
    Path file = file("f");
    stream(file, "s", 10);
    volume.remount("none");
    Failure failure = failure(() -> platform.streams(file));
    assertThat(failure.code()).isEqualTo(Code.STREAMS_HIDDEN);
    assertThat(failure.items()).containsExactly(file.toString());
    assertThat(failure.next()).contains("streams_interface=windows");
    assertThat(platform.streamCapacity(root)).isEqualTo(StreamCapacity.NONE);
    assertThat(failure(() -> stream(file, "t", 1)).code()).isEqualTo(Code.STREAMS_UNSUPPORTED);
  }

  @Test
  void streamsOfTheVolumesRootDirectoryStayOnTheVolume() throws Exception {
    stream(root, "label", 1_000);
    assertThat(platform.streams(root)).containsExactly(new Stream(Name.of("label"), 1_000));
    assertThat(Files.exists(Path.of(root + ":label"))).isFalse();
    try (InputStream in = platform.readStream(root, Name.of("label"))) {
      assertThat(in.readAllBytes()).hasSize(1_000);
    }
  }

  @Test
  void nameWithAColonIsRefusedWhereItWouldNameAStream() throws Exception {
    Path file = file("x");
    assertThat(failure(() -> platform.child(root, Name.of("x:y"))).code())
        .isEqualTo(Code.NAME_UNSUPPORTED);
    assertThat(platform.unsupportedNames(root, java.util.List.of(Name.of("x:y"), Name.of("xy"))))
        .containsExactly(Name.of("x:y"));
    assertThat(platform.streams(file)).isEmpty();

    volume.remount("xattr");
    assertThat(platform.unsupportedNames(root, java.util.List.of(Name.of("x:y")))).isEmpty();
    Path colon = file("x:y");
    assertThat(platform.facts(colon).size().bytes()).isEqualTo(1);
  }

  @Test
  void tooManyStreamNamesToListAreRefused() throws Exception {
    Path file = file("f");
    for (int i = 0; i < 300; i++) {
      stream(file, "%03d".formatted(i) + "n".repeat(240), 0);
    }
    Failure failure = failure(() -> platform.streams(file));
    assertThat(failure.code()).isEqualTo(Code.STREAM_UNREADABLE);
    assertThat(failure.items()).containsExactly(file.toString());
  }

  @Test
  void streamNamesNtfsWouldCutShortAreRefused() throws Exception {
    Path file = file("f");
    stream(file, "n".repeat(255), 3);
    assertThat(failure(() -> stream(file, "n".repeat(256), 4)).code())
        .isEqualTo(Code.STREAMS_UNSUPPORTED);
    assertThat(failure(() -> stream(file, "a:b", 4)).code()).isEqualTo(Code.STREAMS_UNSUPPORTED);
    assertThat(platform.streams(file)).containsExactly(new Stream(Name.of("n".repeat(255)), 3));
  }

  @Test
  void attributesOfNtfsThatAreLeftOutAreReported() throws Exception {
    Path file = file("f");
    assertThat(PlatformContractTest.dropped(platform, file)).isEmpty();
    byte[] bits = {0x07, 0, 0, 0};
    int set =
        new LinuxCalls()
            .setAttribute(
                PathNames.bytes(file),
                "system.ntfs_attrib".getBytes(StandardCharsets.US_ASCII),
                bits,
                4);
    assertThat(set).isZero();
    Facts facts = platform.facts(file);
    assertThat(platform.streams(file, facts, Keep.parse("-dos,-sd")).remarks())
        .containsExactly(Remark.dropped("DOS attributes"), Remark.dropped("security descriptor"));
    Path link = platform.child(root, Name.of("link"));
    platform.createSymlink(link, LinkTarget.of(new byte[] {'f'}));
    assertThat(PlatformContractTest.dropped(platform, link)).isEmpty();
  }

  @Test
  void keepsNamesWithLoneSurrogates() throws Exception {
    Name lone = Name.of(new byte[] {'a', (byte) 0xed, (byte) 0xa0, (byte) 0x80});
    assertThat(platform.unsupportedNames(root, java.util.List.of(lone))).isEmpty();
    Path directory = platform.child(root, lone);
    platform.createDirectory(directory);
    assertThat(platform.children(root)).contains(lone);
    try (OutputStream out = platform.writeStream(directory, new Stream(lone, 2))) {
      out.write(new byte[2]);
    }
    assertThat(platform.streams(directory)).containsExactly(new Stream(lone, 2));
  }

  @Test
  void keepsModesWhereTheVolumeIsMountedWithPermissions() throws Exception {
    volume.close();
    volume = TestVolume.ntfs("windows", "permissions");
    root = volume.root();
    assertThat(platform.entryCapacity(root).modes()).isTrue();
    Path file = file("f");
    platform.setAttributes(file, new Attributes(0640, 5, 100));
    assertThat(platform.facts(file).attributes()).isEqualTo(new Attributes(0640, 5, 100));
  }
}
