package io.sluice.distributionpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Folder;
import io.sluice.filesystem.TestVolume;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.Name;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Names that mean something else, or the same, to the file system they are restored to. */
class NamesAtTheTargetTest {
  private static final List<String> WINDOWS_REFUSES =
      List.of("CON", "NUL.txt", "com1", "trail.", "trail ", "a<b", "a?b", "a|b", "a\\b", "cr\rlf");

  private TestSite site;

  @BeforeEach
  void open() throws Exception {
    site = new TestSite();
  }

  @AfterEach
  void close() throws IOException {
    site.close();
  }

  private void build(Manifest manifest, Path to) throws Exception {
    new Materialiser(site.platform, site.threads, site.library, site.disk)
        .build(manifest, to, to.resolveSibling("sidecar"), StreamPolicy.REFUSE);
  }

  private void assertRestored(Manifest manifest, Path to) throws Exception {
    var capacity = site.platform.entryCapacity(to.getParent());
    build(manifest, to);
    assertThat(
            new Verifier(site.platform, site.threads)
                .compare(manifest, to, Optional.empty(), capacity))
        .isEmpty();
  }

  private static Failure refusal(ThrowingCallable call) {
    Failure[] caught = new Failure[1];
    assertThatThrownBy(call).isInstanceOfSatisfying(Failure.class, e -> caught[0] = e);
    assertThat(caught[0].code()).isEqualTo(Code.NAME_UNSUPPORTED);
    return caught[0];
  }

  private Manifest files(String... names) throws Exception {
    TestPackage made = new TestPackage();
    for (String name : names) {
      made.file(name, new byte[] {1});
    }
    return made.store(site.library);
  }

  @Test
  void whatWindowsRefusesIsRefusedAllAtOnceWhereTheMountRefusesIt() throws Exception {
    try (TestVolume strict = TestVolume.ntfs("windows", "windows_names")) {
      Path to = strict.folder("to");
      Manifest manifest = files(WINDOWS_REFUSES.toArray(String[]::new));
      assertThat(refusal(() -> build(manifest, to)).items()).hasSize(WINDOWS_REFUSES.size());
      assertThat(to).isEmptyDirectory();
    }
  }

  @Test
  void theSameNamesAreKeptWhereTheMountTakesThem() throws Exception {
    try (TestVolume lax = TestVolume.ntfs("windows")) {
      assertRestored(files(WINDOWS_REFUSES.toArray(String[]::new)), lax.folder("to"));
    }
  }

  @Test
  void namesThatWouldReachStreamsAreRefused() throws Exception {
    try (TestVolume volume = TestVolume.ntfs("windows")) {
      Path to = volume.folder("to");
      Manifest manifest =
          files("a", "a:b", "a::$DATA", "a:$I30:$INDEX_ALLOCATION", ":", "d:\u00fc");
      assertThat(refusal(() -> build(manifest, to)).items()).hasSize(5);
      assertThat(to).isEmptyDirectory();
    }
  }

  @Test
  void namesThatLookLikeShortOnesOrLikeNtfsOwnFilesAreFilesLikeOthers() throws Exception {
    try (TestVolume volume = TestVolume.ntfs("windows")) {
      Manifest manifest =
          files("LongFileName.txt", "LONGFI~1.TXT", "GITMOD~1", ".gitmodules", "$MFT", "$Extend");
      assertRestored(manifest, volume.folder("to"));
    }
  }

  @Test
  void aShortNameThatIsTakenIsSeenWhenTheFileIsMade() throws Exception {
    try (TestVolume volume = TestVolume.ntfs("windows")) {
      Path to = volume.folder("to");
      Path there = Files.createFile(to.resolve("LongFileName.txt"));
      // As Windows does it for the file that comes first.
      Assumptions.assumeTrue(
          TestVolume.run(
                  "setfattr", "-n", "system.ntfs_dos_name", "-v", "LONGFI~1.TXT", there.toString())
              .isEmpty(),
          "no short names can be set here");
      try (Folder folder = site.platform.folder(to)) {
        refusal(() -> folder.createFile(Name.of("LONGFI~1.TXT")).close());
      }
      assertThat(there).isEmptyFile();
    }
  }

  @Test
  void namesThatComeBackInOtherCaseAreRefusedAndThoseThatOnlyLookAlikeAreNot() throws Exception {
    try (TestVolume lower = TestVolume.ntfsWithoutCase()) {
      Path to = lower.folder("to");
      Manifest manifest = files("README", "readme", "d/\u00c4", "d/\u00e4", "d/other");
      assertThat(refusal(() -> build(manifest, to)).items())
          .containsExactly("README (the name)", "d/\u00c4 (the name)");
      assertThat(to).isEmptyDirectory();
      assertThat(site.platform.isOneName(to, Name.of("readme"), Name.of("README"))).isTrue();
      assertThat(site.platform.isOneName(to, Name.of("a"), Name.of("b"))).isFalse();
      // The same to Java, two names to NTFS.
      assertThat(site.platform.isOneName(to, Name.of("stra\u00dfe"), Name.of("strasse"))).isFalse();
      assertRestored(files("stra\u00dfe", "strasse", "cafe\u0301", "caf\u00e9"), to);
    }
  }

  @Test
  void namesTheTargetTakesForOneAreRefused() throws Exception {
    try (TestVolume folding = TestVolume.ext4("-O", "casefold")) {
      Path to = folding.folder("to");
      Assumptions.assumeTrue(
          TestVolume.run("chattr", "+F", to.toString()).isEmpty(), "no case folding here");
      Manifest manifest = files("README", "readme", "Readme", "d/caf\u00e9", "d/cafe\u0301");
      assertThat(refusal(() -> build(manifest, to)).items()).hasSize(3);
      assertThat(to).isEmptyDirectory();
    }
  }

  @Test
  void fatKeepsWhatItCanAndRefusesTheRest() throws Exception {
    try (TestVolume fat = TestVolume.vfat()) {
      Path to = fat.folder("to");
      Manifest manifest = files("README", "readme", "a:b", "trail.");
      assertThat(refusal(() -> build(manifest, to)).items()).hasSizeGreaterThanOrEqualTo(3);
      assertRestored(files("Long File Name.txt", "LONGFI~2.TXT"), to);
    }
  }

  @Test
  void amongManyNamesEachThatIsTooLongIsRefused() throws Exception {
    try (TestVolume volume = TestVolume.plain()) {
      Path to = volume.folder("to");
      String[] names = new String[25_000];
      Arrays.setAll(names, i -> i % 10_000 == 0 ? "%0300d".formatted(i) : "name-" + i);
      assertThat(refusal(() -> build(files(names), to)).items()).hasSize(3);
      assertThat(to).isEmptyDirectory();
    }
  }

  @Test
  void pathsLongerThanTheTargetHoldsAreRefused() throws Exception {
    try (TestVolume volume = TestVolume.plain()) {
      Path to = volume.folder("to");
      String deep = String.join("/", Collections.nCopies(17, "d".repeat(250)));
      Manifest manifest = files("short", deep + "/f");
      assertThat(refusal(() -> build(manifest, to)).items())
          .isNotEmpty()
          .allMatch(item -> item.contains("4095 bytes"));
      assertThat(to).isEmptyDirectory();
    }
  }
}
