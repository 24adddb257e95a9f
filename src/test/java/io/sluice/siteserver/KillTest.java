package io.sluice.siteserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.Views;
import io.sluice.content.Digest;
import io.sluice.failure.Failure;
import io.sluice.transfer.HttpSiteLink;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three sites in processes of their own, any of which is killed as by kill -9 at random moments, in
 * every phase of a distribution and while they start again: the distribution completes by itself,
 * nothing that was stored is sent again, and of what was on its way when a transfer broke no more
 * than one largest segment is.
 */
class KillTest {
  private static final List<String> CODES = List.of("CEN", "WST", "STO");
  private static final int ROUNDS = 4;
  private static final int KILLS = 20;
  private static final Duration ROUND_MAX = Duration.ofMinutes(2);

  /** How many transfers must have been going on when a site was killed, for the test to count. */
  private static final int BROKEN_MIN = 4;

  /** Within about so long a site starts; some are killed before. */
  private static final int START_MILLIS = 1_500;

  /**
   * A phase of a distribution: who does it, the step that shows it going on, and who is killed in
   * it: in a transfer one of its ends, else anybody.
   */
  private enum Phase {
    CAPTURE("CEN", "reached content.frame-appended", 40),
    FIRST_HOP("WST", "reached transfer.segment-stored", 12),
    SECOND_HOP("STO", "reached transfer.segment-stored", 12),
    PLACING("STO", "reached place.", 2);

    private final String site;
    private final String sign;
    private final int signsMax;

    Phase(String site, String sign, int signsMax) {
      this.site = site;
      this.sign = sign;
      this.signsMax = signsMax;
    }

    private List<String> victims() {
      return switch (this) {
        case CAPTURE, PLACING -> CODES;
        case FIRST_HOP -> List.of("CEN", "WST");
        case SECOND_HOP -> List.of("WST", "STO");
      };
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
            assertThat(kills).hasSize(KILLS + ROUNDS);
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
      awaitMoment(sites, phase, id, version);
      String victim = phase.victims().get(random.nextInt(phase.victims().size()));
      kill(sites.site(victim), "in " + phase + " of version " + version);
      if (phase == Phase.PLACING) {
        sites.site(victim).launch(Map.of());
        Thread.sleep(random.nextInt(START_MILLIS));
        kill(sites.site(victim), "while it starts");
      }
      sites.site(victim).start();
    }
    Digest manifest = captured.join();
    sites.until(
        "version " + version + " is placed",
        ROUND_MAX,
        () -> sites.site("STO").hasPlaced(id, version));
    return manifest;
  }

  private void kill(Hierarchy.Site victim, String when) {
    victim.kill();
    kills.add("killed " + victim.code() + " " + when);
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
      case CAPTURE -> worker.logged("reached catalog.version-row-after") >= version;
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

  private static void requireNothingSentTwice(Hierarchy sites) throws Exception {
    List<TransferLog> logs = new ArrayList<>();
    for (String code : CODES) {
      logs.add(TransferLog.of(sites.site(code)));
    }
    int broken = 0;
    for (int hop = 1; hop < logs.size(); hop++) {
      TransferLog child = logs.get(hop);
      String name = CODES.get(hop - 1) + " -> " + CODES.get(hop);
      List<TransferLog.Answer> answers = child.answers(logs.get(hop - 1));
      assertThat(answers.stream().filter(answer -> answer.request().isWhole()).count())
          .isGreaterThanOrEqualTo(ROUNDS);
      assertThat(child.chunksStored()).isGreaterThan(100);
      assertThat(child.askedAgain()).as("asked for again " + name).isEmpty();
      for (TransferLog.Answer answer : answers) {
        System.out.printf(
            "%s: %d bytes stored, %d in vain%s%n",
            name,
            answer.request().storedBytes(),
            answer.bytesInVain(),
            answer.isBroken() ? ", broken" : "");
        assertThat(answer.bytesInVain())
            .as("sent in vain " + name + " for " + answer)
            .isLessThanOrEqualTo(answer.request().isWhole() ? 0 : HttpSiteLink.UNSTORED_BYTES_MAX);
        broken += answer.isBroken() ? 1 : 0;
      }
    }
    assertThat(broken)
        .as("transfers that were going on when killed")
        .isGreaterThanOrEqualTo(BROKEN_MIN);
  }
}
