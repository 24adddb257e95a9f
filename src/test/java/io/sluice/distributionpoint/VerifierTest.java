package io.sluice.distributionpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.content.TestContent;
import io.sluice.distributionpoint.Difference.Kind;
import io.sluice.filesystem.TestVolume;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.Stream;
import io.sluice.parallel.CallerThread;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VerifierTest {
  private TestSite site;
  private TestVolume volume;
  private Manifest manifest;
  private Path folder;

  @BeforeEach
  void build() throws Exception {
    site = new TestSite();
    volume = TestVolume.plain();
    folder = volume.folder("tree");
    manifest = TestPackage.rich(1).file("second.txt", TestContent.text(2, 900)).store(site.library);
    new Materialiser(site.platform, site.threads, site.library, site.disk)
        .build(manifest, folder, volume.root().resolve("sidecar"), StreamPolicy.REFUSE);
    assertThat(differences()).isEmpty();
  }

  @AfterEach
  void close() throws IOException {
    site.close();
    volume.close();
  }

  private List<Difference> differences() throws Exception {
    List<Difference> found =
        new Verifier(site.platform, site.threads, site.library)
            .compare(manifest, folder, Optional.empty());
    assertThat(
            new Verifier(site.platform, new CallerThread(), site.library)
                .compare(manifest, folder, Optional.empty()))
        .isEqualTo(found);
    return found;
  }

  private void assertOnly(Kind kind, String path) throws Exception {
    assertThat(differences())
        .singleElement()
        .satisfies(
            d -> {
              assertThat(d.kind()).isEqualTo(kind);
              assertThat(d.path()).isEqualTo(TestPackage.path(path));
            });
  }

  /** Changes something and puts the times back, as bad luck or bad intent would. */
  private void keepingTimes(Path entry, Change change) throws Exception {
    Path parent = entry.getParent();
    FileTime before = Files.getLastModifiedTime(entry, LinkOption.NOFOLLOW_LINKS);
    FileTime above = Files.getLastModifiedTime(parent);
    change.run(entry);
    if (Files.exists(entry, LinkOption.NOFOLLOW_LINKS)) {
      setTime(entry, before);
    }
    setTime(parent, above);
  }

  private void setTime(Path entry, FileTime time) throws Exception {
    java.time.Instant instant = time.toInstant();
    io.sluice.manifest.Attributes now = site.platform.facts(entry).attributes();
    site.platform.setAttributes(
        entry,
        new io.sluice.manifest.Attributes(now.mode(), instant.getEpochSecond(), instant.getNano()));
  }

  private interface Change {
    void run(Path entry) throws Exception;
  }

  @Test
  void aFlippedByteIsToldInTheVeryFile() throws Exception {
    for (String name : List.of("readme.txt", "big.bin", "sub/deep/er/x")) {
      byte[] bytes = Files.readAllBytes(folder.resolve(name));
      byte[] flipped = bytes.clone();
      flipped[bytes.length - 1] ^= 1;
      keepingTimes(folder.resolve(name), file -> Files.write(file, flipped));
      assertOnly(Kind.BYTES, name);
      keepingTimes(folder.resolve(name), file -> Files.write(file, bytes));
    }
  }

  @Test
  void withoutAStoreAFlippedByteIsStillNeverMissed() throws Exception {
    byte[] bytes = Files.readAllBytes(folder.resolve("readme.txt"));
    bytes[0] ^= 1;
    keepingTimes(folder.resolve("readme.txt"), file -> Files.write(file, bytes));
    List<Difference> found =
        new Verifier(site.platform, site.threads).compare(manifest, folder, Optional.empty());
    assertThat(found)
        .isNotEmpty()
        .allMatch(d -> d.kind() == Kind.BYTES)
        .anyMatch(d -> d.path().equals(TestPackage.path("readme.txt")));
  }

  @Test
  void aCutTailIsASizeAndItsNeighboursAreStillJudged() throws Exception {
    byte[] bytes = Files.readAllBytes(folder.resolve("readme.txt"));
    byte[] cut = java.util.Arrays.copyOf(bytes, bytes.length - 1);
    keepingTimes(folder.resolve("readme.txt"), file -> Files.write(file, cut));
    assertOnly(Kind.SIZE, "readme.txt");

    byte[] second = Files.readAllBytes(folder.resolve("second.txt"));
    second[5] ^= 1;
    keepingTimes(folder.resolve("second.txt"), file -> Files.write(file, second));
    assertThat(differences()).extracting(Difference::kind).containsExactly(Kind.SIZE, Kind.BYTES);
  }

  @Test
  void missingAndExtraEntriesAreTold() throws Exception {
    keepingTimes(folder.resolve("empty"), Files::delete);
    assertOnly(Kind.MISSING, "empty");
    keepingTimes(folder.resolve("second.txt"), file -> Files.createFile(folder.resolve("sub/new")));
    setTime(folder.resolve("sub"), FileTime.from(java.time.Instant.ofEpochSecond(-86_400, 100)));
    assertThat(differences())
        .extracting(Difference::toString)
        .containsExactlyInAnyOrder(
            "empty: missing, not there", "sub/new: extra, not in the manifest");
  }

  @Test
  void aMissingDirectoryIsToldOnce() throws Exception {
    keepingTimes(folder.resolve("sub/deep"), TestVolume::delete);
    assertOnly(Kind.MISSING, "sub/deep");
  }

  @Test
  void aDirectoryReplacedByALinkToItsCopyIsNotFollowed() throws Exception {
    Path deep = folder.resolve("sub/deep");
    Path elsewhere = volume.root().resolve("elsewhere");
    keepingTimes(
        deep,
        directory -> {
          Files.move(directory, elsewhere);
          Files.createSymbolicLink(directory, elsewhere);
        });
    assertOnly(Kind.KIND, "sub/deep");
  }

  @Test
  void streamsAreComparedByNameSizeAndByte() throws Exception {
    Path readme = folder.resolve("readme.txt");
    write(readme, "extra", new byte[] {1});
    assertThat(differences())
        .extracting(Difference::toString)
        .containsExactly("readme.txt : extra: extra, not in the manifest");

    Files.setAttribute(
        folder.resolve("empty"), "user:one", java.nio.ByteBuffer.wrap(new byte[] {9}));
    write(readme, "Zone.Identifier", new byte[3]);
    assertThat(differences())
        .extracting(Difference::toString)
        .containsExactly(
            "readme.txt : Zone.Identifier: size, expected 26 bytes, has 3",
            "readme.txt : extra: extra, not in the manifest",
            "empty : one: bytes, bytes 0 to 1 differ");
  }

  private void write(Path entry, String stream, byte[] bytes) throws Exception {
    Stream written = new Stream(TestPackage.name(stream), bytes.length);
    try (OutputStream out = site.platform.writeStream(entry, written)) {
      out.write(bytes);
    }
  }

  @Test
  void modesTimesAndTargetsAreCompared() throws Exception {
    Files.setPosixFilePermissions(
        folder.resolve("readme.txt"), PosixFilePermissions.fromString("rw-r--rw-"));
    assertOnly(Kind.MODE, "readme.txt");
    Files.setPosixFilePermissions(
        folder.resolve("readme.txt"), PosixFilePermissions.fromString("rw-r--r--"));

    setTime(folder.resolve("empty"), FileTime.from(java.time.Instant.ofEpochSecond(7, 1)));
    assertOnly(Kind.TIME, "empty");
    setTime(
        folder.resolve("empty"),
        FileTime.from(java.time.Instant.ofEpochSecond(1_600_000_000, 987_654_300)));

    BasicFileAttributeView link =
        Files.getFileAttributeView(
            folder.resolve("to directory"),
            BasicFileAttributeView.class,
            LinkOption.NOFOLLOW_LINKS);
    link.setTimes(FileTime.fromMillis(6_000), null, null);
    assertOnly(Kind.TIME, "to directory");
    keepingTimes(
        folder.resolve("to directory"),
        path -> {
          Files.delete(path);
          Files.createSymbolicLink(path, Path.of("sub/."));
        });
    assertThat(differences()).extracting(Difference::kind).containsExactly(Kind.TARGET, Kind.TIME);
  }

  @Test
  void hardLinksMustBeTheSameFileAndOthersMustNot() throws Exception {
    Path link = folder.resolve("sub/zz");
    keepingTimes(
        link,
        path -> {
          Files.delete(path);
          Files.copy(
              folder.resolve("readme.txt"), path, java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
        });
    assertOnly(Kind.HARD_LINK, "sub/zz");
  }
}
