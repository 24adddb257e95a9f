package io.sluice.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.luben.zstd.Zstd;
import io.sluice.content.ChunkStore;
import io.sluice.content.Digest;
import io.sluice.content.Disk;
import io.sluice.content.Frame;
import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.content.TestContent;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.ManifestReader;
import io.sluice.time.SystemClock;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReceiverTest {
  private static final byte[] CONTENT = TransferSamples.content(11, 3_000_000);

  @TempDir Path folder;
  private final List<String> reached = new CopyOnWriteArrayList<>();
  private final Disk disk = new HostDisk(reached::add);
  private Library parent;
  private Library child;
  private Manifest manifest;

  @BeforeEach
  void storeAtTheParent() throws Exception {
    parent = Library.open(new HostDisk(), folder.resolve("parent"));
    child = Library.open(disk, folder.resolve("child"));
    manifest = TransferSamples.store(parent, CONTENT);
  }

  @AfterEach
  void close() throws Exception {
    parent.close();
    child.close();
  }

  private Received receive(SiteLink link) throws Failure, InterruptedException {
    return new Receiver(child, disk, new SystemClock())
        .receive(link, TransferSamples.signed(manifest.digest()));
  }

  private Failure refusal(SiteLink link) {
    Failure failure = catchThrowableOfType(Failure.class, () -> receive(link));
    assertThat(failure).isNotNull();
    return failure;
  }

  private BitSet heldByChild() {
    BitSet held = new BitSet();
    for (int ordinal = 0; ordinal < manifest.chunks().size(); ordinal++) {
      held.set(ordinal, child.holds(manifest.chunks().get(ordinal).digest()));
    }
    return held;
  }

  /** Passes segments on, or not, or others. */
  private class Tampering extends LibraryLink {
    private final Change change;
    private int seen;

    Tampering(Change change) {
      super(parent);
      this.change = change;
    }

    @Override
    public void chunks(Digest digest, Ordinals wanted, SegmentSink sink)
        throws Failure, InterruptedException {
      super.chunks(digest, wanted, segment -> change.apply(seen++, segment, sink));
    }
  }

  private interface Change {
    void apply(int index, Segment segment, SiteLink.SegmentSink sink)
        throws Failure, InterruptedException;
  }

  @Test
  void bringsAVersionWhole() throws Exception {
    LibraryLink link = new LibraryLink(parent);
    Received received = receive(link);

    assertThat(received.manifest()).isEqualTo(manifest.digest());
    assertThat(received.chunksFetched()).isEqualTo(manifest.chunks().size());
    assertThat(received.plainBytesFetched()).isEqualTo(CONTENT.length);
    assertThat(TransferSamples.readBack(child, manifest)).isEqualTo(CONTENT);
    assertThat(child.storedDocument(manifest.digest()))
        .isEqualTo(parent.storedDocument(manifest.digest()));
    assertThat(child.scrub()).isEmpty();
    assertThat(link.asked()).hasSize(1);
  }

  @Test
  void storesFramesAsTheyCame() throws Exception {
    receive(new LibraryLink(parent));

    for (Frame.Chunk chunk : manifest.chunks()) {
      ChunkStore.Place there = parent.place(chunk.digest()).orElseThrow();
      ChunkStore.Place here = child.place(chunk.digest()).orElseThrow();
      assertThat(child.frame(here).stored()).isEqualTo(parent.frame(there).stored());
    }
  }

  @Test
  void isDurableStepByStepInOrder() throws Exception {
    receive(new LibraryLink(parent));

    List<String> ours = reached.stream().filter(point -> point.startsWith("transfer.")).toList();
    assertThat(ours).startsWith("transfer.manifest-durable", "transfer.segment-stored");
    assertThat(ours).endsWith("transfer.chunks-durable");
    assertThat(ours.stream().distinct()).hasSize(3);
  }

  @Test
  void asksForNothingTheSecondTime() throws Exception {
    receive(new LibraryLink(parent));
    LibraryLink again = new LibraryLink(parent);
    Received received = receive(again);

    assertThat(received.chunksFetched()).isZero();
    assertThat(again.asked()).isEmpty();
    assertThat(again.manifestsSent()).isZero();
  }

  @Test
  void asksOnlyForWhatTheLibraryLacks() throws Exception {
    byte[] older = CONTENT.clone();
    Arrays.fill(older, 1_200_000, 1_300_000, (byte) 7);
    TransferSamples.storeChunks(child, older);
    BitSet expected = heldByChild();
    expected.flip(0, manifest.chunks().size());
    LibraryLink link = new LibraryLink(parent);
    Received received = receive(link);

    assertThat(link.asked()).containsExactly(Ordinals.of(expected));
    assertThat(received.chunksFetched())
        .isEqualTo(expected.cardinality())
        .isBetween(1, manifest.chunks().size() / 2);
    assertThat(TransferSamples.readBack(child, manifest)).isEqualTo(CONTENT);
  }

  @Test
  void aChunkFoundDamagedDuringTheTransferIsFetchedAgain() throws Exception {
    TransferSamples.storeChunks(child, Arrays.copyOf(CONTENT, 1_000_000));
    Digest here = manifest.chunks().getFirst().digest();
    assertThat(child.holds(here)).isTrue();
    List<Failure> found = new ArrayList<>();
    Tampering meanwhile =
        new Tampering(
            (index, segment, sink) -> {
              sink.accept(segment);
              if (found.isEmpty()) {
                damage(child.place(here).orElseThrow());
                found.add(
                    catchThrowableOfType(
                        Failure.class, () -> child.read(here, new byte[1 << 20], 0)));
              }
            });
    Failure failure = refusal(meanwhile);

    assertThat(found.getFirst().code()).isEqualTo(Code.CONTENT_CORRUPT);
    assertThat(failure.code()).isEqualTo(Code.CONTENT_MISSING);
    assertThat(failure.isTemporary()).isTrue();
    assertThat(receive(new LibraryLink(parent)).chunksFetched()).isPositive();
    assertThat(TransferSamples.readBack(child, manifest)).isEqualTo(CONTENT);
  }

  /** Changes bytes of a frame of the child. */
  private void damage(ChunkStore.Place place) {
    try (Stream<Path> files = Files.walk(folder.resolve("child").resolve("packs"))) {
      Path pack =
          files
              .filter(
                  file ->
                      file.getFileName().toString().startsWith("%016x.".formatted(place.pack())))
              .findFirst()
              .orElseThrow();
      try (RandomAccessFile bytes = new RandomAccessFile(pack.toFile(), "rw")) {
        bytes.seek(place.offset() + 1_000);
        bytes.write(new byte[64]);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void asksForEqualChunksOnce() throws Exception {
    byte[] block = TestContent.noise(5, 1_000_000);
    byte[] twice = Arrays.copyOf(block, 2_000_000);
    System.arraycopy(block, 0, twice, 1_000_000, 1_000_000);
    manifest = TransferSamples.store(parent, twice);
    long distinct = manifest.chunks().stream().map(Frame.Chunk::digest).distinct().count();
    assertThat(distinct).isLessThan(manifest.chunks().size());
    LibraryLink link = new LibraryLink(parent);
    receive(link);

    assertThat(link.asked().getFirst().count()).isEqualTo((int) distinct);
    assertThat(TransferSamples.readBack(child, manifest)).isEqualTo(twice);
  }

  @Test
  void afterABreakOnlyTheRestIsAskedFor() throws Exception {
    Tampering broken =
        new Tampering(
            (index, segment, sink) -> {
              if (index == 3) {
                throw Failure.temporary(Code.TRANSFER_INTERRUPTED, "x", "cable", "wait");
              }
              sink.accept(segment);
            });
    assertThat(refusal(broken).code()).isEqualTo(Code.TRANSFER_INTERRUPTED);
    assertThat(reached).endsWith("transfer.chunks-durable");
    BitSet kept = heldByChild();
    assertThat(kept.cardinality()).isPositive();
    child.close();
    child = Library.open(disk, folder.resolve("child"));
    assertThat(heldByChild()).isEqualTo(kept);

    LibraryLink link = new LibraryLink(parent);
    receive(link);
    BitSet rest = new BitSet();
    rest.set(0, manifest.chunks().size());
    rest.andNot(kept);
    assertThat(link.asked()).containsExactly(Ordinals.of(rest));
    assertThat(TransferSamples.readBack(child, manifest)).isEqualTo(CONTENT);
  }

  @Test
  void anInterruptionTravelsOnAndKeepsWhatCame() throws Exception {
    Tampering interrupted =
        new Tampering(
            (index, segment, sink) -> {
              if (index == 2) {
                throw new InterruptedException("stopping");
              }
              sink.accept(segment);
            });

    assertThat(catchThrowableOfType(InterruptedException.class, () -> receive(interrupted)))
        .isNotNull();
    assertThat(heldByChild().cardinality()).isPositive();
    assertThat(reached).endsWith("transfer.chunks-durable");
    assertThat(new Receiver(child, disk, new SystemClock()).progress()).isEmpty();
  }

  @Test
  void aWrongDigestNamesParentManifestAndOrdinalAndKeepsTheSegmentsBefore() throws Exception {
    List<Integer> wrong = new ArrayList<>();
    Tampering lying =
        new Tampering(
            (index, segment, sink) -> {
              byte[] stored = segment.stored().clone();
              if (segment.codec() == Frame.Codec.RAW) {
                wrong.add(segment.ordinals().getFirst());
                stored[stored.length / 2] ^= 1;
              }
              sink.accept(new Segment(segment.ordinals(), segment.codec(), stored));
            });
    Failure failure = refusal(lying);

    assertThat(failure.code()).isEqualTo(Code.PROTOCOL_VIOLATION);
    assertThat(failure.what())
        .contains("parent CEN in this test")
        .contains(manifest.digest().hex())
        .contains("chunk " + wrong.getFirst() + " ");
    BitSet held = heldByChild();
    assertThat(held.cardinality()).isPositive();
    assertThat(held.get(wrong.getFirst())).isFalse();
    assertThat(child.scrub()).isEmpty();
  }

  @Test
  void refusesChunksItDidNotAskForAndChunksSentTwice() throws Exception {
    Failure twice =
        refusal(
            new Tampering(
                (index, segment, sink) -> {
                  sink.accept(segment);
                  sink.accept(segment);
                }));
    assertThat(twice.code()).isEqualTo(Code.PROTOCOL_VIOLATION);

    int beyond = manifest.chunks().size();
    for (List<Integer> ordinals :
        List.of(List.of(beyond), List.of(Ordinals.ORDINALS_MAX - 1), List.of(0, 0))) {
      Failure failure =
          refusal(
              new Tampering(
                  (index, segment, sink) ->
                      sink.accept(new Segment(ordinals, Frame.Codec.RAW, new byte[] {1}))));
      assertThat(failure.code()).isEqualTo(Code.PROTOCOL_VIOLATION);
    }
  }

  @Test
  void cutsOffAnEndlessParent() throws Exception {
    LibraryLink endless =
        new LibraryLink(parent) {
          @Override
          public void chunks(Digest digest, Ordinals wanted, SegmentSink sink)
              throws Failure, InterruptedException {
            for (; ; ) {
              super.chunks(digest, wanted, sink);
            }
          }
        };

    assertThat(refusal(endless).code()).isEqualTo(Code.PROTOCOL_VIOLATION);
    assertThat(child.stats().chunks()).isEqualTo(manifest.chunks().size());
  }

  @Test
  void refusesDecompressionBombsAndWrongLengthsInBoundedMemory() throws Exception {
    byte[] bomb = Zstd.compress(new byte[64 << 20], 19);
    for (byte[] stored :
        List.of(bomb, new byte[] {1}, "no zstd at all".getBytes(StandardCharsets.US_ASCII))) {
      for (Frame.Codec codec : Frame.Codec.values()) {
        Failure failure =
            refusal(
                new Tampering(
                    (index, segment, sink) ->
                        sink.accept(new Segment(segment.ordinals(), codec, stored))));
        assertThat(failure.code()).isEqualTo(Code.PROTOCOL_VIOLATION);
      }
    }
    assertThat(child.stats().chunks()).isZero();
  }

  @Test
  void refusesAManifestThatIsNotTheRecords() throws Exception {
    byte[] other = Zstd.compress(TransferSamples.plain(TestContent.text(1, 1000)));
    byte[] cut = parent.storedDocument(manifest.digest());
    for (byte[] stored :
        List.of(
            other,
            new byte[0],
            Arrays.copyOf(cut, cut.length - 1),
            Arrays.copyOf(cut, cut.length + 1),
            Zstd.compress(new byte[64 << 20]))) {
      LibraryLink lying =
          new LibraryLink(parent) {
            @Override
            public byte[] manifest(Digest digest, int bytesMax) {
              return stored;
            }
          };
      Failure failure = refusal(lying);
      assertThat(failure.code()).isEqualTo(Code.PROTOCOL_VIOLATION);
      assertThat(failure.why()).contains("parent CEN");
      assertThat(child.documents()).isEmpty();
      assertThat(lying.asked()).isEmpty();
    }
  }

  @Test
  void aSignedManifestThatIsNoneIsRefusedAfterItsDigestFits() throws Exception {
    byte[] nonsense = "this is not a manifest\n".getBytes(StandardCharsets.US_ASCII);
    Digest digest = parent.putDocument(nonsense);
    Failure failure =
        catchThrowableOfType(
            Failure.class,
            () ->
                new Receiver(child, disk, new SystemClock())
                    .receive(new LibraryLink(parent), TransferSamples.signed(digest)));

    assertThat(failure.code()).isEqualTo(Code.MANIFEST_CORRUPT);
    assertThat(failure.isTemporary()).isFalse();
  }

  @Test
  void looksForSpaceBeforeItAsksForAnything() throws Exception {
    LibraryLink link = new LibraryLink(parent);
    Failure failure =
        catchThrowableOfType(
            Failure.class,
            () ->
                new Receiver(child, new FullDisk(disk), new SystemClock())
                    .receive(link, TransferSamples.signed(manifest.digest())));

    assertThat(failure.code()).isEqualTo(Code.NO_SPACE);
    assertThat(failure.why()).contains("1000 are free").contains("need ");
    assertThat(link.asked()).isEmpty();
    assertThat(child.holdsDocument(manifest.digest())).isTrue();
  }

  @Test
  void saysWhenTheParentLacksChunksAndKeepsTheOthers() throws Exception {
    byte[] more = TransferSamples.content(11, 3_800_000);
    byte[] plain = TransferSamples.plain(more);
    parent.putDocument(plain);
    manifest = ManifestReader.parse(plain);
    Failure failure = refusal(new LibraryLink(parent));

    assertThat(failure.code()).isEqualTo(Code.CHUNK_NOT_HELD);
    assertThat(failure.isTemporary()).isTrue();
    BitSet kept = heldByChild();
    assertThat(kept.cardinality()).isPositive();

    TransferSamples.storeChunks(parent, more);
    LibraryLink later = new LibraryLink(parent);
    receive(later);
    kept.flip(0, manifest.chunks().size());
    assertThat(later.asked()).containsExactly(Ordinals.of(kept));
    assertThat(TransferSamples.readBack(child, manifest)).isEqualTo(more);
  }

  @Test
  void showsHowFarItIs() throws Exception {
    Receiver receiver = new Receiver(child, disk, new SystemClock());
    List<ReceiveProgress> seen = new ArrayList<>();
    Tampering watching =
        new Tampering(
            (index, segment, sink) -> {
              sink.accept(segment);
              seen.addAll(receiver.progress());
            });
    receiver.receive(watching, TransferSamples.signed(manifest.digest()));

    assertThat(seen.getLast().chunksStored()).isEqualTo(manifest.chunks().size());
    assertThat(seen.getLast().chunksWanted()).isEqualTo(manifest.chunks().size());
    assertThat(seen.getLast().plainBytesStored()).isEqualTo(CONTENT.length);
    assertThat(seen).extracting(ReceiveProgress::chunksStored).isSorted();
    assertThat(receiver.progress()).isEmpty();
  }
}
