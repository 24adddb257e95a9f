package io.sluice.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.manifest.ContentLayout.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ContentLayoutTest {
  /** The definition, word by word. */
  private static List<Span> spelledOut(Manifest manifest) {
    List<Span> spans = new ArrayList<>();
    long offset = 0;
    for (int i = 0; i < manifest.entries().size(); i++) {
      Entry entry = manifest.entries().get(i);
      if (entry instanceof Entry.File file) {
        spans.add(new Span(i, Optional.empty(), offset, file.size()));
        offset += file.size();
      }
      for (Stream stream : entry.streams()) {
        spans.add(new Span(i, Optional.of(stream.name()), offset, stream.size()));
        offset += stream.size();
      }
    }
    return spans;
  }

  @Test
  void spansAreTheRunningSumOfSizesInOrder() {
    for (long seed = 0; seed < 100; seed++) {
      Manifest manifest = ManifestSamples.random(seed, 100);
      ContentLayout layout = ContentLayout.of(manifest);
      List<Span> expected = spelledOut(manifest);
      List<Span> byIndex = new ArrayList<>();
      for (int i = 0; i < layout.size(); i++) {
        byIndex.add(layout.span(i));
      }
      List<Span> byEntry = new ArrayList<>();
      for (int i = 0; i < manifest.entries().size(); i++) {
        byEntry.addAll(layout.ofEntry(i));
      }
      assertThat(byIndex).as("seed " + seed).isEqualTo(expected);
      assertThat(byEntry).as("seed " + seed).isEqualTo(expected);
      assertThat(layout.bytes()).as("seed " + seed).isEqualTo(manifest.contentBytes());
    }
  }

  @Test
  void findsTheSpansOfARangeAndOfAnOffset() {
    SplittableRandom random = new SplittableRandom(3);
    for (long seed = 0; seed < 100; seed++) {
      Manifest manifest = ManifestSamples.random(seed, 60);
      ContentLayout layout = ContentLayout.of(manifest);
      if (layout.bytes() == 0) {
        continue;
      }
      for (int i = 0; i < 50; i++) {
        long from = random.nextLong(layout.bytes());
        long to = Math.min(layout.bytes(), from + random.nextInt(100_000));
        List<Span> expected = new ArrayList<>();
        for (Span span : spelledOut(manifest)) {
          if (Math.max(from, span.offset()) < Math.min(to, span.end())) {
            expected.add(span);
          }
        }
        assertThat(layout.overlapping(from, to)).isEqualTo(expected);
        Span at = layout.span(layout.spanAt(from));
        assertThat(from).isBetween(at.offset(), at.end() - 1);
      }
    }
  }

  @Test
  void chunkOffsetsAreTheRunningSumOfLengths() {
    Manifest manifest = ManifestSamples.random(8, 100);
    long[] offsets = ContentLayout.chunkOffsets(manifest.chunks());
    long sum = 0;
    for (int i = 0; i < manifest.chunks().size(); i++) {
      assertThat(offsets[i]).isEqualTo(sum);
      sum += manifest.chunks().get(i).length();
    }
    assertThat(offsets[offsets.length - 1]).isEqualTo(manifest.contentBytes());
  }

  @Test
  void refusesOffsetsOutside() {
    ContentLayout layout = ContentLayout.of(ManifestSamples.random(8, 100));
    assertThatThrownBy(() -> layout.spanAt(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> layout.spanAt(layout.bytes()))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
