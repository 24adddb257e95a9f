package io.sluice.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.filesystem.Keep;
import io.sluice.manifest.Entry;
import io.sluice.manifest.EntryList;
import io.sluice.parallel.CallerThread;
import io.sluice.parallel.OsThreads;
import io.sluice.parallel.Threads;
import java.nio.file.Path;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WalkTest {
  /** More than one thread looks at of one directory. */
  private static final int MANY = 2_300;

  @TempDir Path folder;

  private static Scan scan(SourceTree tree, Previous previous, Threads threads) throws Exception {
    Problems problems = new Problems(tree.root());
    Walk.Source source = new Walk.Source(tree.platform(), tree.root(), Keep.USUAL, true);
    Scan scan = Walk.scan(source, previous, Instant.now().plusSeconds(60), problems, threads);
    assertThat(problems.areNone()).isTrue();
    return scan;
  }

  private SourceTree tree() throws Exception {
    SourceTree tree = SourceTree.in(folder);
    for (int i = 0; i < MANY; i++) {
      tree.file("f" + i, "");
    }
    for (int i = 0; i < 50; i++) {
      tree.directory("d" + i + "/in/a/chain");
      tree.file("d" + i + "/in/file", "");
      tree.hardLink("d" + i + "/f17", "f" + 17);
      tree.hardLink("d" + i + "/another", "d" + i + "/in/file");
    }
    tree.stream("f17", "stream", new byte[3]);
    return tree;
  }

  @Test
  void howManyThreadsWalkMakesNoDifference() throws Exception {
    SourceTree tree = tree();
    Scan one = scan(tree, Previous.none(), new CallerThread());
    for (int i = 0; i < 5; i++) {
      Scan many = scan(tree, Previous.none(), new OsThreads());
      assertThat(many.entries()).isEqualTo(one.entries());
      assertThat(many.states()).isEqualTo(one.states());
    }
    assertThat(one.entries()).hasSize(1 + MANY + 50 * 7);
    assertThat(one.entries().stream().filter(Entry.HardLink.class::isInstance)).hasSize(100);
  }

  @Test
  void anUnchangedTreeIsRecognisedByAnyNumberOfThreads() throws Exception {
    SourceTree tree = tree();
    Scan first = scan(tree, Previous.none(), new CallerThread());
    Previous previous = first.asPrevious(List.of(), new BitSet());
    assertThat(scan(tree, previous, new CallerThread()).comparison().isSame()).isTrue();
    assertThat(scan(tree, previous, new OsThreads()).comparison().isSame()).isTrue();
    tree.file("f1999", "changed");
    Scan changed = scan(tree, previous, new OsThreads());
    assertThat(changed.comparison().isSame()).isFalse();
    List<String> different =
        changed.entries().stream()
            .filter(entry -> entry instanceof Entry.File && !entry.equals(old(first, entry)))
            .map(entry -> entry.path().toString())
            .toList();
    assertThat(different).containsExactly("f1999");
  }

  private static Entry old(Scan scan, Entry entry) {
    EntryList entries = scan.entries();
    return entries.stream()
        .filter(each -> each.path().equals(entry.path()))
        .findFirst()
        .orElseThrow();
  }
}
