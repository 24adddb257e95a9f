package io.sluice.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.capture.Capture;
import io.sluice.capture.Captured;
import io.sluice.capture.CapturedManifest;
import io.sluice.capture.Options;
import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.content.TestContent;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Facts;
import io.sluice.filesystem.Keep;
import io.sluice.manifest.Name;
import io.sluice.parallel.CallerThread;
import io.sluice.time.SystemClock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Archives that are damaged, lie, or lead elsewhere. */
class BadTarTest {
  private static final int RUNS = 3_000;
  private static final int RUNS_LONG = 300_000;

  @TempDir private Path folder;
  private Library library;

  @BeforeEach
  void open() throws Exception {
    library = Library.open(new HostDisk(), folder.resolve("library"), new CallerThread());
  }

  private Captured imported(byte[] archive) throws Failure, Exception {
    Path path = Files.write(folder.resolve("archive.tar"), archive);
    try (ArchiveFile file = ArchiveFile.open(new HostDisk(), path)) {
      ArchivePlatform platform = ArchivePlatform.ofTar(file, RichTree.PLATFORM);
      return new Capture(platform, new CallerThread(), library, new SystemClock())
          .captureOnce(path, new Options(List.of(), bytes -> {}, true, Keep.EVERYTHING));
    }
  }

  private Failure refused(byte[] archive) {
    Failure failure = catchThrowableOfType(Failure.class, () -> imported(archive));
    assertThat(failure).isNotNull();
    assertThat(failure.isTemporary()).isFalse();
    assertThat(library.documents()).isEmpty();
    return failure;
  }

  @Test
  void whatLeadsElsewhereOrComesTwiceIsRefusedAllAtOnceAndNothingIsPublished() {
    Failure refused =
        refused(
            new TarBuilder()
                .file("good", "1")
                .file("../out", "2")
                .file("a/../../out", "3")
                .file("/absolute", "4")
                .add("link", '2', "/etc", "")
                .file("link/passwd", "5")
                .file("good", "6")
                .file("good/below", "7")
                .file("d/x", "8")
                .file("d", "9")
                .add("hard", '1', "nothing", "")
                .add("hard2", '1', "d", "")
                .add("hard3", '1', "../good", "")
                .add("what", '@', "", "")
                .pax("path", "x/\u0000y")
                .file("x", "10")
                .file("n".repeat(40) + "/..", "11")
                .whole());
    assertThat(refused.code()).isEqualTo(Code.ARCHIVE_UNSUPPORTED);
    assertThat(refused.items())
        .containsExactly(
            "../out: a name that leads out of its folder",
            "a/../../out: a name that leads out of its folder",
            "/absolute: an absolute name",
            "link/passwd: it lies below link, which is a symbolic link",
            "good: it comes twice",
            "good/below: it lies below good, which is no folder",
            "d: something lies below it and it is no folder",
            "hard: a hard link to nothing, which does not come before it",
            "hard2: a hard link to the folder d",
            "../good: a name that leads out of its folder",
            "what: an entry of type @",
            "x/\\x00y: it has a name with a separator or a zero byte",
            "n".repeat(40) + "/..: a name that leads out of its folder");
  }

  @Test
  void devicesAreListedAndTheRestIsImported() throws Exception {
    Captured captured =
        imported(
            new TarBuilder()
                .file("f", "1")
                .add("null", '3', "", "")
                .add("disk", '4', "", "")
                .add("pipe", '6', "", "")
                .whole());
    assertThat(CapturedManifest.of(library, captured).entries()).hasSize(2);
    assertThat(captured.receipt().remarks().text())
        .hasSize(3)
        .allMatch(line -> line.contains(Code.SPECIAL_FILE.id()));
  }

  @Test
  void whatIsNotTheArchiveItClaimsToBeIsCorrupt() {
    TarBuilder good = new TarBuilder().file("a", "1").file("b", "2");
    byte[] unended = good.unended();
    isCorrupt(unended, "cut off");
    isCorrupt(Arrays.copyOf(unended, 700), "cut off");
    isCorrupt(Arrays.copyOf(unended, 100), "cut off");
    isCorrupt(new byte[0], "cut off");
    isCorrupt("PK\u0003\u0004".repeat(400).getBytes(StandardCharsets.UTF_8), "checksum");
    isCorrupt(new TarBuilder().header("big", '0', "", 1L << 32).whole(), "cut off");
    isCorrupt(new TarBuilder().header("d", '5', "", 512).body(new byte[512]).whole(), "follow");
    isCorrupt(new TarBuilder().header("x", 'x', "", 1L << 32).whole(), "extended header");
    isCorrupt(new TarBuilder().pax("path", "a").whole(), "should follow");
    isCorrupt(new TarBuilder().pax("size", "-1").file("a", "").whole(), "size");
    isCorrupt(new TarBuilder().pax("size", "9".repeat(17)).file("a", "").whole(), "size");
    isCorrupt(new TarBuilder().pax("mtime", "1e999999999").file("a", "").whole(), "time");
    isCorrupt(header("x", "9 a=b\n"), "end where");
    isCorrupt(header("x", "xx"), "no length");
    isCorrupt(header("x", "7 abcd\n"), "no key");
    isCorrupt(sparse("GNU.sparse.map", "0,10,5,10", "GNU.sparse.size", "20"), "overlap");
    isCorrupt(sparse("GNU.sparse.map", "0,1", "GNU.sparse.size", "9999999999"), "add up");
    isCorrupt(sparse("GNU.sparse.map", "0", "GNU.sparse.size", "9"), "pairs");
    isCorrupt(sparse("GNU.sparse.major", "1", "GNU.sparse.realsize", "9"), "lines");
    byte[] after = new TarBuilder().file("a", "1").body(new byte[1024]).file("b", "").whole();
    isCorrupt(after, "follows the end");
  }

