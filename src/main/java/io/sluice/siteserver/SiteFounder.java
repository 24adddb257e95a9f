package io.sluice.siteserver;

import io.sluice.content.Disk;
import io.sluice.content.HostDisk;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.time.Clock;
import io.sluice.transfer.EnrolmentAnswer;
import io.sluice.transfer.EnrolmentRequest;
import io.sluice.transfer.HttpEnrolment;
import io.sluice.trust.Authority;
import io.sluice.trust.ClientIdentity;
import io.sluice.trust.ClientKey;
import io.sluice.trust.EnrolmentToken;
import io.sluice.trust.SigningKey;
import io.sluice.trust.TrustedKeys;
import java.security.SecureRandom;
import java.util.Optional;

/**
 * Makes data folders: a mark that one is being made, keys, the parent's answer, the mark that it is
 * complete. So a folder left behind half-made is never taken for a site, and is taken up by the
 * next attempt, which makes everything in it anew.
 */
final class SiteFounder {
  private final Clock clock;
  private final SecureRandom random;

  SiteFounder(Clock clock, SecureRandom random) {
    this.clock = clock;
    this.random = random;
  }

  /** Makes a site without a parent. */
  void found(SiteFolder folder, SiteConfiguration configuration) throws Failure {
    try (Disk.Lock _ = folder.begin(new HostDisk())) {
      SigningKey signing = keys(folder, configuration);
      trust(folder, configuration, signing, TrustedKeys.none());
      finish(folder, configuration);
    }
  }

  /**
   * Makes a site and enrols it at the parent the token names; returns the completed configuration.
   */
  SiteConfiguration join(SiteFolder folder, SiteConfiguration configuration, String printed)
      throws Failure, InterruptedException {
    EnrolmentToken token = EnrolmentToken.parse(printed);
    token.check(clock.now());
    if (!token.site().equals(configuration.site())) {
      throw Failure.permanent(
          Code.TOKEN_INVALID,
          "making site " + configuration.site(),
          "the token is for site " + token.site(),
          "make the site it is for, or ask " + token.parent() + " for another token");
    }
    try (Disk.Lock _ = folder.begin(new HostDisk())) {
      return enrol(folder, configuration, token);
    }
  }

  private SiteConfiguration enrol(
      SiteFolder folder, SiteConfiguration configuration, EnrolmentToken token)
      throws Failure, InterruptedException {
    SigningKey signing = keys(folder, configuration);
    ClientKey key = ClientKey.generate(random);
    EnrolmentAnswer answer =
        new HttpEnrolment(clock, random)
            .enrol(
                token,
                new EnrolmentRequest(
                    token.secret(),
                    configuration.site(),
                    key.request(configuration.site()),
                    signing.publicBytes()));
    ClientIdentity identity =
        key.accept(answer.certificatePem(), answer.authorityPem(), token, clock);
    identity.save(folder.parentFiles());
    trust(folder, configuration, signing, answer.keys());
    SiteConfiguration joined =
        new SiteConfiguration(
            configuration.site(),
            configuration.siteAddress(),
            configuration.adminAddress(),
            configuration.database(),
            Optional.of(
                new SiteConfiguration.Parent(
                    token.parent(), SiteConfiguration.Address.parse(token.address()))));
    finish(folder, joined);
    return joined;
  }

  private SigningKey keys(SiteFolder folder, SiteConfiguration configuration) throws Failure {
    SigningKey signing = SigningKey.generate(random);
    signing.save(folder.signingKey(), folder.signingPublicKey());
    Authority.create(configuration.site(), clock, random)
        .save(folder.authorityKey(), folder.authorityCertificate());
    return signing;
  }

  private static void trust(
      SiteFolder folder, SiteConfiguration configuration, SigningKey signing, TrustedKeys above)
      throws Failure {
    TrustedKeys all = above.with(configuration.site(), signing.publicKey());
    SiteFolder.write(folder.trustedKeys(), all.print(), false);
  }

  private static void finish(SiteFolder folder, SiteConfiguration configuration) throws Failure {
    SiteFolder.write(folder.configuration(), configuration.bytes(), false);
    folder.seal();
  }
}
