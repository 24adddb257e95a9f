package io.sluice.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.site.SiteCode;
import io.sluice.transfer.EnrolmentAnswer;
import io.sluice.transfer.EnrolmentRequest;
import io.sluice.trust.Authority;
import io.sluice.trust.ClientIdentity;
import io.sluice.trust.ClientKey;
import io.sluice.trust.EnrolmentToken;
import io.sluice.trust.SettableClock;
import io.sluice.trust.SigningKey;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnrolmentDeskTest {
  private static final SiteCode STO = new SiteCode("STO");
  private static final Duration HOUR = Duration.ofHours(1);
  private static final String ADDRESS = "wst.example:8530";

  @TempDir Path root;

  private final SettableClock clock = new SettableClock(Instant.parse("2026-11-22T12:00:00.5Z"));
  private final SigningKey signing = SigningKey.generate(new SecureRandom());
  private TestSite cen;
  private TestSite wst;

  @BeforeEach
  void buildSites() throws Exception {
    cen = new TestSite("CEN", Optional.empty(), root, clock);
    wst = new TestSite("WST", Optional.of(cen), root, clock);
  }

  @AfterEach
  void closeSites() throws Exception {
    wst.close();
    cen.close();
  }

  private interface Attempt {
    void run() throws Failure;
  }

  private static void assertRefused(Code code, String why, Attempt attempt) {
    assertThatThrownBy(attempt::run)
        .isInstanceOfSatisfying(
            Failure.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(code);
              assertThat(failure.why()).contains(why);
            });
  }

  private EnrolmentToken invite(SiteCode site) throws Failure {
    return wst.enrolments.invite(site, ADDRESS, HOUR);
  }

  private EnrolmentAnswer enrol(String secret, SiteCode site, ClientKey key) throws Failure {
    return wst.enrolments.enrol(
        new EnrolmentRequest(secret, site, key.request(site), signing.publicBytes()));
  }

  @Test
  void takesInAChildOnceAndHandsItTheKeysAbove() throws Exception {
    EnrolmentToken token = EnrolmentToken.parse(invite(STO).print());
    assertThat(token.parent()).isEqualTo(wst.code);
    assertThat(token.authority()).isEqualTo(wst.authority.fingerprint());
    ClientKey key = ClientKey.generate(new SecureRandom());
    EnrolmentAnswer answer = enrol(token.secret(), STO, key);
    assertThat(answer.parent()).isEqualTo(wst.code);
    assertThat(answer.keys().sites()).containsExactly(cen.code, wst.code);
    ClientIdentity identity =
        key.accept(answer.certificatePem(), answer.authorityPem(), token, clock);
    String fingerprint = Authority.fingerprint(identity.certificate()).hex();
    assertThat(wst.enrolments.issued(STO, fingerprint)).isTrue();
    assertThat(wst.enrolments.issued(wst.code, fingerprint)).isFalse();
    assertRefused(Code.TOKEN_INVALID, "used already", () -> enrol(token.secret(), STO, key));
    wst.restart();
    assertThat(wst.enrolments.issued(STO, fingerprint)).isTrue();
    assertRefused(Code.TOKEN_INVALID, "used already", () -> enrol(token.secret(), STO, key));
  }

  @Test
  void enrollingAgainReplacesTheCertificate() throws Exception {
    ClientKey key = ClientKey.generate(new SecureRandom());
    EnrolmentToken once = invite(STO);
    EnrolmentAnswer first = enrol(once.secret(), STO, key);
    EnrolmentToken again = invite(STO);
    EnrolmentAnswer second = enrol(again.secret(), STO, key);
    ClientIdentity old = key.accept(first.certificatePem(), first.authorityPem(), once, clock);
    ClientIdentity fresh = key.accept(second.certificatePem(), second.authorityPem(), again, clock);
    assertThat(wst.enrolments.issued(STO, old.fingerprint().hex())).isFalse();
    assertThat(wst.enrolments.issued(STO, fresh.fingerprint().hex())).isTrue();
  }

  @Test
  void refusesWrongForeignAndExpiredTokens() throws Exception {
    ClientKey key = ClientKey.generate(new SecureRandom());
    EnrolmentToken token = invite(STO);
    String other = invite(new SiteCode("OAK")).secret();
    assertRefused(Code.TOKEN_INVALID, "no such", () -> enrol(other, STO, key));
    assertRefused(Code.TOKEN_INVALID, "no such", () -> enrol("", STO, key));
    assertRefused(Code.TOKEN_INVALID, "no such", () -> enrol("\u0000", STO, key));
    assertRefused(
        Code.TOKEN_INVALID, "no such", () -> enrol(token.secret(), new SiteCode("BOS"), key));
    clock.sleep(HOUR);
    assertRefused(Code.TOKEN_INVALID, "expired", () -> enrol(token.secret(), STO, key));
    assertThat(wst.ledgers.read(h -> wst.ledgers.catalog().sites().find(h, STO)).isEmpty())
        .isTrue();
  }

  @Test
  void aLaterInvitationEndsTheEarlier() throws Exception {
    EnrolmentToken first = invite(STO);
    EnrolmentToken second = invite(STO);
    ClientKey key = ClientKey.generate(new SecureRandom());
    assertRefused(Code.TOKEN_INVALID, "no such", () -> enrol(first.secret(), STO, key));
    enrol(second.secret(), STO, key);
  }

  @Test
  void refusesBadKeysWithoutUsingTheToken() throws Exception {
    EnrolmentToken token = invite(STO);
    ClientKey key = ClientKey.generate(new SecureRandom());
    assertRefused(
        Code.PROTOCOL_VIOLATION,
        "",
        () ->
            wst.enrolments.enrol(
                new EnrolmentRequest(token.secret(), STO, key.request(STO), new byte[44])));
    assertRefused(
        Code.PROTOCOL_VIOLATION,
        "",
        () ->
            wst.enrolments.enrol(
                new EnrolmentRequest(token.secret(), STO, "no request", signing.publicBytes())));
    enrol(token.secret(), STO, key);
  }

  @Test
  void refusesItselfItsAncestorsAndOtherPeoplesChildren() throws Exception {
    assertRefused(Code.SITE_CODE_INVALID, "itself", () -> invite(wst.code));
    assertRefused(Code.SITE_CODE_INVALID, "above", () -> invite(cen.code));
    enrol(invite(STO).secret(), STO, ClientKey.generate(new SecureRandom()));
    wst.run();
    cen.ledgers.write(
        h -> {
          cen.ledgers.catalog().sites().joined(h, STO, wst.code);
          return 1;
        });
    assertRefused(
        Code.SITE_CODE_INVALID, "a child of WST", () -> cen.enrolments.invite(STO, ADDRESS, HOUR));
  }

  @Test
  void refusesAddressesAndValiditiesOutOfBounds() {
    assertRefused(Code.USAGE, "address", () -> wst.enrolments.invite(STO, "http://x/", HOUR));
    assertRefused(Code.USAGE, "days", () -> wst.enrolments.invite(STO, ADDRESS, Duration.ZERO));
    assertRefused(
        Code.USAGE, "days", () -> wst.enrolments.invite(STO, ADDRESS, Duration.ofDays(91)));
  }
}
