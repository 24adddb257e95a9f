package io.sluice.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.content.Library;
import io.sluice.content.TestContent;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.trust.ClientIdentity;
import io.sluice.web.SiteDoorWorld;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpSiteLinkTest extends SiteLinkContractTest {
  private static final Duration SHORT = Duration.ofSeconds(2);

  @TempDir Path elsewhere;
  private SiteDoorWorld world;
  private LibraryLink desk;

  @Override
  SiteLink linkTo(Library parent) throws Exception {
    desk = new LibraryLink(parent);
    world = new SiteDoorWorld(elsewhere).open(site -> desk);
    return world.link(world.enrolled(SiteDoorWorld.WST));
  }

  @Override
  byte[] told() {
    return desk.told();
  }

  @AfterEach
  void closeTheDoor() throws Exception {
    world.close();
  }

  private HttpSiteLink impatient(String address) throws Exception {
    ClientIdentity identity = world.enrolled(SiteDoorWorld.WST);
    return new HttpSiteLink(identity, address, world.childClock, world.random, SHORT);
  }

  @Test
  void silenceInTheMiddleOfATransferIsAnInterruption() throws Exception {
    CountDownLatch forever = new CountDownLatch(1);
    desk =
        new LibraryLink(library) {
          @Override
          public void chunks(Digest digest, Ordinals wanted, SegmentSink sink)
              throws Failure, InterruptedException {
            byte[] noise = TestContent.noise(1, Frame.PLAIN_BYTES_MAX);
            sink.accept(new Segment(List.of(0), Frame.Codec.RAW, noise));
            sink.accept(new Segment(List.of(1), Frame.Codec.RAW, noise));
            forever.await();
          }
        };
    try (HttpSiteLink link = impatient(world.address())) {
      int[] seen = {0};
      Failure failure =
          catchThrowableOfType(
              Failure.class,
              () -> link.chunks(manifest.digest(), Ordinals.parse("0-1"), segment -> seen[0]++));

      assertThat(failure.code()).isEqualTo(Code.TRANSFER_INTERRUPTED);
      assertThat(failure.isTemporary()).isTrue();
      assertThat(seen[0]).isPositive();
    }
  }

  @Test
  void dialsAnewAfterAConnectionWentDeadWithoutAWord() throws Exception {
    try (Relay relay = new Relay(world.address());
        HttpSiteLink link = impatient(relay.address())) {
      assertThat(link.manifest(manifest.digest(), 1 << 20)).isNotEmpty();
      relay.swallow();
      Failure failure =
          catchThrowableOfType(Failure.class, () -> link.manifest(manifest.digest(), 1 << 20));
      assertThat(failure.code()).isEqualTo(Code.PARENT_UNREACHABLE);
      assertThat(failure.isTemporary()).isTrue();

      relay.forwardNewConnections();
      assertThat(link.manifest(manifest.digest(), 1 << 20)).isNotEmpty();
      assertThat(relay.connections()).isEqualTo(2);
    }
  }

  @Test
  void saysWhereNobodyAnswers() throws Exception {
    try (Relay relay = new Relay(world.address());
        HttpSiteLink link = impatient(relay.address())) {
      relay.shut();
      Failure failure =
          catchThrowableOfType(Failure.class, () -> link.assignments("", Duration.ZERO));

      assertThat(failure.code()).isEqualTo(Code.PARENT_UNREACHABLE);
      assertThat(failure.what()).contains("parent CEN at " + relay.address());
    }
  }
}
