package io.sluice.siteserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.Requests;
import io.sluice.api.Views;
import io.sluice.content.Digest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What running sites say to bad input, and how they mend damage. */
class BadSiteInputTest {
  private static final Duration WAIT_MAX = Duration.ofSeconds(90);

  @TempDir private Path folder;

  @Test
  void refusesBadTokensOverlapsAndASecondServer() throws Exception {
    try (Hierarchy sites = Hierarchy.of(folder, "CEN")) {
      sites.play(
          () -> {
            Hierarchy.Site centre = sites.site("CEN");
            tokens(centre);
            overlaps(centre);
            fileInPlaceOfAFolder(sites, centre);
            Hierarchy.Said second =
                Hierarchy.command("site", "serve", "--data", centre.data().toString());
            BadInputTest.refused(second, 3, "SLU-302", "CEN");
          });
    }
  }

  private void tokens(Hierarchy.Site centre) throws Exception {
    String good = centre.invite("WST");
    String broken = good.substring(0, good.length() - 9) + "AAAAAAAAA";
    Path data = folder.resolve("joining");
    for (String token : new String[] {"nonsense", broken, centre.invite("EST")}) {
      BadInputTest.refused(join(data, token), 1, "SLU-605", "");
      requireNoSite(data);
    }
    String brief =
        centre
            .post(
                "/v0/invitations",
                new Requests.NewInvitation("WST", 1, ""),
                Views.InvitationView.class)
            .token();
    Thread.sleep(Duration.ofMillis(1_500));
    BadInputTest.refused(join(data, brief), 1, "SLU-605", "expired");
    requireNoSite(data);
    String another = centre.invite("WST");
    assertThat(join(folder.resolve("WST"), another).status()).isZero();
    BadInputTest.refused(join(data, another), 1, "SLU-605", "WST");
    requireNoSite(data);
  }

  private static Hierarchy.Said join(Path data, String token) {
    return Hierarchy.command("site", "init", "WST", "--data", data.toString(), "--join", token);
  }

  private static void requireNoSite(Path data) {
    assertThat(Files.exists(data.resolve("FORMAT"))).isFalse();
    BadInputTest.refused(
        Hierarchy.command("site", "serve", "--data", data.toString()), 1, "SLU-103", "joining");
  }

  private void overlaps(Hierarchy.Site centre) throws Exception {
    Path source = Files.createDirectories(folder.resolve("source"));
    Files.writeString(source.resolve("one.txt"), "one\n");
    String data = centre.data().toString();
    assertThat(
            Hierarchy.command("package", "create", "one", source.toString(), "--data", data)
                .status())
        .isZero();
    for (Path bad :
        new Path[] {source, source.resolve("inside"), folder, centre.data().resolve("dp")}) {
      BadInputTest.refused(
          Hierarchy.command("dp", "add", bad.toString(), "--data", data), 1, "SLU-204", "");
    }
    BadInputTest.refused(
        Hierarchy.command("package", "create", "two", data, "--data", data), 1, "SLU-204", "CEN");
  }

  /** Refused when it is there at once; waited out when it comes later. */
  private void fileInPlaceOfAFolder(Hierarchy sites, Hierarchy.Site centre) throws Exception {
    Path file = Files.writeString(folder.resolve("a-file"), "a file\n");
    String data = centre.data().toString();
    for (Path bad : new Path[] {file, file.resolve("below")}) {
      BadInputTest.refused(
          Hierarchy.command("dp", "add", bad.toString(), "--data", data), 1, "SLU-503", "a-file");
    }
    Path point = folder.resolve("point");
    centre.addPlace(point);
    Files.writeString(point, "somebody's\n");
    Path source = Files.createDirectories(folder.resolve("another-source"));
    Files.writeString(source.resolve("two.txt"), "two\n");
    String id = centre.offer("two", source, "CEN");
    centre.capture(id);
    sites.until(
        "the status tells of the file in the way",
        WAIT_MAX,
        () -> centre.status().contains("SLU-503 PLACE_UNAVAILABLE"));
    assertThat(centre.status()).contains(point + " is no folder", "next: move it away");
    assertThat(Files.readString(point)).isEqualTo("somebody's\n");
    Files.delete(point);
    sites.until("it is placed", WAIT_MAX, () -> centre.hasPlaced(id, 1));
  }

  @Test
  void mendsDamagedContentFromTheParent() throws Exception {
    TrickySource source = new TrickySource(folder.resolve("source"), 99);
    source.make(2, 1);
    Path point = folder.resolve("point");
    try (Hierarchy sites = Hierarchy.of(folder, "CEN", "STO")) {
      sites.play(
          () -> {
            String id = sites.site("CEN").offer("tricky", source.root(), "STO");
            Views.VersionView made = sites.site("CEN").capture(id);
            sites.until(
                "it is held", WAIT_MAX, () -> sites.site("STO").logged("fetched version 1") > 0);
            sites.site("STO").stop();
            BadInputTest.flipByteInTheMiddle(sites.site("STO").data().resolve("library/packs"));
            sites.site("STO").start();
            sites.site("STO").addPlace(point);
            sites.until("it is placed", WAIT_MAX, () -> sites.site("STO").hasPlaced(id, 1));
            assertThat(
                    Hierarchy.differences(
                        source.root(), point, id, Digest.parse(made.capture().digest())))
                .isEmpty();
            assertThat(sites.site("STO").logged("fetched version 1")).isGreaterThan(1);
          });
    }
  }
}
