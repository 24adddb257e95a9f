package io.sluice.distributionpoint;

import io.sluice.content.ChunkStore;
import io.sluice.content.Disk;
import io.sluice.content.Stop;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.fidelity.Receipt;
import io.sluice.filesystem.EntryCapacity;
import io.sluice.filesystem.Platform;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.PackageId;
import io.sluice.parallel.Threads;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A folder, local or mounted, as a distribution point (docs/operations/distribution-points.md).
 *
 * <p>Crash points: {@code place.built} (tree durable beside), {@code place.verified} (read back),
 * {@code place.renamed} (at its final name), {@code place.recorded}, {@code place.current-renamed}
 * (readers get it until the power fails), {@code place.switched} (for good), {@code place.pruned}
 * (older versions gone).
 */
public final class FolderPlace implements Place {
  private final PlaceOwner owner;
  private final StreamPolicy policy;
  private final Platform platform;
  private final Disk disk;
  private final Stop stop;
  private final PlaceFiles files;
  private final Building building;
  private final CurrentVersion current;
  private final Materialiser materialiser;
  private final Verifier verifier;
  private final TreeRemoval removal;
  private final TreeMove move;
  private final Path folder;
  private final ReentrantLock busy = new ReentrantLock();

  /**
   * False after a build that failed other than by the place being away: it may have been a force,
   * behind which files can look whole that the disk does not have.
   */
  private boolean believesLeftovers = true;

  /**
   * A distribution point in this folder.
   *
   * @param owner kept in the folder; another distribution point's folder is refused
   * @param folder absolute; created with the first version if it is not there
   * @param policy what happens to streams the folder cannot hold
   * @param store where the content comes from
   */
  public FolderPlace(
      PlaceOwner owner, Path folder, StreamPolicy policy, Parts parts, ChunkStore store) {
    this.owner = owner;
    this.folder = folder;
    this.policy = policy;
    this.platform = parts.platform;
    this.disk = parts.disk;
    this.stop = new Stop("the distribution point " + owner.name());
    this.files = new PlaceFiles(disk, stop, folder);
    this.building = new Building(platform, disk, files.building());
    this.current = new CurrentVersion(platform, disk, files);
    this.materialiser = new Materialiser(platform, parts.threads, store, disk);
    this.verifier = new Verifier(platform, parts.threads, store);
    this.removal = new TreeRemoval(platform);
    this.move = new TreeMove(platform, disk, files);
  }

  /**
   * What stands where this folder, or one that is to hold it, should be and is no folder: a place
   * there could never be made. Empty if nothing does.
   */
  public static Optional<Path> obstacle(Path folder) {
    for (@Nullable Path at = folder; at != null; at = at.getParent()) {
      if (Files.isDirectory(at)) {
        return Optional.empty();
      }
      if (Files.exists(at, LinkOption.NOFOLLOW_LINKS)) {
        return Optional.of(at);
      }
    }
    return Optional.empty();
  }

  /** What every place of one machine shares. */
  public record Parts(Platform platform, Disk disk, Threads threads) {}

  @Override
  public String name() {
    return owner.name();
  }

  @Override
  public OptionalInt current(PackageId id) throws Failure {
    if (!files.isMarked() || !files.isOurs(id)) {
      return OptionalInt.empty();
    }
    return current.of(id);
  }

  @Override
  public Placed put(PackageId id, int version, Manifest manifest)
      throws Failure, InterruptedException {
    busy.lockInterruptibly();
    try {
      // After a failed force only another process, which has read what is there, may say yes.
      stop.require();
      prepare();
      Disk.Lock lock = lock();
      try {
        files.claim(owner);
        return putAlone(id, version, manifest);
      } finally {
        lock.close();
      }
    } finally {
      busy.unlock();
    }
  }

  /**
   * Reads a placed version back as a whole and tells every difference.
   *
   * @throws Failure NOT_FOUND if this version was not placed here
   */
  public List<Difference> verify(PackageId id, int version, Manifest manifest)
      throws Failure, InterruptedException {
    busy.lockInterruptibly();
    try {
      if (!files.isMarked() || files.placement(id, version).isEmpty()) {
        throw Failure.permanent(
            Code.NOT_FOUND,
            "verifying version " + version + " of " + id + " in " + folder,
            "it was not placed here",
            "place it first");
      }
      return differences(id, version, manifest, platform.entryCapacity(files.building()));
    } finally {
      busy.unlock();
    }
  }

  /**
   * A folder that cannot be used at all is told as a distribution point that is away. Temporary:
   * whoever mends it need not also tell Sluice.
   */
  private void prepare() throws Failure {
    Optional<Path> obstacle = obstacle(folder);
    if (obstacle.isPresent()) {
      throw unavailable(
          obstacle.get() + " is no folder",
          "move it away, or bring back what should be mounted there; Sluice tries again by itself");
    }
    try {
      files.prepare(owner);
    } catch (Failure e) {
      if (e.code() != Code.DISK_ERROR) {
        throw e;
      }
      throw unavailable(e.what() + ": " + e.why(), e.next() + "; Sluice tries again by itself")
          .because(e);
    }
  }

