package io.sluice.transfer;

import io.sluice.content.ChunkStore;
import io.sluice.content.Digest;
import io.sluice.content.Disk;
import io.sluice.content.Frame;
import io.sluice.content.Library;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.StoredManifest;
import io.sluice.time.Clock;
import io.sluice.trust.TrustedVersion;
import io.sluice.trust.VersionRecord;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a trusted version into the library: its manifest first, then the chunks the library lacks,
 * in one request. Resuming is doing it again. Safe from any thread; several versions may be
 * received at once, the same one by one thread at a time. A chunk that several of them lack is
 * asked for by one; the others ask for the rest first and then wait for it, or ask for what that
 * one did not get (docs/design/0014-a-chunk-is-asked-for-by-one-transfer.md).
 *
 * <p>Order of durable writes: the manifest (verified against the record) before any chunk; each
 * segment is appended after its chunks' digests were compared; one commit before the call returns,
 * whether it succeeds, fails or is interrupted. What arrived whole is never asked for again.
 */
public final class Receiver {
  /** The most stored bytes of a manifest: some fifteen million entries. */
  public static final int MANIFEST_BYTES_MAX = 256 << 20;

  /** Free bytes that must remain on the library's file system. */
  public static final long RESERVE_BYTES = 64L << 20;

  /** What a frame's own head takes, for the estimate of space. */
  private static final int CHUNK_HEAD_BYTES = 64;

  /** How many ordinals a message names. */
  private static final int NAMED_MAX = 10;

  private static final Logger LOG = LoggerFactory.getLogger(Receiver.class);

  private final Library library;
  private final Disk disk;
  private final InFlight inFlight;
  private final Set<Receiving> active = ConcurrentHashMap.newKeySet();

  /**
   * @param library received into by no other receiver
   * @param disk the one the library lies on: free space is asked of it
   */
  public Receiver(Library library, Disk disk, Clock clock) {
    this.library = library;
    this.disk = disk;
    this.inFlight = new InFlight(clock);
  }

  /** The transfers going on, in no order. */
  public List<ReceiveProgress> progress() {
    List<ReceiveProgress> all = new ArrayList<>();
    active.forEach(receiving -> all.add(receiving.progress()));
    return all;
  }

  /**
   * Makes the version complete and durable here.
   *
   * @throws Failure what the link throws; PROTOCOL_VIOLATION if manifest or chunks are not what the
   *     record and the manifest say; MANIFEST_CORRUPT, MANIFEST_TOO_NEW or MANIFEST_TOO_LARGE;
   *     NO_SPACE before anything was asked for; CHUNK_NOT_HELD (temporary) if the parent lacks
   *     chunks; CONTENT_MISSING (temporary) if a chunk was found damaged here meanwhile; DISK_ERROR
   */
  public Received receive(SiteLink link, TrustedVersion version)
      throws Failure, InterruptedException {
    VersionRecord record = version.record();
    Manifest manifest = manifest(link, record);
    Receiving receiving = null;
    try (ChunkStore.Intake intake = library.intake()) {
      BitSet wanted = wanted(manifest, intake);
      try (SegmentStore segments = new SegmentStore(manifest, wanted, intake, link.peer())) {
        receiving = new Receiving(record, segments);
        active.add(receiving);
        if (!wanted.isEmpty()) {
          reserve(record, segments.plainBytesWanted(), intake);
        }
        fetch(link, receiving, intake);
        requireAll(record, segments, link);
        requireHeld(record, manifest);
        return new Received(
            manifest.digest(),
            segments.chunksStored(),
            segments.plainBytesStored(),
            segments.storedBytes());
      }
    } finally {
      if (receiving != null) {
        active.remove(receiving);
      }
    }
  }

  private record Receiving(VersionRecord record, SegmentStore segments) {
    ReceiveProgress progress() {
      return new ReceiveProgress(
          record,
          segments.chunksWanted(),
          segments.chunksStored(),
          segments.plainBytesWanted(),
          segments.plainBytesStored(),
          segments.storedBytes());
    }
  }

  /** Fetches what is wanted and commits whatever came, however it ended. */
  private void fetch(SiteLink link, Receiving receiving, ChunkStore.Intake intake)
      throws Failure, InterruptedException {
    try {
      fetch(link, receiving);
    } catch (Failure | InterruptedException e) {
      try {
        commit(intake);
      } catch (Failure second) {
        // Why it ended says more than that the end could not be kept. A failed session repeats
        // its failure.
        if (second != e) {
          e.addSuppressed(second);
        }
      }
      throw e;
    }
    commit(intake);
  }

  /** Each turn asks for something that was not asked for before, or waits while others ask. */
  private void fetch(SiteLink link, Receiving receiving) throws Failure, InterruptedException {
    SegmentStore segments = receiving.segments;
    while (!segments.open().isEmpty()) {
      long releases = inFlight.releases();
      BitSet mine = claim(segments);
      if (!mine.isEmpty()) {
        try {
          ask(link, segments, mine);
        } finally {
          inFlight.release(digests(segments, mine));
        }
      } else if (!segments.open().isEmpty() && !inFlight.awaitRelease(releases)) {
        throw stuck(receiving.record, segments);
      }
    }
  }

  /** Claims what is open and nobody asks for; what others have stored meanwhile is not open. */
  private BitSet claim(SegmentStore segments) {
    BitSet mine = new BitSet();
    int count = 0;
    BitSet open = segments.open();
    for (int ordinal = open.nextSetBit(0);
        ordinal >= 0 && count < InFlight.CLAIMED_MAX;
        ordinal = open.nextSetBit(ordinal + 1)) {
      Digest chunk = segments.manifest().chunks().get(ordinal).digest();
      if (library.holds(chunk)) {
        segments.brought(ordinal);
      } else if (inFlight.claim(chunk)) {
        // Who had it until now stored it before letting it go, so look again.
        if (library.holds(chunk)) {
          inFlight.release(List.of(chunk));
          segments.brought(ordinal);
        } else {
          mine.set(ordinal);
          count++;
        }
      }
    }
    return mine;
  }

