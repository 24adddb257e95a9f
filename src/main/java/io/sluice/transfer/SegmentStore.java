package io.sluice.transfer;

import io.sluice.content.ChunkStore;
import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.content.FrameCodec;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.Manifest;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Verifies the segments of one transfer and stores each as one frame, as it came. A segment that
 * was not asked for, or whose chunks do not have the manifest's digests, ends the transfer; the
 * ones before it stay. Memory does not grow with what a peer sends: each ordinal asked for is
 * accepted once.
 *
 * <p>A wanted ordinal is open until it is asked for or another transfer has brought its chunk;
 * asked for until it arrives or the answer ends; absent if the answer ended without it. One thread
 * feeds it; the counts may be read from any.
 */
final class SegmentStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentStore.class);

  private final Manifest manifest;
  private final ChunkStore.Intake intake;
  private final String peer;
  private final BitSet open;
  private final BitSet asked = new BitSet();
  private final BitSet absent = new BitSet();
  private final FrameCodec codec = new FrameCodec();
  private final byte[] plain = new byte[Frame.PLAIN_BYTES_MAX];

  private final AtomicInteger chunksWanted = new AtomicInteger();
  private final AtomicLong plainBytesWanted = new AtomicLong();
  private final AtomicInteger chunksStored = new AtomicInteger();
  private final AtomicLong plainBytesStored = new AtomicLong();
  private final AtomicLong storedBytes = new AtomicLong();

  SegmentStore(Manifest manifest, BitSet wanted, ChunkStore.Intake intake, String peer) {
    this.manifest = manifest;
    this.intake = intake;
    this.peer = peer;
    this.open = (BitSet) wanted.clone();
    this.chunksWanted.set(open.cardinality());
    this.plainBytesWanted.set(
        open.stream().mapToLong(ordinal -> manifest.chunks().get(ordinal).length()).sum());
  }

  /** What is still to be asked for, unless another transfer brings it. */
  BitSet open() {
    return (BitSet) open.clone();
  }

  /** Another transfer has stored the chunk: it is not wanted from here any more. */
  void brought(int ordinal) {
    open.clear(ordinal);
    chunksWanted.decrementAndGet();
    plainBytesWanted.addAndGet(-manifest.chunks().get(ordinal).length());
  }

  /** These are being asked for: from now on their segments are accepted. */
  void ask(BitSet ordinals) {
    open.andNot(ordinals);
    asked.or(ordinals);
  }

  /** Everything asked for has been answered; what did not come is absent. */
  void answered() {
    absent.or(asked);
    asked.clear();
  }

  /** Verifies a segment and stores it. */
  void accept(Segment segment) throws Failure {
    Frame frame = new Frame(segment.codec(), chunks(segment), segment.stored());
    int length = frame.plainLength();
    if (length > Frame.PLAIN_BYTES_MAX) {
      throw violation(segment.ordinals().getFirst(), "a segment of " + length + " plain bytes");
    }
    try {
      codec.decode(frame, plain, 0);
    } catch (Failure e) {
      throw e.code() == Code.CONTENT_CORRUPT ? wrong(segment, frame, e) : e;
    }
    intake.append(frame);
    segment.ordinals().forEach(asked::clear);
    chunksStored.addAndGet(segment.ordinals().size());
    plainBytesStored.addAndGet(length);
    storedBytes.addAndGet(segment.stored().length);
    LOG.debug(
        "stored chunks {} {} {}", manifest.digest(), segment.ordinals(), segment.stored().length);
  }

  /** The manifest's chunks of these ordinals, each asked for and not yet here. */
  private List<Frame.Chunk> chunks(Segment segment) throws Failure {
    List<Frame.Chunk> chunks = new ArrayList<>();
    BitSet twice = new BitSet();
    for (int ordinal : segment.ordinals()) {
      if (!asked.get(ordinal) || twice.get(ordinal)) {
        throw violation(ordinal, "a chunk that was not asked for, or sent before");
      }
      twice.set(ordinal);
      chunks.add(manifest.chunks().get(ordinal));
    }
    return chunks;
  }

  /**
   * Temporary: the parent's library finds its own damage sooner or later, and has the chunk again
   * after.
   */
  private Failure wrong(Segment segment, Frame frame, Failure cause) {
    int at = 0;
    int ordinal = segment.ordinals().getFirst();
    for (int i = 0; i < frame.chunks().size(); i++) {
      Frame.Chunk chunk = frame.chunks().get(i);
      if (!Digest.of(plain, at, chunk.length()).equals(chunk.digest())) {
        ordinal = segment.ordinals().get(i);
        break;
      }
      at += chunk.length();
    }
    return Failure.temporary(
            Code.PROTOCOL_VIOLATION,
            what(ordinal),
            "its bytes are not the chunk's: " + cause.why(),
            "check the library of the parent site; nothing wrong was stored")
        .because(cause);
  }

  private Failure violation(int ordinal, String why) {
    return Violations.violation(what(ordinal), why);
  }

  private String what(int ordinal) {
    return "receiving chunk " + ordinal + " of manifest " + manifest.digest() + " from " + peer;
  }

  Manifest manifest() {
    return manifest;
  }

  int chunksWanted() {
    return chunksWanted.get();
  }

  int chunksStored() {
    return chunksStored.get();
  }

  long plainBytesWanted() {
    return plainBytesWanted.get();
  }

  long plainBytesStored() {
    return plainBytesStored.get();
  }

  long storedBytes() {
    return storedBytes.get();
  }

  /** The first ordinals that were asked for and have not come. */
  List<Integer> absent(int most) {
    return absent.stream().limit(most).boxed().toList();
  }

  @Override
  public void close() {
    codec.close();
  }
}