  private Failure unavailable(String why, String next) {
    return Failure.temporary(
        Code.PLACE_UNAVAILABLE,
        "using the distribution point " + owner.name() + " in " + folder,
        why,
        next);
  }

  private Disk.Lock lock() throws Failure {
    try {
      return disk.lock(files.lock());
    } catch (Failure e) {
      if (e.code() != Code.LIBRARY_IN_USE) {
        throw e;
      }
      throw unavailable(
              "another process is placing a version there",
              "wait for it; Sluice tries again by itself")
          .because(e);
    }
  }

  private Placed putAlone(PackageId id, int version, Manifest manifest)
      throws Failure, InterruptedException {
    files.claim(id);
    settleIntents();
    OptionalInt before = current.of(id);
    Optional<PlaceFiles.Placement> there = files.placement(id, version);
    Building.Work work = building.of(id, version, manifest);
    boolean begun = there.isEmpty() && believesLeftovers && work.isBegun();
    clearLeftovers(begun ? Optional.of(work.whole()) : Optional.empty());
    if (there.isPresent()) {
      if (!there.get().manifest().equals(manifest.digest())) {
        throw Failure.permanent(
            Code.ALREADY_EXISTS,
            "placing version " + version + " of " + id + " in " + folder,
            "this version is there with other content",
            "give the new content a version of its own");
      }
      boolean serving = before.isPresent() && before.getAsInt() == version;
      if (serving && isThere(id, version, there.get())) {
        files.forceServed(id);
        tidy();
        return there.get().placed();
      }
    }
    EntryCapacity capacity = platform.entryCapacity(files.building());
    boolean isServed = before.isPresent() && before.getAsInt() == version;
    if (there.isPresent()
        && !isServed
        && isThere(id, version, there.get())
        && differences(id, version, manifest, capacity).isEmpty()) {
      switchTo(id, version, before, capacity);
      return there.get().placed();
    }
    makeRoomFor(id, version, there.isPresent());
    Placed placed = build(work, capacity, begun);
    switchTo(id, version, before, capacity);
    return placed;
  }

  private boolean isThere(PackageId id, int version, PlaceFiles.Placement placement)
      throws Failure {
    return disk.exists(files.version(id, version))
        && (!placement.placed().hasSidecar() || disk.exists(files.sidecar(id, version)));
  }

  private List<Difference> differences(
      PackageId id, int version, Manifest manifest, EntryCapacity capacity)
      throws Failure, InterruptedException {
    Path sidecar = files.sidecar(id, version);
    return verifier.compare(
        manifest,
        files.version(id, version),
        disk.exists(sidecar) ? Optional.of(sidecar) : Optional.empty(),
        capacity);
  }

  /**
   * What else an interruption left is moved out of sight, not deleted: deleting much just before a
   * build makes ext4 create files many times slower.
   */
  private void clearLeftovers(Optional<Path> begun) throws Failure {
    for (String left : disk.list(files.building())) {
      Path there = files.building().resolve(left);
      if (begun.filter(there::equals).isEmpty()) {
        takeAway(there);
      }
    }
    believesLeftovers = true;
  }

  /**
   * What an interruption between the renaming and the record left: a version without a record is
   * ours if it was intended and its tree is no longer where it was built.
   */
  private void settleIntents() throws Failure {
    for (PlaceFiles.Numbered intent : files.intents()) {
      PackageId id = intent.id();
      int version = intent.version();
      if (files.placement(id, version).isEmpty()) {
        boolean renamed = !building.holds(id, version);
        if (renamed && disk.exists(files.version(id, version))) {
          takeAway(files.version(id, version));
        }
        if (disk.exists(files.sidecar(id, version))) {
          takeAway(files.sidecar(id, version));
        }
      }
      files.withdrawIntent(id, version);
    }
  }

  private void makeRoomFor(PackageId id, int version, boolean recorded) throws Failure {
    Path there = files.version(id, version);
    if (!recorded) {
      if (disk.exists(there)) {
        throw PlaceFiles.notOurs(there, "a folder of that name was there before");
      }
      return;
    }
    if (disk.exists(there)) {
      takeAway(there);
    }
    if (disk.exists(files.sidecar(id, version))) {
      takeAway(files.sidecar(id, version));
    }
    files.forget(id, version);
  }

  private void takeAway(Path folderOfOurs) throws Failure {
    move.makeMovable(folderOfOurs);
    files.takeAway(folderOfOurs);
  }

