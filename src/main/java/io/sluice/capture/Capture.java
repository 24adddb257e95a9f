package io.sluice.capture;

import io.sluice.capture.ScanCache.Remembered;
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

  public Capture(Platform platform, Threads threads, Library library, Clock clock) {
    this.platform = platform;
    this.threads = threads;
    this.library = library;
    this.clock = clock;
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
    try (ChunkStore.Intake intake = library.intake()) {
      Optional<Remembered> before =
          options.readEverything() ? Optional.empty() : cache.load(root, listing, intake);
      boolean tells = before.isPresent() && platform.tellsEveryChange(root, library.folder());
      Walk.Source from = new Walk.Source(platform, root, options.keep(), tells);
      Read read = read(from, before, options, intake);
      if (!read.isPrevious) {
        cache.store(root, read.scan, read.captured.manifest().digest(), listing);
      }
      return read.captured;
    }
  }

  /**
   * Captures what the platform shows at a path that is no folder of this machine, such as what an
   * archive holds: it overlaps nothing, and nothing is remembered of it.
   */
  public Captured captureOnce(Path root, Options options) throws Failure, InterruptedException {
    Walk.Source from = new Walk.Source(platform, root, options.keep(), false);
    try (ChunkStore.Intake intake = library.intake()) {
      return read(from, Optional.empty(), options, intake).captured;
    }
  }

  /**
   * What was captured, and what the scan cache remembers of it.
   *
   * @param isPrevious true if the scan cache knows it already
   */
  private record Read(Scan scan, boolean isPrevious, Captured captured) {}

  private Read read(
      Walk.Source from, Optional<Remembered> before, Options options, ChunkStore.Intake intake)
      throws Failure, InterruptedException {
    Previous previous = before.map(Remembered::previous).orElseGet(Previous::none);
    try (Press press = new Press(threads, intake)) {
      Settled settled = settle(from, previous, intake, press, options);
      intake.commit();
      requireHeld(from.root(), settled.chunks);
      library.disk().reached("capture.chunks-durable");
      boolean same = before.isPresent() && settled.isPrevious;
      // It may have been forgotten meanwhile.
      boolean isThere = same && library.holdsDocument(before.get().manifest());
      Digest digest = isThere ? before.get().manifest() : putManifest(settled);
      library.disk().reached("capture.manifest-durable");
      Manifest manifest = new Manifest(digest, settled.scan.entries(), settled.chunks);
      Receipt receipt = Receipt.ofCapture(manifest, settled.scan.remarks());
      new Receipts(library.disk(), library.folder()).put(receipt);
      Totals totals =
          new Totals(
              manifest.entries().size(),
              receipt.has().streams(),
              settled.bytesRead,
              intake.storedBytes());
      return new Read(settled.scan, same, new Captured(manifest, totals, receipt));
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
