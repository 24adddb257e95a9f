package io.sluice.distributionpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.content.TestContent;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.fidelity.Fate;
import io.sluice.filesystem.TestVolume;
import io.sluice.manifest.Manifest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MaterialiserTest {
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

  private Placed build(Manifest manifest, StreamPolicy policy) throws Exception {
    return new Materialiser(site.platform, site.threads, site.library, site.disk)
        .build(manifest, volume.folder("tree"), volume.root().resolve("tree.sidecar"), policy);
  }

  @Test
  void refusesAFolderThatHoldsSomething() throws Exception {
    Manifest manifest = TestPackage.rich(1).store(site.library);
    Path folder = volume.folder("full");
    Files.createFile(folder.resolve("mine"));
    assertThatThrownBy(
            () ->
                new Materialiser(site.platform, site.threads, site.library, site.disk)
                    .build(manifest, folder, volume.root().resolve("s"), StreamPolicy.REFUSE))
        .isInstanceOfSatisfying(
            Failure.class, e -> assertThat(e.code()).isEqualTo(Code.ALREADY_EXISTS));
    assertThat(folder.toFile().list()).containsExactly("mine");
  }

  @Test
  void aLinkNeverLeadsTheWritingOutside() throws Exception {
    Path outside = volume.folder("outside");
    Manifest manifest =
        new TestPackage()
            .link("a", outside.toString())
            .file("b/file", new byte[] {1})
            .link("b/up", "..")
            .attributes("a", 0777, 5, 0)
            .store(site.library);
    build(manifest, StreamPolicy.REFUSE);
    assertThat(outside).isEmptyDirectory();
    assertThat(Files.getLastModifiedTime(outside).toMillis()).isGreaterThan(1_000_000_000_000L);
    assertThat(
            Files.getLastModifiedTime(volume.root().resolve("tree/a"), LinkOption.NOFOLLOW_LINKS)
                .toMillis())
        .isEqualTo(5_000);
  }

  @Test
  void emptyPackageAndTimesBeyondTheFileSystemsReachAreHandled() throws Exception {
    Manifest empty = new TestPackage().store(site.library);
    assertThat(build(empty, StreamPolicy.REFUSE)).isEqualTo(new Placed(0, 0, 0));

    try (TestVolume old = TestVolume.ext4("-I", "128")) {
      FolderPlace place = site.place(old.root().resolve("dp"), StreamPolicy.SIDECAR);
      Manifest manifest =
          new TestPackage()
              .file("future", new byte[] {1})
              .attributes("future", 0644, 9_000_000_000L, 5)
              .file("first day of NTFS", new byte[] {1})
              .attributes("first day of NTFS", 0644, -11_644_473_600L, 0)
              .store(site.library);
      place.put(TestSite.ID, 1, manifest);
      assertThat(place.verify(TestSite.ID, 1, manifest)).isEmpty();
    }
  }

  @Test
  void sidecarIsWrittenAsDocumented() throws Exception {
    Manifest manifest =
        new TestPackage()
            .attributes(".", 0755, 1_600_000_000, 0).stream(
                    ".", "of the root", "r".repeat(66_000).getBytes(StandardCharsets.UTF_8))
                .file("report.doc", "report".getBytes(StandardCharsets.UTF_8))
                .stream("report.doc", "Zone.Identifier", new byte[26])
                .stream("report.doc", "\u4e2d \"quoted\"\t", TestContent.vector(1, 70_000))
                .file("sub/raw \u00ff", new byte[0])
                .stream("sub/raw \u00ff", "n".repeat(251), new byte[0])
                .store(site.library);
    Placed placed = build(manifest, StreamPolicy.SIDECAR);
    assertThat(placed.nativeStreams()).isEqualTo(1);
    assertThat(placed.remarks().count(Fate.MAPPED)).isEqualTo(3);

    Path sidecar = volume.root().resolve("tree.sidecar");
    String golden;
    try (var in = MaterialiserTest.class.getResourceAsStream("/golden/sidecar-v0/streams.ndjson")) {
      golden = in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    assertThat(Files.readString(sidecar.resolve("streams.ndjson"))).isEqualTo(golden);
    assertThat(sidecar.toFile().list())
        .containsExactlyInAnyOrder("streams.ndjson", "00000000", "00000001", "00000002");
    assertThat(Sidecar.parse(golden.getBytes(StandardCharsets.UTF_8), manifest.digest()).streams())
        .extracting(line -> line.path() + " : " + line.stream().length() + " " + line.size())
        .containsExactly(". : 11 66000", "report.doc : 13 70000", "sub/raw\\x20\\xff : 251 0");
    Verifier verifier = new Verifier(site.platform, site.threads);
    Path tree = volume.root().resolve("tree");
    assertThat(verifier.compare(manifest, tree, Optional.of(sidecar))).isEmpty();
    assertThat(verifier.compare(manifest, tree, Optional.empty()))
        .extracting(Difference::kind)
        .containsOnly(Difference.Kind.MISSING, Difference.Kind.BYTES);
  }

  @Test
  void sidecarListsThatAreDamagedAreToldApart() throws Exception {
    Manifest manifest =
        new TestPackage()
            .file("f", new byte[] {1}).stream("f", "large", new byte[70_000]).store(site.library);
    build(manifest, StreamPolicy.SIDECAR);
    Path list = volume.root().resolve("tree.sidecar/streams.ndjson");
    String good = Files.readString(list);
    for (String bad :
        List.of(
            "",
            "nonsense",
            good.replace("\"v\":0", "\"v\":1"),
            good.replace("\"manifest\":\"", "\"manifest\":\"0"),
            good.replace("00000000\"}", "../00000\"}"),
            good.replace("large", "other"),
            good.substring(0, good.length() - 2))) {
      Files.writeString(list, bad);
      assertThat(
              new Verifier(site.platform, site.threads)
                  .compare(
                      manifest,
                      volume.root().resolve("tree"),
                      Optional.of(volume.root().resolve("tree.sidecar"))))
          .as(bad)
          .anyMatch(d -> d.kind() == Difference.Kind.SIDECAR);
    }
  }
}