  private Placed build(Building.Work work, EntryCapacity capacity, boolean begun)
      throws Failure, InterruptedException {
    try {
      return begun ? buildIn(work, capacity, Leftovers.KEEP) : buildAnew(work, capacity);
    } catch (Failure e) {
      boolean mayHelp = e.code() == Code.NO_SPACE && !disk.list(files.removing()).isEmpty();
      believesLeftovers = e.code() == Code.PLACE_UNAVAILABLE;
      discard(work);
      if (!mayHelp) {
        throw e;
      }
    }
    try {
      return buildAnew(work, capacity);
    } catch (Failure e) {
      discard(work);
      throw e;
    }
  }

  private Placed buildAnew(Building.Work work, EntryCapacity capacity)
      throws Failure, InterruptedException {
    building.begin(work);
    return buildIn(work, capacity, Leftovers.NONE);
  }

  private Placed buildIn(Building.Work work, EntryCapacity capacity, Leftovers leftovers)
      throws Failure, InterruptedException {
    leftovers.makeReady(platform, work.tree());
    Materialiser.Target target =
        new Materialiser.Target(work.tree(), work.sidecar(), policy, capacity);
    Placed placed =
        materialiser.seededBy(served(work.id())).build(work.manifest(), target, leftovers);
    disk.reached("place.built");
    List<Difference> differences = verifier.compare(work.manifest(), target, placed);
    if (!differences.isEmpty() && leftovers == Leftovers.KEEP) {
      return buildIn(work, capacity, Leftovers.without(differences));
    }
    if (!differences.isEmpty()) {
      throw Failure.temporary(
              Code.PLACE_VERIFY_FAILED,
              "placing " + work + " in " + folder,
              "reading it back showed " + differences.size() + " differences",
              "check the disk; Sluice builds it anew by itself")
          .about(differences.stream().map(Difference::toString).toList());
    }
    disk.reached("place.verified");
    publish(work, placed);
    return placed;
  }

  /** Gives a version that was read back its name and its record. */
  private void publish(Building.Work work, Placed placed) throws Failure {
    PackageId id = work.id();
    int version = work.version();
    files.intend(id, version);
    if (placed.hasSidecar()) {
      files.createFolders(files.sidecars(id));
      disk.rename(work.sidecar(), files.sidecar(id, version));
      files.force(files.sidecars(id));
    }
    move.move(work.tree(), files.version(id, version));
    disk.reached("place.renamed");
    Manifest manifest = work.manifest();
    files.receipt(id, version, Receipt.ofPlace(manifest, folder.toString(), placed.remarks()));
    files.record(id, version, new PlaceFiles.Placement(manifest.digest(), placed));
    files.withdrawIntent(id, version);
    disk.reached("place.recorded");
    removal.remove(work.whole());
  }

  /** The version before holds most of the next one, on the same file system. */
  private List<Path> served(PackageId id) throws Failure {
    OptionalInt before = current.of(id);
    return before.isPresent() ? List.of(files.version(id, before.getAsInt())) : List.of();
  }

  private void discard(Building.Work work) throws Failure {
    if (disk.exists(work.tree())) {
      // It was never renamed, so that a folder of the version's name is not ours.
      files.withdrawIntent(work.id(), work.version());
    }
    if (disk.exists(work.whole())) {
      takeAway(work.whole());
    }
    emptyRemoving();
  }

  private void switchTo(PackageId id, int version, OptionalInt before, EntryCapacity capacity)
      throws Failure, InterruptedException {
    current.set(id, version, capacity.symlinks());
    disk.reached("place.switched");
    if (before.isEmpty() || before.getAsInt() != version) {
      prune(id, version, before);
    }
    tidy();
    disk.reached("place.pruned");
  }

  /** Deletes what was taken out of sight; nobody waits for it. */
  private void tidy() {
    try {
      emptyRemoving();
    } catch (Failure e) {
      // What cannot be deleted now, an open file on some file systems, is tried again next time.
      return;
    }
  }

  /** Removes the versions made here that are neither served nor were served just before. */
  private void prune(PackageId id, int version, OptionalInt before)
      throws Failure, InterruptedException {
    for (int old : files.versions(id)) {
      boolean kept = old == version || (before.isPresent() && old == before.getAsInt());
      if (!kept) {
        Path there = files.version(id, old);
        if (disk.exists(there)) {
          takeAway(there);
        }
        if (disk.exists(files.sidecar(id, old))) {
          takeAway(files.sidecar(id, old));
        }
        files.forget(id, old);
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
  }

  private void emptyRemoving() throws Failure {
    List<Failure> failures = new ArrayList<>();
    for (String left : disk.list(files.removing())) {
      try {
        removal.remove(files.removing().resolve(left));
      } catch (Failure e) {
        // One that cannot be deleted is not to keep the others.
        failures.add(e);
      }
    }
    if (!failures.isEmpty()) {
      throw failures.getFirst();
    }
  }
}
