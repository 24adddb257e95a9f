package io.sluice.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.content.Digest;
import io.sluice.content.Garbage;
import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.content.TestContent;
import io.sluice.failure.Failure;
import io.sluice.fidelity.Receipts;
import io.sluice.filesystem.Platform;
import io.sluice.manifest.LibraryManifests;
import io.sluice.parallel.CallerThread;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A capture takes over what a version has that is forgotten, and collected, at the same time. */
class ForgottenMeanwhileTest {
  @TempDir Path folder;

  /** Forgets a version and deletes all that is not needed when the source is looked at. */
  private record Forgetting(Library library, Digest version) implements Runnable {
    @Override
    public void run() {
      try {
        Garbage garbage = new Garbage(library, new LibraryManifests(library));
        garbage.forget(List.of(version.hex()), Instant.EPOCH);
        garbage.collect(Instant.EPOCH);
        garbage.purge(Instant.EPOCH);
      } catch (Failure | InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private static Captured capture(SourceTree tree, Library library, Runnable meanwhile)
      throws Failure, InterruptedException {
    LaterClock clock =
        new LaterClock() {
          @Override
          public Instant now() {
            meanwhile.run();
            return super.now();
          }
        };
    // One that does not recognise a source by its trace.
    Platform platform = new ForwardingPlatform(tree.platform());
    return new Capture(platform, new CallerThread(), library, clock)
        .capture(tree.root(), Options.plain());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsTakenOverStays(boolean isChanged) throws Exception {
    SourceTree tree = SourceTree.in(folder);
    tree.file("one", TestContent.noise(1, 700_000));
    tree.file("two", TestContent.noise(2, 700_000));
    try (Library library = Library.open(new HostDisk(), folder.resolve("library"))) {
      Digest first = capture(tree, library, () -> {}).manifest();
      if (isChanged) {
        tree.file("two", TestContent.noise(3, 700_000));
      }
      Captured second = capture(tree, library, new Forgetting(library, first));
      assertThat(library.documents()).containsExactly(second.manifest());
      assertThat(second.totals().bytesRead()).isEqualTo(isChanged ? 700_000 : 0);
      assertThat(second.manifest().equals(first)).isNotEqualTo(isChanged);
      assertThat(new Receipts(library.disk(), library.folder()).find(second.manifest()))
          .contains(second.receipt());
      assertThat(new LibraryManifests(library).audit().incomplete()).isEmpty();
      assertThat(library.scrub()).isEmpty();
    }
  }

  @Test
  void whatIsForgottenWhileItIsRecognisedIsCapturedAnew() throws Exception {
    SourceTree tree = SourceTree.in(folder);
    tree.file("one", TestContent.noise(1, 700_000));
    Assumptions.assumeTrue(
        tree.platform().stateCheck(tree.root()).isPresent(), "nothing is recognised here");
    try (Library library = Library.open(new HostDisk(), folder.resolve("library"))) {
      Captured first = capture(tree, library, () -> {});
      Platform platform =
          new ForwardingPlatform(tree.platform()) {
            @Override
            public Optional<StateCheck> stateCheck(Path directory) {
              new Forgetting(library, first.manifest()).run();
              return tree.platform().stateCheck(directory);
            }
          };
      Captured again =
          new Capture(platform, new CallerThread(), library, new LaterClock())
              .capture(tree.root(), Options.plain());
      assertThat(again.manifest()).isEqualTo(first.manifest());
      assertThat(again.totals().bytesRead()).isEqualTo(700_000);
      assertThat(library.documents()).containsExactly(first.manifest());
      assertThat(library.scrub()).isEmpty();
    }
  }

  @Test
  void whatWasForgottenAndCollectedBeforeIsReadAnew() throws Exception {
    SourceTree tree = SourceTree.in(folder);
    tree.file("one", TestContent.noise(1, 700_000));
    try (Library library = Library.open(new HostDisk(), folder.resolve("library"))) {
      Captured first = capture(tree, library, () -> {});
      new Forgetting(library, first.manifest()).run();
      assertThat(library.stats().chunks()).isZero();
      Captured again = capture(tree, library, () -> {});
      assertThat(again.manifest()).isEqualTo(first.manifest());
      assertThat(again.totals().bytesRead()).isEqualTo(700_000);
      assertThat(library.scrub()).isEmpty();
    }
  }
}
