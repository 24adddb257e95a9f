package io.sluice.siteserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.Views;
import io.sluice.content.Digest;
import io.sluice.failure.Failure;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three sites in processes of their own, any of which is killed as by kill -9 at random moments, in
 * every phase of a distribution: the distribution completes by itself, and nothing that was stored
 * is sent again.
 */
class KillTest {
  private static final List<String> CODES = List.of("CEN", "WST", "STO");
  private static final int ROUNDS = 4;
  private static final int KILLS = 20;
  private static final Duration ROUND_MAX = Duration.ofMinutes(2);

  /**
   * What may be on its way besides what was stored when a connection breaks: one frame, one window.
   */
  private static final long FRAME_BYTES = 512 << 10;

  private static final long WINDOW_BYTES = 1 << 20;

  /**
   * A phase of a distribution: who does it, the step that shows it going on, and when it is over.
   */
  private enum Phase {
    CAPTURE("CEN", "reached content.frame-appended", "reached catalog.version-row-after", 40),
    FIRST_HOP("WST", "reached transfer.segment-stored", "reached distribution.fetched", 12),
    SECOND_HOP("STO", "reached transfer.segment-stored", "reached distribution.fetched", 12),
    PLACING("STO", "reached place.", "reached distribution.placed", 2);

    private final String site;
    private final String sign;
    private final String end;
    private final int signsMax;

    Phase(String site, String sign, String end, int signsMax) {
      this.site = site;
      this.sign = sign;
      this.end = end;
      this.signsMax = signsMax;
    }
  }

  private static final List<Phase> KILLED_IN =
      List.of(Phase.CAPTURE, Phase.FIRST_HOP, Phase.FIRST_HOP, Phase.SECOND_HOP, Phase.PLACING);

  @TempDir private Path folder;

  private final long seed = Long.getLong("sluice.seed", System.nanoTime());
  private final SplittableRandom random = new SplittableRandom(seed);
  private final List<String> kills = new ArrayList<>();

  @Test
  void completesAfterTwentyKillsAndSendsNothingTwice() throws Exception {
    System.out.println("KillTest seed " + seed);
    TrickySource source = new TrickySource(folder.resolve("source"), seed);
    source.make(24, 12);
    Path point = folder.resolve("point");
    try (Hierarchy sites = Hierarchy.of(folder, CODES.toArray(String[]::new))) {
      sites.play(
          () -> {
            sites.site("STO").addPlace(point);
            String id = sites.site("CEN").offer("tricky", source.root(), "STO");
            for (int version = 1; version <= ROUNDS; version++) {
              if (version > 1) {
                source.addNoise("added-" + version, 8);
              }
              Digest manifest = distribute(sites, id, version);
              assertThat(Hierarchy.differences(source.root(), point, id, manifest)).isEmpty();
            }
            assertThat(kills).hasSize(KILLS);
            for (String code : CODES.reversed()) {
              sites.site(code).stop();
            }
            requireNothingSentTwice(sites);
          });
    } finally {
      kills.forEach(System.out::println);
    }
  }

  /** Captures and distributes a version while sites are killed; its manifest's digest. */
  private Digest distribute(Hierarchy sites, String id, int version) throws Exception {
    CompletableFuture<Digest> captured =
        CompletableFuture.supplyAsync(() -> capture(sites, id, version));
    for (Phase phase : KILLED_IN) {
      Hierarchy.Site worker = sites.site(phase.site);
      int ends = worker.logged(phase.end) + (phase == Phase.CAPTURE ? 1 : 0);
      awaitMoment(sites, phase, id, version);
      String victim = CODES.get(random.nextInt(CODES.size()));
      sites.site(victim).kill();
      kills.add("version " + version + ", in " + phase + " (" + ends + "): killed " + victim);
      sites.site(victim).start();
    }
    Digest manifest = captured.join();
    sites.until(
        "version " + version + " is placed",
        ROUND_MAX,
        () -> sites.site("STO").hasPlaced(id, version));
    return manifest;
  }

  /** Waits for a random moment of a phase, or for its end if that comes first. */
  private void awaitMoment(Hierarchy sites, Phase phase, String id, int version) throws Exception {
    Hierarchy.Site worker = sites.site(phase.site);
    int target = worker.logged(phase.sign) + 1 + random.nextInt(phase.signsMax);
    sites.until(
        phase + " of version " + version,
        ROUND_MAX,
        () -> worker.logged(phase.sign) >= target || isOver(phase, worker, id, version));
  }

  private static boolean isOver(Phase phase, Hierarchy.Site worker, String id, int version)
      throws IOException {
    return switch (phase) {
      case CAPTURE -> worker.logged(phase.end) >= version;
      case FIRST_HOP, SECOND_HOP -> worker.logged("fetched version " + version + " of " + id) > 0;
      case PLACING -> worker.logged("placed version " + version + " of " + id) > 0;
    };
  }

  /** Asks for a capture until there is an answer: the site may be killed meanwhile. */
  private static Digest capture(Hierarchy sites, String id, int version) {
    while (true) {
      try {
        Views.VersionView made = sites.site("CEN").capture(id);
        assertThat(made.version()).isEqualTo(version);
        return Digest.parse(made.capture().digest());
      } catch (Failure e) {
        if (!e.isTemporary()) {
          throw new IllegalStateException(e);
        }
        pause();
      } catch (IOException e) {
        pause();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void requireNothingSentTwice(Hierarchy sites) throws Exception {
    List<TransferLog> logs =
        Stream.of("CEN", "WST", "STO")
            .map(
                code -> {
                  try {
                    return TransferLog.of(sites.site(code));
                  } catch (Exception e) {
                    throw new IllegalStateException(e);
                  }
                })
            .toList();
    for (int hop = 1; hop < logs.size(); hop++) {
      TransferLog child = logs.get(hop);
      String parent = CODES.get(hop - 1);
      assertThat(child.requests()).isGreaterThanOrEqualTo(ROUNDS);
      assertThat(child.chunksStored()).isGreaterThan(100);
      assertThat(child.askedAgain()).as("asked for again at " + CODES.get(hop)).isEmpty();
      String killedParent = "killed " + parent;
      String killedChild = "killed " + CODES.get(hop);
      long cuts =
          kills.stream()
              .filter(kill -> kill.endsWith(killedParent) || kill.endsWith(killedChild))
              .count();
      long sent = logs.get(hop - 1).sentBytes();
      System.out.printf(
          "%s -> %s: %d requests, %d chunks, %d bytes stored, %d bytes sent, %d cuts%n",
          parent,
          CODES.get(hop),
          child.requests(),
          child.chunksStored(),
          child.storedBytes(),
          sent,
          cuts);
      assertThat(sent)
          .as("bytes " + parent + " sent")
          .isLessThanOrEqualTo(child.storedBytes() + cuts * (FRAME_BYTES + WINDOW_BYTES));
    }
  }
}
