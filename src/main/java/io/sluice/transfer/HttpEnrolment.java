package io.sluice.transfer;

import io.sluice.failure.Failure;
import io.sluice.time.Clock;
import io.sluice.trust.EnrolmentToken;
import io.sluice.trust.SiteTls;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;

/**
 * The child's side of enrolment. The secret is sent only inside a connection whose server has shown
 * a certificate of the very authority and site the token names.
 */
public final class HttpEnrolment {
  private static final Duration ENROL_MAX = Duration.ofSeconds(60);

  private final Clock clock;
  private final SecureRandom random;

  public HttpEnrolment(Clock clock, SecureRandom random) {
    this.clock = clock;
    this.random = random;
  }

  /**
   * Enrols with a token, once. The answer's certificates are for {@link
   * io.sluice.trust.ClientKey#accept} to check.
   *
   * @throws Failure TOKEN_INVALID if it has expired; PARENT_UNREACHABLE, also if the server is not
   *     the token's; PROTOCOL_VIOLATION; or the parent's refusal
   */
  public EnrolmentAnswer enrol(EnrolmentToken token, EnrolmentRequest request)
      throws Failure, InterruptedException {
    token.check(clock.now());
    String peer = "parent " + token.parent() + " at " + token.address();
    String what = "enrolling site " + token.site() + " at " + peer;
    HttpWire.Ask ask =
        new HttpWire.Ask(
            what,
            "/v0/enrol",
            Optional.of(new HttpWire.Body("application/json", SiteMessages.print(request))),
            Optional.of(ENROL_MAX));
    try (HttpWire wire =
        new HttpWire(
            HttpWire.Flow.READ,
            peer,
            token.address(),
            SiteTls.enrolling(token.authority(), token.parent(), clock, random),
            HttpWire.SILENCE_MAX)) {
      EnrolmentAnswer answer =
          wire.ask(
              ask,
              body ->
                  SiteMessages.enrolmentAnswer(
                      HttpSiteLink.bounded(body, SiteMessages.ENROLMENT_BYTES_MAX, what), what));
      if (!answer.parent().equals(token.parent()) || answer.keys().key(token.parent()).isEmpty()) {
        throw Violations.violation(what, "the answer is not for a child of " + token.parent());
      }
      return answer;
    }
  }
}
