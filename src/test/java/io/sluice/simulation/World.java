package io.sluice.simulation;

import io.sluice.capture.MemoryPlatform;
import io.sluice.catalog.VersionRow;
import io.sluice.content.Digest;
import io.sluice.content.Library;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Platform;
import io.sluice.manifest.PackageId;
import io.sluice.transfer.AssignmentList;
import io.sluice.trust.GoldenKeys;
import io.sluice.trust.Signatures;
import io.sluice.trust.SigningKey;
import io.sluice.trust.TrustedKeys;
import io.sluice.trust.VersionRecord;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * What all sites of a run share: time, chance, weather, sources, what was published, what happened.
 */
final class World {
  private final SplittableRandom random;
  private final Timeline timeline;
  private final Tally tally = new Tally();
  private final Weather weather;
  private final MemoryPlatform platform;
  private final SigningKey key;
  private final SigningKey foreignKey;
  private final SecureRandom secrets;
  private final Path sourceRoot;
  private final Published published = new Published();
  private final Map<PackageId, SimulatedSource> sources = new HashMap<>();
  private final List<Runnable> listeners = new ArrayList<>();
  private final List<String> log = new ArrayList<>();

  /**
   * @param sourceRoot where sources seem to be
   * @param after done after every event
   */
  World(long seed, Path sourceRoot, Timeline.Deed after) throws Failure {
    this.random = new SplittableRandom(seed);
    this.timeline = new Timeline(after);
    this.weather = new Weather(random.split(), tally);
    this.sourceRoot = sourceRoot;
    this.platform = new MemoryPlatform(sourceRoot);
    this.key = GoldenKeys.signing();
    this.secrets = secrets(seed);
    this.foreignKey = SigningKey.generate(secrets);
  }

  private static SecureRandom secrets(long seed) {
    try {
      SecureRandom random = SecureRandom.getInstance("SHA1PRNG");
      random.setSeed(seed);
      return random;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA1PRNG", e);
    }
  }

  /** Randomness for keys, as repeatable as the rest. */
  SecureRandom secrets() {
    return secrets;
  }

  /** A generator of its own for everybody who asks. */
  SplittableRandom random() {
    return random;
  }

  Timeline timeline() {
    return timeline;
  }

  /** What has gone wrong. */
  Tally tally() {
    return tally;
  }

  Weather weather() {
    return weather;
  }

  Platform platform() {
    return platform;
  }

  /** The one key that may sign. */
  SigningKey key() {
    return key;
  }

  Published published() {
    return published;
  }

  Path sourceRoot() {
    return sourceRoot;
  }

  SimulatedSource source(Path folder, Optional<SimulatedSource> like) {
    return new SimulatedSource(folder, platform, random.split(), like);
  }

  /** Says which source a package is captured from. */
  void captures(PackageId id, SimulatedSource source) {
    sources.put(id, source);
  }

  /** A version has appeared in the central site's catalog. */
  void publish(VersionRow row, Library library) throws Failure {
    published.learn(row, library, sources.get(row.id()).content());
    log("published version " + row.version() + " of " + row.id() + " " + row.manifest());
    listeners.forEach(Runnable::run);
  }

  /** Of one of these packages a version nobody made, and an earlier one, if there is one. */
  List<AssignmentList.Assignment> forged(List<AssignmentList.Assignment> all) throws Failure {
    if (all.isEmpty()) {
      return List.of();
    }
    AssignmentList.Assignment some = all.get(weather.below(all.size()));
    VersionRecord record =
        Signatures.verify(
                some.signedRecord(), TrustedKeys.none().with(Simulation.CENTRAL, key.publicKey()))
            .record();
    List<AssignmentList.Assignment> forged = new ArrayList<>();
    VersionRecord wrong =
        new VersionRecord(
            record.subject(),
            record.version() + 1,
            Digest.of(some.signedRecord()),
            record.origin(),
            record.epoch(),
            record.sequence() + 1);
    forged.add(
        new AssignmentList.Assignment(Signatures.sign(wrong, foreignKey).signed(), some.sites()));
    published
        .version(record.subject().id(), record.version() - 1)
        .ifPresent(
            old -> forged.add(new AssignmentList.Assignment(old.row().signed(), some.sites())));
    return forged;
  }

  /** To be told of every version that is published. */
  void onPublish(Runnable listener) {
    listeners.add(listener);
  }

  void log(String line) {
    log.add(timeline.now() / 1_000_000 + " ms: " + line);
  }

  List<String> lines() {
    return log;
  }

  /** Names everything that has happened, in order. */
  Digest fingerprint() {
    return Digest.of(String.join("\n", log).getBytes(StandardCharsets.UTF_8));
  }
}
