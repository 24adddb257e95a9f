package io.sluice.content;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.parallel.OsThreads;
import io.sluice.parallel.Threads;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The content library of a site: a folder of packs and documents (docs/formats/data-folder.md),
 * held by one process at a time. Safe from any thread.
 *
 * <p>It opens and reads whatever is damaged in it; what is damaged is not held, and so is fetched
 * again. After a failed force it reads on and refuses to write until it is opened anew.
 */
public final class Library implements ChunkStore, AutoCloseable {
  /** The most plain bytes a document may have: what one Java array holds. */
  public static final long DOCUMENT_BYTES_MAX = Documents.BYTES_MAX;

  private final Parts parts;
  private final Threads threads;
  private final PackIntake.Sizes sizes;
  private final Disk.Lock lock;
  private final FrameCache cache = new FrameCache();
  private final CodecPool codecs = new CodecPool();
  private final List<Failure> problems = new CopyOnWriteArrayList<>();
  private final IndexKeeper indexKeeper;
  private final boolean readsOnly;
  private final ReentrantLock upkeep = new ReentrantLock();

  /** What a library is made of. */
  record Parts(
      LibraryFiles files,
      Packs packs,
      LibraryIndex index,
      Quarantine quarantine,
      Documents documents,
      Leases leases) {}

  /**
   * How much a library holds.
   *
   * @param packs sealed and open
   * @param frameBytes bytes of frames in packs, headers included
   * @param chunks how many are held
   * @param documents how many are held
   * @param documentBytes stored bytes of documents
   */
  public record Stats(
      long packs, long frameBytes, long chunks, long documents, long documentBytes) {}

  private Library(Parts parts, Threads threads, PackIntake.Sizes sizes, Disk.Lock lock) {
    this.parts = parts;
    this.threads = threads;
    this.sizes = sizes;
    this.lock = lock;
    this.readsOnly = sizes.equals(PackIntake.Sizes.READING);
    this.indexKeeper = new IndexKeeper(parts, threads, sizes.indexed(), this::note);
  }

  /** Opens the library in a folder with real threads. */
  public static Library open(Disk disk, Path folder) throws Failure {
    return open(disk, folder, new OsThreads());
  }

  /**
   * Opens the library in a folder, making it if the folder is missing or empty. Packs that a
   * stopped process left open are sealed.
   *
   * @param threads where packs are forced and the index is merged in the background, and {@link
   *     #check} reads
   * @throws Failure LIBRARY_IN_USE; LIBRARY_TOO_NEW or LIBRARY_TOO_OLD; LIBRARY_MISSING if the
   *     folder holds something else; CONTENT_CORRUPT if FORMAT is damaged; or what the disk says
   */
  public static Library open(Disk disk, Path folder, Threads threads) throws Failure {
    return open(disk, folder, threads, PackIntake.Sizes.NORMAL);
  }

  /**
   * Opens a library that is there to read from it, beside whoever has it open for writing: takes no
   * lock, changes nothing. It shows what was there when it was opened, wherever that is moved.
   *
   * @throws Failure LIBRARY_TOO_NEW or LIBRARY_TOO_OLD, LIBRARY_MISSING, CONTENT_CORRUPT if FORMAT
   *     is damaged, or what the disk says
   */
  public static Library openForReading(Disk disk, Path folder) throws Failure {
    if (!disk.exists(folder.resolve(LibraryFiles.FORMAT))) {
      throw Failure.permanent(
          Code.LIBRARY_MISSING,
          "opening the content library " + folder,
          "the folder is not a library",
          "name the folder of one");
    }
    return open(new ReadingDisk(disk), folder, new OsThreads(), PackIntake.Sizes.READING);
  }

