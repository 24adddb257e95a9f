package io.sluice.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.content.Digest;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.PackageId;
import io.sluice.time.Backoff;
import io.sluice.trust.SettableClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutcomesTest {
  @TempDir Path root;

  private final SettableClock clock = new SettableClock(Instant.parse("2026-11-22T12:00:00Z"));

  /** Whoever asked before an update may be answered after it. */
  @Test
  void damageMetBeforeAnUpdateMendedItIsNotWrittenDownAfterIt() throws Exception {
    try (TestSite cen = new TestSite("CEN", Optional.empty(), root, clock)) {
      Path source = Files.createDirectories(root.resolve("source"));
      byte[] noise = new byte[300_000];
      new Random(5).nextBytes(noise);
      Files.write(source.resolve("f"), noise);
      PackageId id = cen.packages.create("Office", source.toString());
      cen.packages.update(id, false, bytes -> {});
      Digest manifest =
          cen.ledgers
              .read(h -> cen.ledgers.catalog().packages().newest(h, id))
              .orElseThrow()
              .manifest();
      Outcomes outcomes =
          new Outcomes(
              cen.ledgers,
              new Manifests(cen.library),
              new Pace(
                  clock, new Backoff(Duration.ofSeconds(5), Duration.ofHours(1)), new Random()));
      Failure met = Failure.temporary(Code.CONTENT_MISSING, "sending", "1 chunk missing", "");
      outcomes.damagedWhileServing(manifest, met);
      outcomes.failed(new Step.Place(id, 1, "shop"), manifest, met);
      assertThat(held(cen, id)).isTrue();

      WholeSiteTest.damage(cen);
      assertThat(cen.library.scrub()).isNotEmpty();
      outcomes =
          new Outcomes(
              cen.ledgers,
              new Manifests(cen.library),
              new Pace(
                  clock, new Backoff(Duration.ofSeconds(5), Duration.ofHours(1)), new Random()));
      outcomes.damagedWhileServing(manifest, met);
      assertThat(held(cen, id)).isFalse();
    }
  }

  private static boolean held(TestSite site, PackageId id) throws Failure {
    return site.ledgers
        .read(h -> site.ledgers.catalog().packages().newest(h, id))
        .orElseThrow()
        .held();
  }
}