  private static List<Digest> digests(SegmentStore segments, BitSet ordinals) {
    List<Frame.Chunk> chunks = segments.manifest().chunks();
    return ordinals.stream().mapToObj(ordinal -> chunks.get(ordinal).digest()).toList();
  }

  private void ask(SiteLink link, SegmentStore segments, BitSet ordinals)
      throws Failure, InterruptedException {
    segments.ask(ordinals);
    for (Ordinals part : Ordinals.of(ordinals).parts()) {
      LOG.debug("asks for chunks {} {}", segments.manifest().digest(), part.print());
      link.chunks(
          segments.manifest().digest(),
          part,
          segment -> {
            segments.accept(segment);
            inFlight.progressed();
            disk.reached("transfer.segment-stored");
          });
    }
    segments.answered();
  }

  private static Failure stuck(VersionRecord record, SegmentStore segments) {
    return Failure.temporary(
        Code.TRANSFER_INTERRUPTED,
        "receiving " + name(record),
        segments.open().cardinality()
            + " of its chunks are on their way with another version, of which nothing arrived for "
            + InFlight.STUCK_MAX.toSeconds()
            + " s",
        "nothing to do: it continues by itself");
  }

  private void commit(ChunkStore.Intake intake) throws Failure {
    intake.commit();
    disk.reached("transfer.chunks-durable");
  }

  private static BitSet wanted(Manifest manifest, ChunkStore.Intake intake) {
    BitSet missing = new BitSet();
    List<Frame.Chunk> chunks = manifest.chunks();
    for (int ordinal = 0; ordinal < chunks.size(); ordinal++) {
      // False as well for a digest seen at an earlier ordinal: equal chunks are asked for once.
      if (intake.claim(chunks.get(ordinal).digest())) {
        missing.set(ordinal);
      }
    }
    return missing;
  }

  /** Sets aside what the version may take at most, so that no other transfer counts on it. */
  private void reserve(VersionRecord record, long plainBytes, ChunkStore.Intake intake)
      throws Failure {
    long own = plainBytes + plainBytes / Frame.Chunk.BYTES_MAX * CHUNK_HEAD_BYTES;
    long needed = own + RESERVE_BYTES;
    long free = Math.min(disk.freeBytes(library.folder()), library.freeBytes());
    if (free < needed || !intake.reserve(own)) {
      throw Failure.temporary(
          Code.NO_SPACE,
          "receiving " + name(record) + " into the library " + library.folder(),
          "it may need " + needed + " bytes, " + free + " are free",
          "free " + (needed - free) + " bytes there; it then continues by itself");
    }
  }

  private static void requireAll(VersionRecord record, SegmentStore segments, SiteLink link)
      throws Failure {
    List<Integer> absent = segments.absent(NAMED_MAX);
    if (!absent.isEmpty()) {
      throw Failure.temporary(
          Code.CHUNK_NOT_HELD,
          "receiving " + name(record) + " from " + link.peer(),
          (segments.chunksWanted() - segments.chunksStored())
              + " of "
              + segments.chunksWanted()
              + " chunks were not sent, the first at "
              + absent
              + " of manifest "
              + record.manifest(),
          "nothing to do: they are asked for again when the parent has them");
    }
  }

  /** A chunk that was here from the start may have been found damaged by a reader meanwhile. */
  private void requireHeld(VersionRecord record, Manifest manifest) throws Failure {
    for (Frame.Chunk chunk : manifest.chunks()) {
      if (!library.holds(chunk.digest())) {
        throw Failure.temporary(
            Code.CONTENT_MISSING,
            "receiving " + name(record),
            "the library lost chunk " + chunk.digest() + " meanwhile: it was found damaged",
            "nothing to do: it is fetched again; check the library's disk");
      }
    }
  }

  private Manifest manifest(SiteLink link, VersionRecord record)
      throws Failure, InterruptedException {
    byte[] stored = heldManifest(record.manifest());
    if (stored.length == 0) {
      stored = link.manifest(record.manifest(), MANIFEST_BYTES_MAX);
      keepManifest(link, record, stored);
    }
    disk.reached("transfer.manifest-durable");
    return StoredManifest.chunksOnly(stored);
  }

  private void keepManifest(SiteLink link, VersionRecord record, byte[] stored) throws Failure {
    String what = "receiving manifest " + record.manifest() + " of " + name(record);
    if (stored.length == 0) {
      throw Violations.violation(what, link.peer() + " sent nothing");
    }
    try {
      library.putStoredDocument(record.manifest(), stored);
    } catch (Failure e) {
      if (e.code() != Code.CONTENT_CORRUPT) {
        throw e;
      }
      throw Violations.violation(what, link.peer() + " sent something else: " + e.why()).because(e);
    }
  }

  /** The held manifest as stored; empty if it is not here, or no longer whole. */
  private byte[] heldManifest(Digest digest) throws Failure {
    if (library.holdsDocument(digest)) {
      try {
        return library.storedDocument(digest);
      } catch (Failure e) {
        if (e.code() != Code.CONTENT_CORRUPT && e.code() != Code.CONTENT_MISSING) {
          throw e;
        }
      }
    }
    return new byte[0];
  }

  private static String name(VersionRecord record) {
    return record.subject().id() + " version " + record.version();
  }
}
