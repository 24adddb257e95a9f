package io.sluice.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.content.Digest;
import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.Manifest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every {@link SiteLink} keeps, on either side of the network and across it. */
abstract class SiteLinkContractTest {
  @TempDir Path folder;
  Library library;
  Manifest manifest;
  private SiteLink link;

  /** The link under test, to a parent with this library. */
  abstract SiteLink linkTo(Library parent) throws Exception;

  /** What the parent was told so far. */
  abstract byte[] told();

  @BeforeEach
  void storeAVersion() throws Exception {
    library = Library.open(new HostDisk(), folder.resolve("library"));
    manifest = TransferSamples.store(library, TransferSamples.content(77, 2_000_000));
    link = linkTo(library);
  }

  @AfterEach
  void close() throws Exception {
    link.close();
    library.close();
  }

  @Test
  void saysChangedUntilTheTagIsKnown() throws Exception {
    AssignmentList first = link.assignments("", Duration.ZERO);

    assertThat(first.changed()).isTrue();
    assertThat(link.assignments(first.tag(), Duration.ZERO).changed()).isFalse();
    assertThat(link.assignments("another", Duration.ZERO).changed()).isTrue();
  }

  @Test
  void givesManifestsAsTheyAreStored() throws Exception {
    byte[] stored = library.storedDocument(manifest.digest());

    assertThat(link.manifest(manifest.digest(), stored.length)).isEqualTo(stored);
    assertThat(link.manifest(manifest.digest(), 1 << 20)).isEqualTo(stored);
  }

  @Test
  void whatIsNotThereIsAPermanentRefusal() {
    Digest nothing = Digest.of(new byte[0]);
    for (Failure failure :
        List.of(
            catchThrowableOfType(Failure.class, () -> link.manifest(nothing, 1000)),
            catchThrowableOfType(
                Failure.class, () -> link.chunks(nothing, Ordinals.parse("0"), segment -> {})))) {
      assertThat(failure.code()).isIn(Code.NOT_FOUND, Code.CONTENT_MISSING, Code.PARENT_REFUSED);
      assertThat(failure.isTemporary()).isFalse();
    }
  }

  @Test
  void sendsEachWantedChunkOnceInTheCallersThread() throws Exception {
    BitSet wanted = new BitSet();
    wanted.set(1, manifest.chunks().size() - 1);
    List<Integer> got = new ArrayList<>();
    Set<Thread> threads = new HashSet<>();
    link.chunks(
        manifest.digest(),
        Ordinals.of(wanted),
        segment -> {
          got.addAll(segment.ordinals());
          threads.add(Thread.currentThread());
        });

    assertThat(got).containsExactlyInAnyOrderElementsOf(wanted.stream().boxed().toList());
    assertThat(threads).containsExactly(Thread.currentThread());
  }

  @Test
  void aSinksFailureEndsTheRequestAndTravelsOut() throws Exception {
    Failure full = Failure.temporary(Code.NO_SPACE, "storing", "full", "make room");
    int[] seen = {0};
    BitSet all = new BitSet();
    all.set(0, manifest.chunks().size());
    Failure thrown =
        catchThrowableOfType(
            Failure.class,
            () ->
                link.chunks(
                    manifest.digest(),
                    Ordinals.of(all),
                    segment -> {
                      seen[0]++;
                      throw full;
                    }));

    assertThat(thrown).isSameAs(full);
    assertThat(seen[0]).isEqualTo(1);
    // The link is none the worse for it.
    assertThat(link.manifest(manifest.digest(), 1 << 20)).isNotEmpty();
    link.chunks(manifest.digest(), Ordinals.of(all), segment -> seen[0]++);
    assertThat(seen[0]).isGreaterThan(2);
  }

  @Test
  void factsAreThereWhenTheCallReturns() throws Exception {
    byte[] lines = "{\"v\":0,\"sequence\":1}\n".getBytes(StandardCharsets.UTF_8);
    link.tell(lines);
    assertThat(told()).isEqualTo(lines);
  }
}
