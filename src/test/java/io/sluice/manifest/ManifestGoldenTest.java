package io.sluice.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.failure.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ManifestGoldenTest {
  private static final String GOLDEN = "/golden/manifest-v0/sample.ndjson";

  private static final Attributes FOLDER = new Attributes(0755, 1_700_000_000, 0);
  private static final Attributes PLAIN = new Attributes(0644, 1_700_000_001, 123_456_789);

  private static EntryPath path(Object... elements) {
    EntryPath path = EntryPath.ROOT;
    for (Object element : elements) {
      path = path.child(element instanceof byte[] raw ? Name.of(raw) : Name.of((String) element));
    }
    return path;
  }

  private static byte[] latin1(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static Stream stream(String name, long size) {
    return new Stream(Name.of(name), size);
  }

  static List<Entry> entries() {
    EntryPath setup = path("setup.exe");
    EntryPath data = path("日本語", "data.bin");
    return List.of(
        new Entry.Directory(EntryPath.ROOT, FOLDER, List.of(stream("note", 5))),
        new Entry.File(path((Object) latin1("caf\u00e9")), PLAIN, 3, List.of()),
        new Entry.Symlink(path("current"), PLAIN, LinkTarget.of(latin1("../lib/\"v1\""))),
        new Entry.File(path("empty"), new Attributes(0, -1, 999_999_999), 0, List.of()),
        new Entry.File(
            setup,
            new Attributes(0777, 1_700_000_002, 1),
            300_000,
            List.of(stream("Zone.Identifier", 26), stream("ω", 0))),
        new Entry.File(path("tab\tand\u0001\"\\"), PLAIN, 1, List.of()),
        new Entry.File(path("Ünï😀.txt"), PLAIN, 2, List.of()),
        new Entry.Directory(path("docs"), FOLDER, List.of()),
        new Entry.Symlink(path("docs", "raw"), PLAIN, LinkTarget.of(latin1("\u00ff/x"))),
        new Entry.HardLink(path("docs", "setup"), setup),
        new Entry.Directory(path("docs", "empty"), FOLDER, List.of()),
        new Entry.Directory(path("日本語"), FOLDER, List.of()),
        new Entry.File(data, PLAIN, 10, List.of(stream("a", 1), stream("b", 2))),
        new Entry.HardLink(path("日本語", "data.copy"), data));
  }

  static List<Frame.Chunk> chunks() {
    byte[] one = {1};
    byte[] two = {2};
    return List.of(
        new Frame.Chunk(Digest.of(one), 5),
        new Frame.Chunk(Digest.of(two), 262_144),
        new Frame.Chunk(Digest.of(new byte[0]), 37_901));
  }

  private static byte[] golden() throws IOException {
    try (InputStream in = ManifestGoldenTest.class.getResourceAsStream(GOLDEN)) {
      return Objects.requireNonNull(in, GOLDEN).readAllBytes();
    }
  }

  @Test
  void writesExactlyTheGoldenBytes() throws Exception {
    byte[] plain = ManifestWriter.plain(entries(), chunks());
    assertThat(new String(plain, StandardCharsets.UTF_8))
        .isEqualTo(new String(golden(), StandardCharsets.UTF_8));
    assertThat(plain).isEqualTo(golden());
  }

  @Test
  void readsTheGoldenBytesBack() throws IOException, Failure {
    byte[] golden = golden();
    Manifest manifest = ManifestReader.read(golden, Digest.of(golden));
    assertThat(manifest.entries()).isEqualTo(entries());
    assertThat(manifest.chunks()).isEqualTo(chunks());
    assertThat(manifest.contentBytes()).isEqualTo(300_050);
    assertThat(manifest.streamCount()).isEqualTo(5);
  }
}
