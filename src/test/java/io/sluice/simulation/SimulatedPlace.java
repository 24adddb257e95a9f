package io.sluice.simulation;

import io.sluice.content.ChunkStore;
import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.distributionpoint.Place;
import io.sluice.distributionpoint.Placed;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.Entry;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.PackageId;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * A distribution point that keeps each version as its content sequence in memory: built beside,
 * read back, switched in one step, the one before kept.
 *
 * <p>Faults: it can be away or full for a while, or fail at random; it can keep a wrong byte, which
 * reading back finds; the site's process can die before and after every chunk, before the switch
 * and after it. What was half built is then gone. It never shows anything but a version that was
 * whole.
 *
 * <p>The real {@link io.sluice.distributionpoint.FolderPlace} does not run here: it works on a host
 * file system through {@code java.nio.file} and {@code filesystem.Platform}, with links, modes and
 * streams, which {@link io.sluice.content.MemoryDisk} has not. So this stands in for it and is
 * whole by construction: the simulation tests when places are filled, what the ledgers say of it
 * and what happens after a place fails. That nothing half-built is ever shown, that the switch is
 * atomic, durable and resumed after a death at any of its steps is tested by FolderPlaceTest,
 * CrashPointTest and KillTest.
 */
final class SimulatedPlace implements Place {
  private final String name;
  private final Folder folder;
  private final Life life;
  private final ChunkStore store;
  private final Weather weather;
  private final Timeline timeline;

  /** What is on its disk; outlives the processes that write there. */
  static final class Folder {
    private final Map<PackageId, TreeMap<Integer, Kept>> versions = new TreeMap<>();
    private final Map<PackageId, Integer> current = new HashMap<>();
    private boolean away;
    private boolean full;
    private long changes;

    void away(boolean isAway) {
      away = isAway;
    }

    void full(boolean isFull) {
      full = isFull;
    }

    /** Rises with everything that is done here. */
    long changes() {
      return changes;
    }

    /** The version readers get, 0 for none. */
    int version(PackageId id) {
      return current.getOrDefault(id, 0);
    }

    /** What readers get: each package's version and content. */
    Map<PackageId, Shown> shown() {
      Map<PackageId, Shown> shown = new TreeMap<>();
      current.forEach(
          (id, version) -> {
            Kept kept = versions.get(id).get(version);
            shown.put(id, new Shown(version, kept.manifest, Digest.of(kept.content)));
          });
      return shown;
    }
  }

  private record Kept(Digest manifest, byte[] content) {}

  /** A version that is served, and the digest of its content sequence as read now. */
  record Shown(int version, Digest manifest, Digest content) {}

  SimulatedPlace(String name, Folder folder, Life life, ChunkStore store, Surroundings around) {
    this.name = name;
    this.folder = folder;
    this.life = life;
    this.store = store;
    this.weather = around.weather();
    this.timeline = around.timeline();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public OptionalInt current(PackageId id) throws Failure {
    requireThere("asking");
    Integer version = folder.current.get(id);
    return version == null ? OptionalInt.empty() : OptionalInt.of(version);
  }

  @Override
  public Placed put(PackageId id, int version, Manifest manifest)
      throws Failure, InterruptedException {
    requireThere("placing version " + version + " of " + id + " on");
    TreeMap<Integer, Kept> versions = folder.versions.computeIfAbsent(id, each -> new TreeMap<>());
    Kept there = versions.get(version);
    if (there != null && !there.manifest.equals(manifest.digest())) {
      throw Failure.permanent(
          Code.ALREADY_EXISTS, "placing " + id, "it is there with other content", "another number");
    }
    Kept built = there != null ? there : build(manifest);
    verify(built, manifest);
    life.step("place.verified");
    int before = folder.current.getOrDefault(id, version);
    folder.changes++;
    versions.put(version, built);
    folder.current.put(id, version);
    life.step("place.switched");
    versions.keySet().removeIf(old -> old != version && old != before);
    return new Placed(named(manifest), 0, built.content.length);
  }

  private static long named(Manifest manifest) {
    return manifest.entries().stream()
        .mapToLong(entry -> entry instanceof Entry.HardLink ? 0 : entry.streams().size())
        .sum();
  }

  private Kept build(Manifest manifest) throws Failure, InterruptedException {
    int length = manifest.chunks().stream().mapToInt(Frame.Chunk::length).sum();
    byte[] content = new byte[length];
    int at = 0;
    for (Frame.Chunk chunk : manifest.chunks()) {
      at += store.read(chunk.digest(), content, at);
      timeline.pass(weather.delay().dividedBy(16));
      requireThere("writing to");
      if (folder.full) {
        throw Failure.temporary(
            Code.NO_SPACE, "writing to " + name, "it is full", "make room on it");
      }
    }
    if (at > 0 && weather.strikes(Weather.Fault.PLACE_DAMAGES)) {
      content[weather.below(at)] ^= 1;
    }
    return new Kept(manifest.digest(), content);
  }

  /** Compares what is kept with the manifest, chunk by chunk. */
  private void verify(Kept kept, Manifest manifest) throws Failure {
    int at = 0;
    for (Frame.Chunk chunk : manifest.chunks()) {
      if (!Digest.of(kept.content, at, chunk.length()).equals(chunk.digest())) {
        throw Failure.temporary(
            Code.PLACE_VERIFY_FAILED,
            "reading back what was written to " + name,
            "at byte " + at + " it is different",
            "check its disk");
      }
      at += chunk.length();
    }
  }

  private void requireThere(String doing) throws Failure {
    life.step(doing + " " + name);
    if (folder.away || weather.strikes(Weather.Fault.PLACE_FAILS)) {
      throw Failure.temporary(
          Code.PLACE_UNAVAILABLE, doing + " " + name, "it is away", "nothing: it is tried again");
    }
  }
}
