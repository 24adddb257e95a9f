package io.sluice.siteserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.Views;
import io.sluice.content.Digest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A parent that goes away while a child receives from it. */
class ParentAwayTest {
  private static final Duration WAIT_MAX = Duration.ofSeconds(90);

  /** How much of the package arrives before the parent goes. */
  private static final int BEFORE_BYTES = 4 << 20;

  @TempDir private Path folder;

  @Test
  void theChildSaysSoShowsNothingHalfAndCompletesWhenTheParentIsBack() throws Exception {
    TrickySource source = new TrickySource(folder.resolve("source"), 17);
    source.make(14, 1);
    Path point = folder.resolve("point");
    try (Hierarchy sites = Hierarchy.of(folder, "CEN");
        SlowLine line = new SlowLine(sites.site("CEN").address(), BEFORE_BYTES)) {
      sites.play(
          () -> {
            Hierarchy.Site parent = sites.site("CEN");
            String token = parent.invite("STO", line.address());
            Hierarchy.Site child = sites.found("STO", folder.resolve("STO"), Optional.of(token));
            child.start();
            child.addPlace(point);
            String id = parent.offer("tricky", source.root(), "STO");
            Views.VersionView made = parent.capture(id);
            sites.until(
                "a part has come",
                WAIT_MAX,
                () -> line.isHolding() && child.logged("reached transfer.segment-stored") > 0);
            parent.kill();
            line.open();
            sites.until(
                "the child's status says that its parent is away",
                WAIT_MAX,
                () -> child.status().matches("(?s).*SLU-60[13] (PARENT|TRANSFER).*next:.*"));
            assertThat(child.status()).contains("parent CEN").doesNotContain("placed");
            assertThat(point.resolve(id)).doesNotExist();
            assertThat(child.logged("fetched version 1")).isZero();
            parent.start();
            sites.until("it is placed", WAIT_MAX, () -> child.hasPlaced(id, 1));
            // The transfer may have tried again before the next question for assignments.
            sites.until(
                "no trouble is shown any more", WAIT_MAX, () -> !child.status().contains("SLU-60"));
            Digest manifest = Digest.parse(made.capture().digest());
            assertThat(Hierarchy.differences(source.root(), point, id, manifest)).isEmpty();
            child.stop();
            TransferLog log = TransferLog.of(child);
            assertThat(log.requests()).isGreaterThan(1);
            assertThat(log.askedAgain()).as("asked for again").isEmpty();
          });
    }
  }
}