  static Library open(Disk disk, Path folder, Threads threads, PackIntake.Sizes sizes)
      throws Failure {
    Path absolute = folder.toAbsolutePath().normalize();
    disk.createFolders(absolute);
    Disk.Lock lock = disk.lock(absolute.resolve(LibraryFiles.LOCK));
    Library opened = null;
    try {
      LibraryFiles files = new LibraryFiles(disk, absolute, new Stop("the content library"));
      files.prepare();
      LibraryIndex index = new LibraryIndex(files);
      Packs packs = new Packs(files, index);
      Quarantine quarantine = new Quarantine(files);
      Documents documents = new Documents(files);
      Leases leases = new Leases(index);
      Parts parts = new Parts(files, packs, index, quarantine, documents, leases);
      opened = new Library(parts, threads, sizes, lock).load();
      return opened;
    } finally {
      if (opened == null) {
        lock.close();
      }
    }
  }

  private Library load() throws Failure {
    parts.quarantine().load().ifPresent(problems::add);
    parts.documents().load();
    new LibraryStart(parts, codecs, problems).load();
    parts.files().space().load().ifPresent(problems::add);
    // Last: should opening fail, no thread is left behind.
    indexKeeper.wish();
    return this;
  }

  /** Where the library is. */
  public Path folder() {
    return parts.files().folder();
  }

  /** The disk the library is on, for what others keep in its folder. */
  public Disk disk() {
    return parts.files().disk();
  }

  /** What was found wrong at opening, and damage that could not be noted; not {@link #check}. */
  public List<Failure> problems() {
    return List.copyOf(problems);
  }

  @Override
  public boolean holds(Digest chunk) {
    return parts.index().find(chunk) != ChunkIndex.ABSENT;
  }

  @Override
  public Optional<Place> place(Digest chunk) {
    long place = parts.index().find(chunk);
    return place == ChunkIndex.ABSENT
        ? Optional.empty()
        : Optional.of(new Place(FramePlace.pack(place), FramePlace.offset(place)));
  }

  @Override
  public int read(Digest chunk, byte[] into, int at) throws Failure {
    FrameCache.Target target = new FrameCache.Target(into, at);
    while (true) {
      long place = parts.index().find(chunk);
      if (place == ChunkIndex.ABSENT) {
        throw Failure.permanent(
            Code.CONTENT_MISSING,
            "reading chunk " + chunk,
            "the library does not hold it",
            "capture it again, or fetch it from the parent");
      }
      try {
        return read(place, chunk, target);
      } catch (Failure e) {
        // A copy that is damaged or gone is not held any more; another may be sound.
        long next = parts.index().find(chunk);
        if (next == place || next == ChunkIndex.ABSENT) {
          throw e;
        }
      }
    }
  }

  private int read(long place, Digest chunk, FrameCache.Target target) throws Failure {
    int length;
    try {
      length =
          cache.read(
              place,
              chunk,
              target,
              plain ->
                  codecs.use(
                      codec -> {
                        Frame frame = loaded(place);
                        codec.decodeUnverified(frame, plain, 0);
                        return frame.chunks();
                      }));
    } catch (Failure e) {
      throw e.code() == Code.CONTENT_CORRUPT ? damaged(place, e.why()).because(e) : e;
    }
    if (length == FrameCache.DAMAGED) {
      throw damaged(place, "chunk " + chunk + " does not match its digest");
    }
    return length;
  }

  @Override
  public Frame frame(Place place) throws Failure {
    long packed = FramePlace.of(place.pack(), place.offset());
    try {
      return loaded(packed);
    } catch (Failure e) {
      throw e.code() == Code.CONTENT_CORRUPT ? damaged(packed, e.why()).because(e) : e;
    }
  }

  @Override
  public Intake intake() throws Failure {
    parts.files().stop().require();
    parts.files().space().load().ifPresent(this::note);
    return new PackIntake(parts, threads, sizes, parts.leases().open(), indexKeeper::wish);
  }

  /** A session of a collection, which leases nothing. */
  PackIntake unheededIntake() {
    return new PackIntake(parts, threads, sizes, parts.leases().unheeded(), indexKeeper::wish);
  }

  Parts parts() {
    return parts;
  }

  /** What the library may take. */
  public Limits limits() {
    return parts.files().space().limits();
  }

