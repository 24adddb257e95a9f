package io.sluice.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.content.ChunkStore;
import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.content.FrameCodec;
import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.ManifestReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SenderTest {
  @TempDir Path folder;
  private Library library;
  private Manifest manifest;
  private final List<Segment> sent = new ArrayList<>();

  @BeforeEach
  void storeAVersion() throws Exception {
    library = Library.open(new HostDisk(), folder.resolve("library"));
    manifest = TransferSamples.store(library, TransferSamples.content(3, 4_000_000));
  }

  @AfterEach
  void close() throws Exception {
    library.close();
  }

  private static Ordinals all(Manifest manifest) {
    BitSet bits = new BitSet();
    bits.set(0, manifest.chunks().size());
    return Ordinals.of(bits);
  }

  /** Decodes every segment against the manifest and returns the ordinals, in the order sent. */
  private List<Integer> verified() throws Failure {
    List<Integer> ordinals = new ArrayList<>();
    try (FrameCodec codec = new FrameCodec()) {
      for (Segment segment : sent) {
        List<Frame.Chunk> chunks = segment.ordinals().stream().map(manifest.chunks()::get).toList();
        codec.decode(new Frame(segment.codec(), chunks, segment.stored()));
        ordinals.addAll(segment.ordinals());
      }
    }
    return ordinals;
  }

  @Test
  void framesThatAreWhollyWantedTravelAsStored() throws Exception {
    Sender.Sent result = new Sender(library).send(manifest, all(manifest), sent::add);

    assertThat(verified())
        .containsExactlyInAnyOrderElementsOf(all(manifest).bits().stream().boxed().toList());
    assertThat(result.segments()).isEqualTo(sent.size()).isEqualTo(result.asStored());
    assertThat(result.chunks()).isEqualTo(manifest.chunks().size());
    assertThat(result.notHeld()).isZero();
    assertThat(result.storedBytes())
        .isEqualTo(sent.stream().mapToLong(segment -> segment.stored().length).sum());
    for (Segment segment : sent) {
      Digest first = manifest.chunks().get(segment.ordinals().getFirst()).digest();
      Frame frame = library.frame(library.place(first).orElseThrow());
      assertThat(segment.stored()).isEqualTo(frame.stored());
      assertThat(segment.codec()).isEqualTo(frame.codec());
    }
    assertThat(sent).extracting(Segment::codec).contains(Frame.Codec.RAW, Frame.Codec.ZSTD);
  }

  @Test
  void segmentsComeInOrderOfTheirFirstChunk() throws Exception {
    new Sender(library).send(manifest, all(manifest), sent::add);

    assertThat(sent.stream().map(segment -> segment.ordinals().getFirst()).toList()).isSorted();
  }

  @Test
  void ofPartlyWantedFramesOnlyTheWantedChunksTravel() throws Exception {
    BitSet odd = new BitSet();
    for (int ordinal = 1; ordinal < manifest.chunks().size(); ordinal += 2) {
      odd.set(ordinal);
    }
    Sender.Sent result = new Sender(library).send(manifest, Ordinals.of(odd), sent::add);

    assertThat(verified()).containsExactlyInAnyOrderElementsOf(odd.stream().boxed().toList());
    // Of incompressible content each chunk is a frame; of text none is wholly wanted.
    assertThat(result.asStored()).isPositive().isLessThan(result.segments());
    long whole = 0;
    Set<ChunkStore.Place> places = new HashSet<>();
    for (int ordinal : odd.stream().toArray()) {
      ChunkStore.Place place = library.place(manifest.chunks().get(ordinal).digest()).orElseThrow();
      whole += places.add(place) ? library.frame(place).stored().length : 0;
    }
    assertThat(result.storedBytes()).isLessThan(whole);
  }

  @Test
  void readsEachFrameOncePerRequest() throws Exception {
    CountingStore counting = new CountingStore(library);
    BitSet twoOfThree = all(manifest).bits();
    for (int ordinal = 0; ordinal < manifest.chunks().size(); ordinal += 3) {
      twoOfThree.clear(ordinal);
    }
    new Sender(counting).send(manifest, Ordinals.of(twoOfThree), sent::add);

    assertThat(counting.reads.values()).allMatch(times -> times == 1);
    assertThat(counting.reads).isNotEmpty();
  }

  @Test
  void leavesOutWhatItDoesNotHold() throws Exception {
    byte[] more = TransferSamples.content(3, 4_000_000 + 900_000);
    byte[] plain = TransferSamples.plain(more);
    manifest = ManifestReader.parse(plain);
    BitSet expected = new BitSet();
    for (int ordinal = 0; ordinal < manifest.chunks().size(); ordinal++) {
      expected.set(ordinal, library.holds(manifest.chunks().get(ordinal).digest()));
    }
    assertThat(expected.cardinality()).isBetween(1, manifest.chunks().size() - 1);

    Sender.Sent result = new Sender(library).send(manifest, all(manifest), sent::add);

    assertThat(verified()).containsExactlyInAnyOrderElementsOf(expected.stream().boxed().toList());
    assertThat(result.notHeld()).isEqualTo(manifest.chunks().size() - expected.cardinality());
  }

  @Test
  void leavesOutWhatTurnsOutDamaged() throws Exception {
    try (var files = Files.list(folder.resolve("library/packs"))) {
      Path pack = files.filter(file -> file.toString().endsWith(".pack")).findFirst().orElseThrow();
      byte[] bytes = Files.readAllBytes(pack);
      bytes[bytes.length / 3] ^= 1;
      Files.write(pack, bytes);
    }

    Sender.Sent result = new Sender(library).send(manifest, all(manifest), sent::add);

    assertThat(result.notHeld()).isPositive();
    assertThat(verified()).hasSize(manifest.chunks().size() - result.notHeld());
  }

  @Test
  void refusesOrdinalsTheManifestDoesNotHave() throws Exception {
    BitSet beyond = all(manifest).bits();
    beyond.set(manifest.chunks().size());

    Failure failure =
        catchThrowableOfType(
            Failure.class,
            () -> new Sender(library).send(manifest, Ordinals.of(beyond), sent::add));
    assertThat(failure.code()).isEqualTo(Code.PROTOCOL_VIOLATION);
    assertThat(sent).isEmpty();
  }

  @Test
  void sendsNothingWhenNothingIsWanted() throws Exception {
    new Sender(library).send(manifest, new Ordinals(List.of()), sent::add);

    assertThat(sent).isEmpty();
  }

  /** Counts how often each frame is read. */
  private static final class CountingStore implements ChunkStore {
    private final ChunkStore inner;
    final Map<Place, Integer> reads = new HashMap<>();

    CountingStore(ChunkStore inner) {
      this.inner = inner;
    }

    @Override
    public boolean holds(Digest chunk) {
      return inner.holds(chunk);
    }

    @Override
    public int read(Digest chunk, byte[] into, int at) throws Failure {
      return inner.read(chunk, into, at);
    }

    @Override
    public Optional<Place> place(Digest chunk) {
      return inner.place(chunk);
    }

    @Override
    public Frame frame(Place place) throws Failure {
      reads.merge(place, 1, Integer::sum);
      return inner.frame(place);
    }

    @Override
    public Intake intake() throws Failure {
      return inner.intake();
    }
  }
}
