package io.sluice.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.content.Digest;
import io.sluice.content.HostDisk;
import io.sluice.database.Database;
import io.sluice.database.InMemory;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.PackageId;
import io.sluice.site.SiteCode;
import io.sluice.status.Event;
import io.sluice.time.Backoff;
import io.sluice.transfer.AssignmentList;
import io.sluice.transfer.Ordinals;
import io.sluice.transfer.SiteLink;
import io.sluice.trust.SettableClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FactCourierTest {
  private final SettableClock clock = new SettableClock(Instant.parse("2026-11-22T12:00:00Z"));
  private final Ear ear = new Ear();
  private InMemory memory;
  private Ledgers ledgers;
  private FactCourier courier;

  /** A parent that listens, and refuses batches with a word it does not like. */
  private static final class Ear implements SiteLink {
    final List<String> lines = new ArrayList<>();
    String disliked = "nothing";
    int calls;
    boolean away;

    @Override
    public void tell(byte[] factLines) throws Failure {
      calls++;
      if (away) {
        throw Failure.temporary(Code.PARENT_UNREACHABLE, "telling", "away", "wait");
      }
      String text = new String(factLines, StandardCharsets.UTF_8);
      if (text.contains(disliked)) {
        throw Failure.permanent(Code.PROTOCOL_VIOLATION, "telling", "disliked", "upgrade");
      }
      text.lines().forEach(lines::add);
    }

    @Override
    public AssignmentList assignments(String known, Duration most) {
      throw new IllegalStateException("not asked here");
    }

    @Override
    public byte[] manifest(Digest manifest, int bytesMax) {
      throw new IllegalStateException("not asked here");
    }

    @Override
    public void chunks(Digest manifest, Ordinals wanted, SegmentSink sink) {
      throw new IllegalStateException("not asked here");
    }

    @Override
    public void close() {
      // Nothing of its own.
    }
  }

  @BeforeEach
  void makeCourier() throws Failure {
    memory = new InMemory();
    ledgers =
        Ledgers.open(
            Database.open(memory), new SiteCode("STO"), Optional.of(new SiteCode("CEN")), clock);
    Pace pace =
        new Pace(clock, new Backoff(Duration.ofSeconds(5), Duration.ofMinutes(1)), new Random(1));
    courier = new FactCourier(ledgers, () -> ear, pace, new HostDisk());
  }

  @AfterEach
  void closeDatabase() throws Failure {
    memory.close();
  }

  private void append(int count) throws Failure {
    ledgers.write(
        handle -> {
          for (int i = 1; i <= count; i++) {
            ledgers.facts().append(handle, new Event.Held(new PackageId("CEN", i), 1));
          }
          return count;
        });
  }

  private void run() throws Failure, InterruptedException {
    for (int i = 0; i < 1_000 && courier.step().isZero(); i++) {
      // Until there is nothing left to tell.
    }
  }

  @Test
  void tellsEverythingInOrderOnce() throws Exception {
    append(2_500);
    run();
    assertThat(ear.lines).hasSize(2_501);
    assertThat(ear.lines.getFirst()).contains("\"kind\":\"site\"");
    assertThat(ear.lines.getLast()).contains("\"sequence\":2501,");
    run();
    assertThat(ear.lines).hasSize(2_501);
  }

  @Test
  void oneFactTheParentRefusesDoesNotStopTheOthers() throws Exception {
    append(200);
    ear.disliked = "\"CEN-77\"";
    run();
    assertThat(ear.lines).hasSize(200);
    assertThat(ear.calls).isLessThan(60);
    assertThat(courier.trouble()).isEmpty();
  }

  @Test
  void waitsLongerWhileTheParentIsAwayAndLosesNothing() throws Exception {
    append(3);
    ear.away = true;
    Duration first = courier.step();
    assertThat(first).isBetween(Duration.ofMillis(2_500), Duration.ofSeconds(5));
    for (int i = 0; i < 10; i++) {
      courier.step();
    }
    assertThat(courier.step()).isBetween(Duration.ofSeconds(30), Duration.ofMinutes(1));
    assertThat(courier.trouble().orElseThrow().failure().code()).isEqualTo(Code.PARENT_UNREACHABLE);
    ear.away = false;
    run();
    assertThat(ear.lines).hasSize(4);
    assertThat(courier.trouble()).isEmpty();
  }
}
