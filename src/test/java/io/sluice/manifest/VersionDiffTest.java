package io.sluice.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.content.Digest;
import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VersionDiffTest {
  private static final Attributes PLAIN = new Attributes(0644, 0, 0);
  private static final int TREES = 300;

  @TempDir private Path folder;

  /** A tree of empty files and folders, in canonical order. */
  private static Manifest tree(Random random) {
    List<Entry> entries = new ArrayList<>();
    directory(EntryPath.ROOT, random, entries);
    return new Manifest(Digest.of(new byte[0]), entries, List.of());
  }

  private static void directory(EntryPath at, Random random, List<Entry> into) {
    into.add(new Entry.Directory(at, PLAIN, List.of()));
    Set<String> names = new TreeSet<>();
    int count = random.nextInt(5);
    for (int i = 0; i < count; i++) {
      names.add(List.of("a", "a.b", "ab", "b", "\u00e9", "z").get(random.nextInt(6)));
    }
    List<EntryPath> folders = new ArrayList<>();
    for (String name : names) {
      EntryPath path = at.child(Name.of(name));
      if (at.depth() < 4 && random.nextBoolean()) {
        folders.add(path);
      } else {
        into.add(new Entry.File(path, new Attributes(random.nextInt(2), 0, 0), 0, List.of()));
      }
    }
    Collections.sort(folders, (one, other) -> one.name().compareTo(other.name()));
    folders.forEach(path -> directory(path, random, into));
  }

  @Test
  void findsWhatAMapOfAllPathsFindsAndInCanonicalOrder() throws Exception {
    try (Library none = Library.open(new HostDisk(), folder.resolve("library"))) {
      for (int seed = 0; seed < TREES; seed++) {
        Manifest before = tree(new Random(seed));
        Manifest after = tree(new Random(seed % 3 == 0 ? seed : seed + 7919));
        List<String> found = new ArrayList<>();
        new VersionDiff(before, after, none)
            .changes(change -> found.add(change.kind() + " " + change.path() + change.what()));
        assertThat(found).as("seed " + seed).doesNotHaveDuplicates();
        assertThat(new HashSet<>(found)).as("seed " + seed).isEqualTo(expected(before, after));
      }
    }
  }

  @Test
  void entriesInCanonicalOrderCompareSo() {
    for (int seed = 0; seed < TREES; seed++) {
      List<Entry> entries = tree(new Random(seed)).entries();
      for (int i = 0; i < entries.size(); i++) {
        for (int j = 0; j < entries.size(); j++) {
          assertThat(Integer.signum(CanonicalOrder.compare(entries.get(i), entries.get(j))))
              .as("seed " + seed + ": " + entries.get(i) + " and " + entries.get(j))
              .isEqualTo(Integer.compare(i, j));
        }
      }
    }
  }

  private static Set<String> expected(Manifest before, Manifest after) {
    Map<String, Entry> old = byPath(before);
    Map<String, Entry> now = byPath(after);
    Set<String> expected = new HashSet<>();
    old.forEach(
        (key, entry) -> {
          if (!now.containsKey(key)) {
            expected.add("REMOVED " + entry.path() + "[]");
          } else if (entry instanceof Entry.File file
              && file.attributes().mode() != ((Entry.File) now.get(key)).attributes().mode()) {
            int mode = file.attributes().mode();
            expected.add("CHANGED " + entry.path() + "[mode " + mode + " -> " + (1 - mode) + "]");
          }
        });
    now.forEach(
        (key, entry) -> {
          if (!old.containsKey(key)) {
            expected.add("ADDED " + entry.path() + "[]");
          }
        });
    return expected;
  }

  private static Map<String, Entry> byPath(Manifest manifest) {
    Map<String, Entry> all = new HashMap<>();
    for (Entry entry : manifest.entries()) {
      all.put(entry.path() + (entry instanceof Entry.Directory ? "/" : ""), entry);
    }
    return all;
  }

  @Test
  void streamsWhoseNamesLookAlikeAreToldApart() throws Exception {
    Name spelled = Name.of("\\xff");
    Name raw = Name.of(new byte[] {(byte) 0xff});
    assertThat(raw).hasToString(spelled.toString());
    Manifest before = streams(new Stream(spelled, 0), new Stream(raw, 0));
    try (Library none = Library.open(new HostDisk(), folder.resolve("library"))) {
      for (Manifest after :
          List.of(
              streams(new Stream(spelled, 1), new Stream(raw, 0)),
              streams(new Stream(spelled, 0), new Stream(raw, 1)))) {
        List<String> found = new ArrayList<>();
        new VersionDiff(before, after, none).changes(change -> found.addAll(change.what()));
        assertThat(found).containsExactly("stream \\xff 0 -> 1");
      }
    }
  }

  /** A folder that has streams, whose bytes nobody reads. */
  private static Manifest streams(Stream... streams) {
    Entry root = new Entry.Directory(EntryPath.ROOT, PLAIN, List.of(streams));
    return new Manifest(Digest.of(new byte[0]), List.of(root), List.of());
  }
}
