package io.sluice.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManifestWriterTest {
  private static final Attributes SOME = new Attributes(0644, 1, 2);
  private static final Entry ROOT = new Entry.Directory(EntryPath.ROOT, SOME, List.of());

  private static Entry file(String name, long size, Stream... streams) {
    return new Entry.File(EntryPath.ROOT.child(Name.of(name)), SOME, size, List.of(streams));
  }

  private static Frame.Chunk chunk(int length) {
    return new Frame.Chunk(Digest.of(new byte[0]), length);
  }

  private static void refused(List<Entry> entries, List<Frame.Chunk> chunks) {
    assertThatThrownBy(() -> ManifestWriter.plain(entries, chunks))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesWhatAReaderWouldRefuse() {
    EntryPath stranger = EntryPath.ROOT.child(Name.of("d")).child(Name.of("f"));
    Stream a = new Stream(Name.of("a"), 0);
    refused(List.of(), List.of());
    refused(List.of(file("a", 0)), List.of());
    refused(List.of(ROOT, ROOT), List.of());
    refused(List.of(ROOT, file("b", 0), file("a", 0)), List.of());
    refused(List.of(ROOT, file("a", 0), file("a", 0)), List.of());
    refused(List.of(ROOT, new Entry.File(stranger, SOME, 0, List.of())), List.of());
    refused(List.of(ROOT, new Entry.File(EntryPath.ROOT, SOME, 0, List.of())), List.of());
    refused(List.of(ROOT, file("a", 0, a, a)), List.of());
    refused(List.of(ROOT, file("a", 2)), List.of(chunk(1)));
    refused(List.of(ROOT, file("a", 1)), List.of(chunk(2)));
    refused(
        List.of(ROOT, new Entry.HardLink(EntryPath.ROOT.child(Name.of("h")), stranger)), List.of());
  }

  @Test
  void streamingAndAtOnceGiveTheSameBytesAndDigest() throws Exception {
    Manifest manifest = ManifestSamples.random(5, 100);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ManifestWriter writer = new ManifestWriter(out);
    for (Entry entry : manifest.entries()) {
      writer.entry(entry);
    }
    for (Frame.Chunk chunk : manifest.chunks()) {
      writer.chunk(chunk);
    }
    Digest digest = writer.end();
    assertThat(out.toByteArray())
        .isEqualTo(ManifestWriter.plain(manifest.entries(), manifest.chunks()));
    assertThat(digest).isEqualTo(Digest.of(out.toByteArray()));
  }

  @Test
  void saysTooLargeWhenALineWouldBeTooLong() {
    List<Stream> streams = new ArrayList<>();
    for (int i = 0; i < 1100; i++) {
      streams.add(new Stream(Name.of("%04d".formatted(i) + "x".repeat(1000)), 0));
    }
    Entry.File file = new Entry.File(EntryPath.ROOT.child(Name.of("many")), SOME, 0, streams);
    Failure failure =
        catchThrowableOfType(
            Failure.class, () -> ManifestWriter.plain(List.of(ROOT, file), List.of()));
    assertThat(failure.code()).isEqualTo(Code.MANIFEST_TOO_LARGE);
    assertThat(failure.what()).contains("many");
  }
}
