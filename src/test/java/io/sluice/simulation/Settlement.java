package io.sluice.simulation;

import io.sluice.distributionpoint.StreamPolicy;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.transfer.EnrolmentAnswer;
import io.sluice.transfer.EnrolmentRequest;
import io.sluice.transfer.SiteMessages;
import io.sluice.trust.Authority;
import io.sluice.trust.ClientKey;
import io.sluice.trust.EnrolmentToken;
import io.sluice.trust.SigningKey;
import io.sluice.trust.TrustedKeys;
import java.time.Duration;
import java.util.List;

/**
 * Makes sites, as people do on the spot: a machine, its keys, an invitation by the parent, the
 * enrolment with it, distribution points. What does not succeed is done again from the start, with
 * a new invitation.
 *
 * <p>Faults: the parent can be stopped, or die at any step of it; the answer of an enrolment that
 * succeeded can be lost with it.
 */
final class Settlement {
  private static final Duration AGAIN = Duration.ofSeconds(9);
  private static final Duration INVITATION = Duration.ofDays(1);

  private final World world;
  private final SimulatedSite site;
  private final List<String> places;

  /**
   * @param places names of its distribution points
   */
  Settlement(World world, SimulatedSite site, List<String> places) {
    this.world = world;
    this.site = site;
    this.places = places;
  }

  /** Makes the site, as soon as its parent helps. */
  void settle() throws Failure, InterruptedException {
    SigningKey signing = site.isCentral() ? world.key() : SigningKey.generate(world.secrets());
    if (site.parent().isEmpty()) {
      settle(signing, TrustedKeys.none());
    } else {
      join(signing);
    }
  }

  private void join(SigningKey signing) throws InterruptedException {
    SimulatedSite parent = site.parent().orElseThrow();
    EnrolmentAnswer[] answer = new EnrolmentAnswer[1];
    boolean joined =
        parent.attempt("asked to enrol " + site.code(), () -> answer[0] = enrol(parent, signing));
    if (joined && !world.weather().strikes(Weather.Fault.ANSWER_LOST)) {
      settle(signing, answer[0].keys());
    } else {
      world.timeline().in(AGAIN, "settlement of " + site.code(), () -> join(signing));
    }
  }

  private EnrolmentAnswer enrol(SimulatedSite parent, SigningKey signing) throws Failure {
    EnrolmentToken token =
        EnrolmentToken.parse(
            parent.rooms().enrolment().invite(site.code(), "parent:8530", INVITATION).print());
    EnrolmentRequest request =
        new EnrolmentRequest(
            token.secret(),
            site.code(),
            ClientKey.generate(world.secrets()).request(site.code()),
            signing.publicBytes());
    EnrolmentAnswer answer =
        parent
            .rooms()
            .enrolment()
            .enrol(SiteMessages.enrolmentRequest(SiteMessages.print(request), "a request"));
    return SiteMessages.enrolmentAnswer(SiteMessages.print(answer), "an answer");
  }

  private void settle(SigningKey signing, TrustedKeys above) throws InterruptedException {
    Authority authority =
        Authority.create(
            site.code(),
            new SimulatedClock(world.timeline(), new Life("settlement", 0), site.clock()),
            world.secrets());
    TrustedKeys trusted = above.with(site.code(), signing.publicKey());
    world.log("settling " + site.code());
    site.settle(Machine.empty(signing, authority, trusted));
    for (String place : places) {
      addPlace(place);
    }
  }

  private void addPlace(String name) throws InterruptedException {
    String folder = "/simulated/" + site.code() + "/" + name;
    boolean added =
        site.attempt(
            "asked to add " + name,
            () -> {
              try {
                site.rooms().packages().addPlace(name, folder, StreamPolicy.SIDECAR);
              } catch (Failure e) {
                if (e.code() != Code.ALREADY_EXISTS) {
                  throw e;
                }
              }
            });
    if (!added) {
      int machine = site.machines();
      world
          .timeline()
          .in(
              AGAIN,
              "settlement of " + site.code(),
              () -> {
                if (machine == site.machines()) {
                  addPlace(name);
                }
              });
    }
  }
}