  /**
   * Sets what the library may take from now on, durable on return. What is there already stays.
   *
   * @throws Failure NO_SPACE or DISK_ERROR
   */
  public void limit(Limits limits) throws Failure {
    parts.files().space().limit(limits);
  }

  /** Bytes that may be stored now, by limits, disk and what sessions set aside; at least 0. */
  public long freeBytes() throws Failure {
    return parts.files().space().free();
  }

  /** Bytes that count towards the quota; 0 if there is none. */
  public long usedBytes() {
    return parts.files().space().used();
  }

  /** Something that looks at, or changes, what packs there are. */
  @FunctionalInterface
  interface Upkeep<T> {
    T run() throws Failure, InterruptedException;
  }

  /** Runs while nobody else moves packs. */
  <T> T alone(Upkeep<T> upkeep) throws Failure, InterruptedException {
    this.upkeep.lockInterruptibly();
    try {
      return upkeep.run();
    } finally {
      this.upkeep.unlock();
    }
  }

  /** A frame whose chunks were compared with their digests. */
  Frame verifiedFrame(Place place) throws Failure {
    Frame frame = frame(place);
    try {
      codecs.use(codec -> codec.decode(frame));
      return frame;
    } catch (Failure e) {
      throw damaged(FramePlace.of(place.pack(), place.offset()), e);
    }
  }

  /**
   * Does nothing while the library takes content.
   *
   * @throws Failure DISK_ERROR, permanent, if a failed force has stopped it: this process must end,
   *     and only one that has read what is really there may go on
   */
  public void requireWritable() throws Failure {
    parts.files().stop().require();
  }

  /** Whether a document is here, and durable. */
  public boolean holdsDocument(Digest document) {
    return parts.documents().holds(document);
  }

  /**
   * Stores a document, durable on return, and returns the digest of its plain bytes.
   *
   * @throws Failure NO_SPACE or DISK_ERROR
   */
  public Digest putDocument(byte[] plain) throws Failure {
    return parts.documents().put(plain);
  }

  /** Writes a document's plain bytes, at most {@link #DOCUMENT_BYTES_MAX}, in pieces. */
  @FunctionalInterface
  public interface Writing {
    void to(OutputStream plain) throws IOException, Failure;
  }

  /**
   * Stores a document that is never whole in memory but as it is stored; otherwise like {@link
   * #putDocument(byte[])}.
   */
  public Digest putDocument(Writing writing) throws Failure {
    return parts.documents().put(writing);
  }

  /**
   * Stores a document as it was encoded elsewhere, exactly one zstd frame, durable on return.
   *
   * @throws Failure CONTENT_CORRUPT if it does not decode to bytes of this digest; NO_SPACE or
   *     DISK_ERROR
   */
  public void putStoredDocument(Digest document, byte[] stored) throws Failure {
    parts.documents().putStored(document, stored);
  }

  /**
   * A document's plain bytes, compared with its digest.
   *
   * @throws Failure CONTENT_MISSING, CONTENT_CORRUPT (it is then no longer held),
   *     MANIFEST_TOO_LARGE if it has more than {@code plainMax} bytes, or DISK_ERROR
   */
  public byte[] document(Digest document, long plainMax) throws Failure {
    return parts.documents().plain(document, plainMax);
  }

  /** A document as it is stored, one zstd frame, verified; fails as one read whole. */
  public byte[] storedDocument(Digest document) throws Failure {
    return parts.documents().stored(document);
  }

  /**
   * The document whose digest begins with these digits, at least 12.
   *
   * @throws Failure NOT_FOUND, AMBIGUOUS, or USAGE if these are no such digits
   */
  public Digest resolveDocument(String hexPrefix) throws Failure {
    return parts.documents().resolve(hexPrefix);
  }

  /** All documents held, in order. */
  public List<Digest> documents() {
    return parts.documents().all();
  }

