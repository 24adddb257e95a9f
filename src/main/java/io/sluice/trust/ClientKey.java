package io.sluice.trust;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.site.SiteCode;
import io.sluice.time.Clock;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The P-256 key with which a child enrols; becomes a {@link ClientIdentity} with the answer. */
public final class ClientKey {
  private final KeyPair pair;
  private final SecureRandom random;

  private ClientKey(KeyPair pair, SecureRandom random) {
    this.pair = pair;
    this.random = random;
  }

  public static ClientKey generate(SecureRandom random) {
    return new ClientKey(Certificates.newKey(random), random);
  }

  /** A PKCS#10 request in PEM that proves possession of this key. */
  public String request(SiteCode site) {
    return Certificates.request(pair, site.text(), random);
  }

  /**
   * Checks what the parent issued and makes it an identity.
   *
   * @throws Failure PROTOCOL_VIOLATION with every reason, if the authority is not the token's or
   *     the certificate is not one for this key and site, valid now
   */
  public ClientIdentity accept(
      String certificatePem, String authorityPem, EnrolmentToken token, Clock clock)
      throws Failure {
    List<String> problems = new ArrayList<>();
    Optional<X509Certificate> certificate = parse("certificate", certificatePem, problems);
    Optional<X509Certificate> authority = parse("authority", authorityPem, problems);
    if (authority.isPresent()
        && !Certificates.fingerprint(authority.get()).equals(token.authority())) {
      problems.add("the authority is not the one the token names");
    }
    if (certificate.isPresent()) {
      if (!certificate.get().getPublicKey().equals(pair.getPublic())) {
        problems.add("the certificate is for another key");
      }
      if (authority.isPresent()
          && !Authority.clientSite(certificate.get(), authority.get(), clock.now())
              .equals(Optional.of(token.site()))) {
        problems.add("the certificate is not a valid one for site " + token.site());
      }
    }
    if (!problems.isEmpty()) {
      throw Failure.permanent(
              Code.PROTOCOL_VIOLATION,
              "enrolling site " + token.site() + " at " + token.parent() + ", " + token.address(),
              "the parent's answer cannot be used",
              "check both sites' clocks and the parent's log, then ask for a new token")
          .about(problems);
    }
    return new ClientIdentity(
        pair.getPrivate(), certificate.orElseThrow(), authority.orElseThrow(), token.parent());
  }

  private static Optional<X509Certificate> parse(String what, String pem, List<String> problems) {
    try {
      return Optional.of(Certificates.parse(pem));
    } catch (IllegalArgumentException e) {
      problems.add("the " + what + ": " + e.getMessage());
      return Optional.empty();
    }
  }
}
