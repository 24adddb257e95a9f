package io.sluice.capture;

import io.sluice.content.ChunkStore;
import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.content.Library;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.fidelity.Receipt;
import io.sluice.fidelity.Receipts;
import io.sluice.filesystem.Platform;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.ManifestWriter;
import io.sluice.parallel.Threads;
import io.sluice.time.Clock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Captures a folder: its chunks into the library, its manifest as a document and as a value. When a
 * call returns, both are durable; when it fails, no manifest was stored. May be called from several
 * threads at once, for different sources best.
 */
public final class Capture {
  /** How often a source that changes under the reader is read, in all. */
  public static final int ATTEMPTS_MAX = 4;

  /** The wait before a changed source is looked at again. */
  public static final Duration CHANGED_PAUSE = Duration.ofMillis(200);

  /** Free space below this, or below the bytes to be read if they are fewer, is too little. */
  public static final long FREE_BYTES_MIN = 64L << 20;

  /** No source shrinks to less than one part in this many. */
  public static final int SHRINK_MAX = 100;

  private final Platform platform;
  private final Threads threads;
  private final Library library;
  private final Clock clock;
  private final Receipts receipts;

  public Capture(Platform platform, Threads threads, Library library, Clock clock) {
    this.platform = platform;
    this.threads = threads;
    this.library = library;
    this.clock = clock;
    this.receipts = new Receipts(library.disk(), library.folder());
  }

  /**
   * Captures a source folder.
   *
   * <p>What is seen and cannot be kept (special files, foreign attributes) is listed in {@link
   * Captured#receipt}; everything else is in the manifest, or the capture fails.
   *
   * @throws Failure each listing all entries concerned: SOURCE_MISSING, SOURCE_EMPTY,
   *     SOURCE_OVERLAPS, SOURCE_UNREADABLE, STREAM_UNREADABLE, NAME_UNSUPPORTED, SOURCE_CHANGED
   *     (temporary), MANIFEST_TOO_LARGE; NO_SPACE, DISK_ERROR, CONTENT_MISSING (temporary) from the
   *     library
   */
  public Captured capture(Path source, Options options) throws Failure, InterruptedException {
    List<Path> forbidden = new ArrayList<>(options.forbidden());
    forbidden.add(library.folder());
    Path root = source(platform, source, forbidden);
    ScanCache cache = new ScanCache(library, library.disk());
    Digest listing = ScanCache.listing(options.keep());
    Optional<ScanMemory> memory = options.readEverything() ? Optional.empty() : cache.find(root);
    boolean tells = memory.isPresent() && platform.tellsEveryChange(root, library.folder());
    if (tells && memory.get().listing().equals(listing)) {
      Optional<Captured> same = unchanged(root, memory.get());
      if (same.isPresent()) {
        return same.get();
      }
    }
    Walk.Source from = new Walk.Source(platform, root, options.keep(), tells);
    try (ChunkStore.Intake intake = library.intake()) {
      Previous previous =
          memory.flatMap(known -> cache.previous(known, listing, intake)).orElseGet(Previous::none);
      Read read = read(from, previous, options, intake);
      boolean isTraced = memory.flatMap(ScanMemory::trace).isPresent();
      if (!read.isPrevious || (read.scan.isSettled() && !isTraced)) {
        cache.store(root, read.memory(listing));
      }
      return read.captured;
    }
  }

  /**
   * What a look at each entry says of a source that was captured before; empty if anything is not
   * as it was, or that cannot be told so quickly.
   */
  private Optional<Captured> unchanged(Path root, ScanMemory memory) throws Failure {
    Optional<Trace> trace = memory.trace();
    if (trace.isEmpty() || !isSound(memory.manifest()) || !trace.get().isHeld(library)) {
      return Optional.empty();
    }
    Optional<Receipt> receipt = receipts.find(memory.manifest(), trace.get().receipt());
    // It may have been forgotten meanwhile; if it was not, its chunks are all still held.
    boolean same =
        receipt.isPresent()
            && trace.get().isStill(platform, root, memory.states())
            && library.holdsDocument(memory.manifest());
    if (!same) {
      return Optional.empty();
    }
    Totals totals = new Totals(memory.states().size(), receipt.get().has().streams(), 0, 0);
    return Optional.of(new Captured(memory.manifest(), totals, receipt.get()));
  }

  /** True if a manifest is held as it was stored. */
  private boolean isSound(Digest manifest) {
    try {
      return library.holdsDocument(manifest) && library.storedDocument(manifest).length > 0;
    } catch (Failure damaged) {
      return false;
    }
  }

  /**
   * Captures what the platform shows at a path that is no folder of this machine, such as what an
   * archive holds: it overlaps nothing, and nothing is remembered of it.
   */
  public Captured captureOnce(Path root, Options options) throws Failure, InterruptedException {
    Walk.Source from = new Walk.Source(platform, root, options.keep(), false);
    try (ChunkStore.Intake intake = library.intake()) {
      return read(from, Previous.none(), options, intake).captured;
    }
  }

  /**
   * What was captured.
   *
   * @param isPrevious true if it is what the capture before saw
   * @param receipt the digest of its document
   */
  private record Read(
      Scan scan, List<Frame.Chunk> chunks, boolean isPrevious, Digest receipt, Captured captured) {
    ScanMemory memory(Digest listing) {
      return new ScanMemory(scan.begun(), captured.manifest(), listing, scan.states(), trace());
    }

    private Optional<Trace> trace() {
      if (!scan.isSettled() || chunks.size() > ScanMemory.CHUNKS_MAX) {
        return Optional.empty();
      }
      List<Digest> digests = chunks.stream().map(Frame.Chunk::digest).toList();
      return PathList.of(scan.entries()).map(paths -> new Trace(receipt, digests, paths));
    }
  }