  public Stats stats() throws Failure {
    return new Stats(
        parts.packs().count(),
        parts.packs().frameBytes(),
        parts.index().size(),
        parts.documents().all().size(),
        parts.documents().bytes());
  }

  /**
   * Reads the structure: every pack's footer and index, every frame's head and chunk table, every
   * document whole. Of frames' stored bytes it reads nothing; {@link #scrub} does.
   *
   * @return all problems, at most 10,000 and a last one that says how many more; empty if all is
   *     well. Frames in quarantine are none
   */
  public List<Failure> check() throws Failure, InterruptedException {
    return alone(() -> new LibraryCheck(parts, codecs, LibraryCheck::headOnly).all(threads));
  }

  /**
   * Reads everything: every frame is decoded and every chunk and document compared with its digest.
   * What is found damaged is no longer held, so that it is captured or fetched again.
   *
   * @return as {@link #check} does; a frame that goes to quarantine now is told this once
   */
  public List<Failure> scrub() throws Failure, InterruptedException {
    return alone(
        () -> new LibraryCheck(parts, codecs, LibraryCheck.wholeFrame(this::damaged)).all(threads));
  }

  /** Says which chunks are needed: those of every manifest that counts. */
  @FunctionalInterface
  public interface Roots {
    /**
     * Names every needed chunk at least once.
     *
     * @throws Failure if it is not known which chunks are needed, such as when a manifest cannot be
     *     read
     */
    void visit(Consumer<Frame.Chunk> needed) throws Failure, InterruptedException;
  }

  /** How much is held, and how much of it is needed; reads frames' heads. */
  public Usage usage(Roots roots) throws Failure, InterruptedException {
    Marks marks = new Marks();
    roots.visit(marks);
    return alone(() -> Usage.of(PackSurvey.all(parts, marks::contains), marks));
  }

  /**
   * Seals what is open and lets the folder go, when what the background has begun is done. Sessions
   * are closed before.
   */
  @Override
  public void close() throws Failure {
    try (lock;
        codecs) {
      try {
        indexKeeper.close();
      } finally {
        parts.packs().close();
      }
    }
  }

  /** Reads a frame; CONTENT_CORRUPT is not acted on yet. */
  private Frame loaded(long place) throws Failure {
    try {
      return frameAt(place);
    } catch (Failure e) {
      if (e.code() != Code.CONTENT_MISSING) {
        throw e;
      }
      if (readsOnly && isThereAfterAll(place)) {
        return frameAt(place);
      }
      parts.packs().forget(FramePlace.pack(place));
      throw e;
    }
  }

  private Frame frameAt(long place) throws Failure {
    return parts
        .packs()
        .frame(place)
        .orElseThrow(() -> PackFormat.corrupt(file(place), "the frame's bytes are damaged"));
  }

  /**
   * Another process has sealed the pack, which is there by a new name; or has copied what is needed
   * of it into new ones, which are held from now on.
   */
  private boolean isThereAfterAll(long place) throws Failure {
    new LibraryStart(parts, codecs, problems).loadNew();
    return disk().exists(file(place));
  }

  private Failure damaged(long place, String why) {
    return damaged(
        place, PackFormat.corrupt(file(place), "at byte " + FramePlace.offset(place) + ": " + why));
  }

  /** Quarantines the frame and answers the failure that says why. */
  private Failure damaged(long place, Failure why) {
    try {
      quarantine(place);
    } catch (Failure e) {
      // Not remembered on the disk: after a restart the damage is found again by reading.
      why.addSuppressed(e);
      note(e);
    }
    return why;
  }

  /** Notes a problem, each once. */
  private void note(Failure problem) {
    if (problems.stream().noneMatch(each -> each.text().equals(problem.text()))) {
      problems.add(problem);
    }
  }

  private Path file(long place) {
    return parts.packs().file(FramePlace.pack(place));
  }

  /** The frame's chunks are no longer held, at once, and after a restart. */
  private void quarantine(long place) throws Failure {
    parts.index().removeIf(each -> each == place);
    parts.quarantine().add(place);
  }
}
