package io.sluice.content;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Which chunk lies where: what was stored lately in memory, the rest in runs on the disk
 * (docs/formats/index.md). Runs are derived from packs: losing them costs time, and none is
 * believed of a pack other than the one it was made from. Safe from any thread.
 */
final class LibraryIndex {
  /** Two neighbouring runs are merged when the older one is not so many times as long. */
  static final int GROWTH = 4;

  private static final String ENDING = ".run";

  private final LibraryFiles files;
  private final ChunkIndex recent = new ChunkIndex();

  /** Oldest first. */
  private volatile List<IndexRun> runs = List.of();

  /** Places that runs list and that do not count any more. */
  private final Set<Long> gone = ConcurrentHashMap.newKeySet();

  private final AtomicLong lastRun = new AtomicLong();

  /** How many chunks are in memory that could not go to a run, when that was tried last. */
  private volatile long stuck;

  LibraryIndex(LibraryFiles files) {
    this.files = files;
  }

  /** The chunk's place, or {@link ChunkIndex#ABSENT}. */
  long find(Digest digest) {
    long place = recent.find(digest);
    // What moved from memory to a run since then is in the runs seen now.
    List<IndexRun> all = runs;
    for (int i = all.size() - 1; i >= 0 && place == ChunkIndex.ABSENT; i--) {
      place = all.get(i).find(digest, each -> !gone.contains(each));
    }
    return place;
  }

  /** Adds a place of a chunk. */
  void add(Digest digest, long place) {
    recent.add(digest, place);
  }

  /** Forgets all places that fit, and chunks that have no other. Looks at every one. */
  synchronized void removeIf(LongPredicate place) {
    for (IndexRun run : runs) {
      for (long i = 0; i < run.entries(); i++) {
        if (place.test(run.place(i))) {
          gone.add(run.place(i));
        }
      }
    }
    recent.removeIf(place);
  }

  /** Forgets all places in packs that are gone, and keeps nothing of them in memory. */
  synchronized void forget(Set<Long> packs) {
    runs.forEach(run -> packs.forEach(run::disbelieve));
    LongPredicate isThere = place -> packs.contains(FramePlace.pack(place));
    gone.removeIf(isThere::test);
    recent.removeIf(isThere);
  }

  /** How many places are remembered because a run lists them and they do not count. */
  int goneSize() {
    return gone.size();
  }

  /** Whether at least so many chunks are in memory, and most of them since the last time. */
  boolean isDue(long chunks) {
    return recent.size() >= Math.max(chunks, 2 * stuck);
  }

  /** How many chunks are here. Looks at every one that is in a run. */
  long size() {
    long sum = recent.size();
    List<IndexRun> all = runs;
    for (int i = 0; i < all.size(); i++) {
      IndexRun run = all.get(i);
      for (long entry = 0; entry < run.entries(); entry++) {
        Digest digest = run.digest(entry);
        boolean isFirst = entry == 0 || !run.digest(entry - 1).equals(digest);
        if (isFirst
            && recent.find(digest) == ChunkIndex.ABSENT
            && run.find(digest, each -> !gone.contains(each)) != ChunkIndex.ABSENT
            && !isIn(all.subList(0, i), digest)) {
          sum++;
        }
      }
    }
    return sum;
  }

  private boolean isIn(List<IndexRun> some, Digest digest) {
    return some.stream()
        .anyMatch(run -> run.find(digest, each -> !gone.contains(each)) != ChunkIndex.ABSENT);
  }

  /** Opens the runs that are there; answers what is wrong with the others, which are not used. */
  synchronized List<Failure> load() throws Failure {
    List<Failure> problems = new ArrayList<>();
    List<IndexRun> sound = new ArrayList<>();
    for (String name : files.disk().list(folder())) {
      Path file = folder().resolve(name);
      Optional<Long> number = PackNames.number(name, ENDING);
      if (number.isPresent()) {
        lastRun.accumulateAndGet(number.get(), Math::max);
        try {
          sound.add(IndexRun.open(files.disk(), file, PackFormat.Versions.NOW));
        } catch (Failure e) {
          problems.add(e);
          if (e.code() == Code.CONTENT_CORRUPT) {
            // It is derived, and made anew.
            files.disk().delete(file);
          }
        }
      }
    }
    runs = List.copyOf(sound);
    return problems;
  }

  /** The newest run that lists a pack of this number. */
  Optional<IndexRun> runOf(long pack) {
    return runs.reversed().stream().filter(run -> run.lists(pack)).findFirst();
  }

  /** Packs whose chunks a run lists. */
  Set<Long> covered() {
    Set<Long> packs = new HashSet<>();
    for (IndexRun run : runs) {
      run.packs().stream().map(IndexRun.PackSeal::number).filter(run::believes).forEach(packs::add);
    }
    return packs;
  }

  /** Says that a place that runs may list does not count. */
  void exclude(long place) {
    gone.add(place);
  }

  /** All that is wrong with the runs in use. */
  List<Failure> check() {
    List<Failure> problems = new ArrayList<>();
    for (IndexRun run : runs) {
      try {
        IndexRun.open(files.disk(), run.file(), PackFormat.Versions.NOW);
      } catch (Failure e) {
        // Its file may be gone because it was merged with another.
        if (runs.contains(run)) {
          problems.add(e);
        }
      }
    }
    return problems;
  }