  private static byte[] header(String type, String records) {
    return new TarBuilder().add("pax", type.charAt(0), "", records).file("a", "1").whole();
  }

  private static byte[] sparse(String... records) {
    return new TarBuilder().pax(records).file("a", "12345").whole();
  }

  private void isCorrupt(byte[] archive, String because) {
    Failure refused = refused(archive);
    assertThat(refused.code()).isEqualTo(Code.ARCHIVE_CORRUPT);
    assertThat(refused.items()).anySatisfy(item -> assertThat(item).contains(because));
  }

  @Test
  void anHonestHoleOfATerabyteTakesNoMemory() throws Exception {
    byte[] archive = sparse("GNU.sparse.map", "0,5", "GNU.sparse.size", Long.toString(1L << 40));
    Path path = Files.write(folder.resolve("archive.tar"), archive);
    try (ArchiveFile file = ArchiveFile.open(new HostDisk(), path)) {
      ArchivePlatform platform = ArchivePlatform.ofTar(file, RichTree.PLATFORM);
      assertThat(platform.facts(path.resolve("1")).size().bytes()).isEqualTo(1L << 40);
      assertThat(platform.read(path.resolve("1")).readNBytes(6))
          .isEqualTo("12345\0".getBytes(StandardCharsets.UTF_8));
    }
  }

  private static byte[] sample() {
    return new TarBuilder()
        .add("./", '5', "", "")
        .file("a", "1".repeat(600))
        .add("L", 'L', "", "a long name/of GNU\0")
        .file("cut off", "x")
        .pax("path", "b/c", "SCHILY.xattr.user.s", "stream", "mtime", "-1.5", "uid", "7")
        .file("b", "2")
        .pax("SCHILY.acl.access", "user::rw-,user:1:r--:1,group::r--,mask::r--,other::---")
        .file("d", "3")
        .pax("GNU.sparse.map", "0,5,1000,5", "GNU.sparse.size", "2000", "GNU.sparse.name", "holes")
        .file("e", "1234567890")
        .add("hard", '1', "a", "")
        .add("soft", '2', "a", "")
        .pax("LIBARCHIVE.xattr.user.t%20", "AAAA", "LIBARCHIVE.creationtime", "5.25")
        .add("f/", '5', "", "")
        .whole();
  }

  @Test
  void aDamagedArchiveIsAFailureWithACodeOrAnotherGoodOne() throws Exception {
    mutate(RUNS);
  }

  @Test
  @Tag("long")
  void aDamagedArchiveIsAFailureWithACodeOrAnotherGoodOneManyTimes() throws Exception {
    mutate(RUNS_LONG);
  }

  private void mutate(int runs) throws Exception {
    byte[] good = sample();
    assertThat(CapturedManifest.of(library, imported(good)).entries()).hasSize(11);
    for (int seed = 0; seed < runs; seed++) {
      byte[] bad = damaged(good, TestContent.random(seed));
      Path path = Files.write(folder.resolve("archive.tar"), bad);
      Optional<Failure> refused = Optional.empty();
      try (ArchiveFile file = ArchiveFile.open(new HostDisk(), path)) {
        readAll(ArchivePlatform.ofTar(file, RichTree.PLATFORM), path);
      } catch (Failure failure) {
        refused = Optional.of(failure);
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed, e);
      }
      if (refused.isPresent()) {
        assertThat(refused.get().code())
            .as("seed " + seed)
            .isIn(Code.ARCHIVE_CORRUPT, Code.ARCHIVE_UNSUPPORTED);
      }
    }
  }

  private static void readAll(ArchivePlatform platform, Path folder) throws Exception {
    for (Name name : platform.children(folder)) {
      Path path = platform.child(folder, name);
      Facts facts = platform.facts(path);
      platform.streams(path, facts, Keep.EVERYTHING);
      if (facts.kind() == Facts.Kind.DIRECTORY) {
        readAll(platform, path);
      } else {
        assertThat(platform.read(path).readNBytes(5_000).length)
            .isEqualTo((int) Math.min(5_000, facts.size().bytes()));
      }
    }
  }

  /** Half of the damage is in headers whose checksum is put right again. */
  private static byte[] damaged(byte[] good, RandomGenerator random) {
    byte[] bad = good.clone();
    int times = 1 + random.nextInt(3);
    for (int i = 0; i < times; i++) {
      int at = random.nextInt(bad.length);
      switch (random.nextInt(4)) {
        case 0 -> bad[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bad[at] = (byte) random.nextInt(256);
        case 2 -> bad[at] = (byte) ('0' + random.nextInt(10));
        default -> {
          int from = random.nextInt(bad.length / 512) * 512;
          int to = random.nextInt(bad.length / 512) * 512;
          System.arraycopy(bad, from, bad, to, 512);
        }
      }
      if (random.nextBoolean()) {
        mend(bad, at / 512 * 512);
      }
    }
    return random.nextInt(8) == 0 ? Arrays.copyOf(bad, random.nextInt(bad.length)) : bad;
  }

  private static void mend(byte[] archive, int at) {
    byte[] block = Arrays.copyOfRange(archive, at, at + 512);
    String sum = "%06o".formatted(TarHeader.checksum(block));
    System.arraycopy(sum.getBytes(StandardCharsets.US_ASCII), 0, archive, at + 148, 6);
  }
}
