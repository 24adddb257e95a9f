package io.sluice.transfer;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.sluice.content.ChunkStore;
import io.sluice.content.Digest;
import io.sluice.content.Disk;
import io.sluice.content.Frame;
import io.sluice.content.Library;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.Entry;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.ManifestReader;
import io.sluice.trust.TrustedVersion;
import io.sluice.trust.VersionRecord;
import java.io.ByteArrayInputStream;
import java.io.IOException;
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
 * received at once, the same one by one thread at a time.
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

  private static final int WINDOW_LOG_MAX = 23;

  private static final Logger LOG = LoggerFactory.getLogger(Receiver.class);

  private final Library library;
  private final Disk disk;
  private final Set<Receiving> active = ConcurrentHashMap.newKeySet();

  /**
   * @param disk the one the library lies on: free space is asked of it
   */
  public Receiver(Library library, Disk disk) {
    this.library = library;
    this.disk = disk;
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
   *     chunks; DISK_ERROR
   */
  public Received receive(SiteLink link, TrustedVersion version)
      throws Failure, InterruptedException {
    VersionRecord record = version.record();
    Manifest manifest = manifest(link, record);
    Receiving receiving = null;
    try (ChunkStore.Intake intake = library.intake()) {
      Ordinals wanted = wanted(manifest, intake);
      try (SegmentStore segments = new SegmentStore(manifest, wanted, intake, link.peer())) {
        receiving = new Receiving(record, segments);
        active.add(receiving);
        if (!wanted.isEmpty()) {
          requireSpace(record, segments.plainBytesWanted());
        }
        fetch(link, segments, wanted, intake);
        requireAll(record, segments, link);
        return new Received(
            manifest, segments.chunksStored(), segments.plainBytesStored(), segments.storedBytes());
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
  private void fetch(
      SiteLink link, SegmentStore segments, Ordinals wanted, ChunkStore.Intake intake)
      throws Failure, InterruptedException {
    try {
      for (Ordinals part : wanted.parts()) {
        LOG.debug("asks for chunks {} {}", segments.manifest().digest(), part.print());
        link.chunks(
            segments.manifest().digest(),
            part,
            segment -> {
              segments.accept(segment);
              disk.reached("transfer.segment-stored");
            });
      }
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

  private void commit(ChunkStore.Intake intake) throws Failure {
    intake.commit();
    disk.reached("transfer.chunks-durable");
  }

  private Ordinals wanted(Manifest manifest, ChunkStore.Intake intake) {
    BitSet missing = new BitSet();
    List<Frame.Chunk> chunks = manifest.chunks();
    for (int ordinal = 0; ordinal < chunks.size(); ordinal++) {
      // False as well for a digest seen at an earlier ordinal: equal chunks are asked for once.
      if (intake.claim(chunks.get(ordinal).digest())) {
        missing.set(ordinal);
      }
    }
    return Ordinals.of(missing);
  }

  private void requireSpace(VersionRecord record, long plainBytes) throws Failure {
    long needed =
        plainBytes + plainBytes / Frame.Chunk.BYTES_MAX * CHUNK_HEAD_BYTES + RESERVE_BYTES;
    long free = disk.freeBytes(library.folder());
    if (free < needed) {
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

  private Manifest manifest(SiteLink link, VersionRecord record)
      throws Failure, InterruptedException {
    byte[] stored = heldManifest(record.manifest());
    if (stored.length == 0) {
      stored = link.manifest(record.manifest(), MANIFEST_BYTES_MAX);
      keepManifest(link, record, stored);
    }
    disk.reached("transfer.manifest-durable");
    return parse(stored);
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

  /** Parses a manifest whose digest was compared; never holds its plain bytes at once. */
  private static Manifest parse(byte[] stored) throws Failure {
    List<Entry> entries = new ArrayList<>();
    List<Frame.Chunk> chunks = new ArrayList<>();
    ManifestReader.Visitor collector =
        new ManifestReader.Visitor() {
          @Override
          public void entry(Entry entry) {
            entries.add(entry);
          }

          @Override
          public void chunk(Frame.Chunk chunk) {
            chunks.add(chunk);
          }
        };
    try (ZstdInputStreamNoFinalizer plain =
        new ZstdInputStreamNoFinalizer(new ByteArrayInputStream(stored))) {
      plain.setLongMax(WINDOW_LOG_MAX);
      Digest digest = ManifestReader.read(plain, collector);
      return new Manifest(digest, entries, chunks);
    } catch (IOException e) {
      throw new IllegalStateException("a verified document does not decode", e);
    }
  }

  private static String name(VersionRecord record) {
    return record.subject().id() + " version " + record.version();
  }
}