  private Read read(Walk.Source from, Previous previous, Options options, ChunkStore.Intake intake)
      throws Failure, InterruptedException {
    try (Press press = new Press(threads, intake)) {
      Settled settled = settle(from, previous, intake, press, options);
      intake.commit();
      requireHeld(from.root(), settled.chunks);
      library.disk().reached("capture.chunks-durable");
      Optional<Digest> before = settled.isPrevious ? previous.manifest() : Optional.empty();
      // It may have been forgotten meanwhile.
      boolean isThere = before.isPresent() && library.holdsDocument(before.get());
      Digest digest = isThere ? before.get() : putManifest(settled);
      library.disk().reached("capture.manifest-durable");
      Manifest whole = new Manifest(digest, settled.scan.entries(), settled.chunks);
      Receipt receipt = Receipt.ofCapture(whole, settled.scan.remarks());
      Digest document = receipts.put(receipt);
      Totals totals =
          new Totals(
              whole.entries().size(),
              receipt.has().streams(),
              settled.bytesRead,
              intake.storedBytes());
      Captured captured = new Captured(digest, totals, receipt);
      return new Read(settled.scan, settled.chunks, settled.isPrevious, document, captured);
    }
  }

  private Digest putManifest(Settled settled) throws Failure {
    return library.putDocument(
        out -> ManifestWriter.write(settled.scan.entries(), settled.chunks, out));
  }

  /**
   * Where a source really is. To be asked before a library is made that may lie in it.
   *
   * @param forbidden folders that may not be in the source, nor it in them
   * @throws Failure SOURCE_MISSING, SOURCE_UNREADABLE, SOURCE_OVERLAPS
   */
  public static Path source(Platform platform, Path source, List<Path> forbidden) throws Failure {
    return new SourceFolder(platform).find(source, forbidden);
  }

  /**
   * A source at rest.
   *
   * @param isPrevious true if it is what the capture before saw, to the last byte
   */
  private record Settled(Scan scan, List<Frame.Chunk> chunks, long bytesRead, boolean isPrevious) {}

  /**
   * Scans and reads until nothing changes meanwhile; each attempt reuses what the last one read.
   */
  private Settled settle(
      Walk.Source source, Previous first, ChunkStore.Intake intake, Press press, Options options)
      throws Failure, InterruptedException {
    Path root = source.root();
    Previous previous = first;
    long bytesRead = 0;
    for (int attempt = 1; ; attempt++) {
      Problems problems = new Problems(root);
      Scan scan = Walk.scan(source, previous, clock.now(), problems, threads);
      if (attempt == 1 && problems.areNone() && scan.comparison().isSame()) {
        return new Settled(scan, first.chunks(), 0, true);
      }
      Spans spans = Spans.of(scan.entries());
      try (ContentReader reader = new ContentReader(source, scan, spans, problems)) {
        if (problems.arePermanent()) {
          reader.findAll(0);
          throw problems.failure();
        }
        if (!problems.isChanged()) {
          requireSomething(root, scan);
          Reuse reuse = Reuse.of(scan, spans, previous);
          reserve(root, reuse.bytesNew(), intake);
          long before = bytesRead;
          LongConsumer told = bytes -> options.progress().accept(before + bytes);
          List<Frame.Chunk> chunks = new Pass(spans, reuse, reader, press, told).run(threads);
          bytesRead += reader.bytesRead();
          if (!problems.isChanged()) {
            return new Settled(scan, chunks, bytesRead, false);
          }
          previous = scan.asPrevious(chunks, reader.changed());
        }
      }
      if (attempt == ATTEMPTS_MAX) {
        throw problems.failure();
      }
      clock.sleep(CHANGED_PAUSE);
    }
  }

  /** A chunk taken over may have been found damaged by another reader meanwhile. */
  private void requireHeld(Path root, List<Frame.Chunk> chunks) throws Failure {
    for (Frame.Chunk chunk : chunks) {
      if (!library.holds(chunk.digest())) {
        throw Failure.temporary(
            Code.CONTENT_MISSING,
            "capturing " + root,
            "the library lost chunk " + chunk.digest() + " meanwhile: it was found damaged",
            "capture again: the source is then read anew; check the library's disk");
      }
    }
  }

  private static void requireSomething(Path root, Scan scan) throws Failure {
    if (scan.entries().size() == 1 && scan.entries().getFirst().streams().isEmpty()) {
      String why =
          scan.remarks().size() == 0
              ? "there is nothing in it"
              : "there is nothing in it that can be captured";
      throw Failure.permanent(
              Code.SOURCE_EMPTY,
              "capturing " + root,
              why,
              "check the path, and whether what should be there is mounted")
          .about(scan.remarks().text());
    }
  }

  /**
   * Refuses what clearly cannot fit, what others have set aside left out, and sets the least it
   * takes aside; what nearly fits is found out by writing.
   */
  private void reserve(Path root, long bytesNew, ChunkStore.Intake intake) throws Failure {
    long wanted = Math.max(Math.min(bytesNew, FREE_BYTES_MIN), bytesNew / SHRINK_MAX);
    if (!intake.reserve(wanted)) {
      throw Failure.temporary(
          Code.NO_SPACE,
          "capturing " + root + " into the library " + library.folder(),
          library.freeBytes() + " bytes are free, " + bytesNew + " are to be read",
          "make room on the library's file system, or raise the library's quota");
    }
  }
}