  /**
   * Moves what is in memory of these packs to a run. By one thread at a time, that which merges.
   *
   * @param sealed packs to whose indexes nothing is added any more, and how many entries each has
   */
  synchronized void settle(Map<IndexRun.PackSeal, Integer> sealed) throws Failure {
    Set<Long> covered = covered();
    Map<Long, IndexRun.PackSeal> wanted = new TreeMap<>();
    sealed.keySet().stream()
        .filter(seal -> !covered.contains(seal.number()))
        .forEach(seal -> wanted.put(seal.number(), seal));
    if (!wanted.isEmpty()) {
      Set<Long> whole = dump(wanted, sealed);
      recent.removeIf(place -> whole.contains(FramePlace.pack(place)));
    }
    stuck = recent.size();
  }

  /** Writes a run of what memory holds of these packs; answers of which that is everything. */
  private Set<Long> dump(
      Map<Long, IndexRun.PackSeal> wanted, Map<IndexRun.PackSeal, Integer> sealed) throws Failure {
    Set<Long> whole = new HashSet<>();
    IndexRun run =
        publish(
            writing -> {
              Map<Long, Integer> counts = new HashMap<>();
              for (int shard = 0; shard < ChunkIndex.SHARDS; shard++) {
                Places places = recent.places(shard);
                for (int entry : places.order()) {
                  long place = places.place(entry);
                  long pack = FramePlace.pack(place);
                  if (wanted.containsKey(pack)) {
                    writing.entry(places.digest(entry), place);
                    counts.merge(pack, 1, Integer::sum);
                  }
                }
              }
              // A pack some of whose frames do not count, at the moment or for good, stays in
              // memory: the run would say that it has no others.
              List<IndexRun.PackSeal> seals =
                  wanted.values().stream()
                      .filter(seal -> isWhole(sealed.get(seal), counts.get(seal.number())))
                      .toList();
              seals.forEach(seal -> whole.add(seal.number()));
              writing.end(seals);
            });
    whole.forEach(run::believe);
    List<IndexRun> more = new ArrayList<>(runs);
    more.add(run);
    runs = List.copyOf(more);
    return whole;
  }

  private static boolean isWhole(@Nullable Integer entries, @Nullable Integer written) {
    return entries != null && entries.equals(written);
  }

  /**
   * Merges the two newest runs if they have become too many; false if they have not. Everything
   * else goes on meanwhile: a place that ceases to count is remembered apart from the runs, and a
   * pack that is forgotten is not believed of any run any more.
   */
  boolean mergeOnce() throws Failure {
    List<IndexRun> all = new ArrayList<>(runs);
    if (all.size() < 2) {
      return false;
    }
    IndexRun newer = all.removeLast();
    IndexRun older = all.removeLast();
    if (older.entries() >= GROWTH * newer.entries()) {
      return false;
    }
    IndexRun merged =
        publish(
            writing -> {
              merge(older, newer, writing);
              // Asked now: of a pack that was forgotten meanwhile some entries may be missing.
              writing.end(believed(older, newer));
            });
    replace(older, newer, merged);
    files.disk().delete(older.file());
    files.disk().delete(newer.file());
    return true;
  }

  private static List<IndexRun.PackSeal> believed(IndexRun older, IndexRun newer) {
    List<IndexRun.PackSeal> seals = new ArrayList<>();
    for (IndexRun run : List.of(older, newer)) {
      run.packs().stream().filter(seal -> run.believes(seal.number())).forEach(seals::add);
    }
    return seals;
  }

  /** Of packs forgotten since the merged run was written nothing is believed either. */
  private synchronized void replace(IndexRun older, IndexRun newer, IndexRun merged) {
    believed(older, newer).forEach(seal -> merged.believe(seal.number()));
    List<IndexRun> all = new ArrayList<>(runs);
    all.removeAll(List.of(older, newer));
    all.add(merged);
    runs = List.copyOf(all);
  }

  private static void merge(IndexRun one, IndexRun other, IndexRun.Writing writing) throws Failure {
    long i = 0;
    long j = 0;
    while (i < one.entries() || j < other.entries()) {
      boolean isOne = j == other.entries() || (i < one.entries() && isBefore(one, i, other, j));
      IndexRun from = isOne ? one : other;
      long entry = isOne ? i++ : j++;
      if (from.isBelieved(entry)) {
        writing.entry(from.digest(entry), from.place(entry));
      }
    }
  }

  private static boolean isBefore(IndexRun one, long i, IndexRun other, long j) {
    int byDigest = one.digest(i).compareTo(other.digest(j));
    return byDigest != 0 ? byDigest < 0 : one.place(i) < other.place(j);
  }

  /** Writes a run's entries and its end. */
  @FunctionalInterface
  private interface Content {
    void write(IndexRun.Writing writing) throws Failure;
  }

  private IndexRun publish(Content content) throws Failure {
    files.stop().createFolders(files.disk(), folder());
    Path file = folder().resolve(HexFormat.of().toHexDigits(lastRun.incrementAndGet()) + ENDING);
    files.publish(writer -> content.write(new IndexRun.Writing(writer)), file, "content.index");
    return IndexRun.open(files.disk(), file, PackFormat.Versions.NOW);
  }

  private Path folder() {
    return files.folder().resolve("index");
  }
}
