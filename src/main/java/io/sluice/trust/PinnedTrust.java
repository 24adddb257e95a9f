package io.sluice.trust;

import io.sluice.content.Digest;
import io.sluice.site.SiteCode;
import io.sluice.time.Clock;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Trusts what one authority issued for one purpose, and nothing else: not the machine's trust
 * store, not a name in the DNS. The authority is known by its certificate, or at enrolment by its
 * fingerprint. Validity is judged by the given clock.
 */
final class PinnedTrust extends X509ExtendedTrustManager {
  private static final String SERVER_USE = "1.3.6.1.5.5.7.3.1";
  private static final String CLIENT_USE = "1.3.6.1.5.5.7.3.2";
  private static final Pattern SITE_NAME = Pattern.compile("CN=([A-Z][A-Z0-9]{2,7})");
  private static final int CHAIN_MAX = 2;

  private final Digest authority;
  private final Optional<X509Certificate> known;
  private final Optional<SiteCode> server;
  private final Clock clock;

  private PinnedTrust(
      Digest authority, Optional<X509Certificate> known, Optional<SiteCode> server, Clock clock) {
    this.authority = authority;
    this.known = known;
    this.server = server;
    this.clock = clock;
  }

  /** For a server: any child this authority issued a client certificate to. */
  static PinnedTrust ofChildren(X509Certificate authority, Clock clock) {
    return new PinnedTrust(
        Certificates.fingerprint(authority), Optional.of(authority), Optional.empty(), clock);
  }

  /** For a child: the server of this one site, by its authority's certificate. */
  static PinnedTrust ofServer(X509Certificate authority, SiteCode site, Clock clock) {
    return new PinnedTrust(
        Certificates.fingerprint(authority), Optional.of(authority), Optional.of(site), clock);
  }

  /** For a child that enrols: the server of this one site, by its authority's fingerprint. */
  static PinnedTrust ofServer(Digest authority, SiteCode site, Clock clock) {
    return new PinnedTrust(authority, Optional.empty(), Optional.of(site), clock);
  }

  /** The site a certificate names, if its subject is exactly {@code CN=<site code>}. */
  static Optional<SiteCode> site(X509Certificate certificate) {
    var matcher = SITE_NAME.matcher(certificate.getSubjectX500Principal().getName());
    try {
      return matcher.matches() ? Optional.of(new SiteCode(matcher.group(1))) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Checks a client's certificate against an authority at a time. */
  static void checkClient(X509Certificate certificate, X509Certificate authority, Instant now)
      throws CertificateException {
    check(certificate, authority, CLIENT_USE, now);
  }

  private void checkServer(X509Certificate @Nullable [] chain) throws CertificateException {
    SiteCode expected =
        server.orElseThrow(() -> new CertificateException("no server is expected here"));
    X509Certificate leaf = leaf(chain);
    check(leaf, anchor(List.of(chain)), SERVER_USE, clock.now());
    if (!site(leaf).equals(server)) {
      throw new CertificateException(
          "the server is "
              + leaf.getSubjectX500Principal()
              + " and not the expected site "
              + expected);
    }
  }

  private void checkClient(X509Certificate @Nullable [] chain) throws CertificateException {
    if (server.isPresent()) {
      throw new CertificateException("no client is expected here");
    }
    X509Certificate leaf = leaf(chain);
    check(leaf, anchor(List.of(chain)), CLIENT_USE, clock.now());
    if (site(leaf).isEmpty()) {
      throw new CertificateException("the client is no site: " + leaf.getSubjectX500Principal());
    }
  }

  private static X509Certificate leaf(X509Certificate @Nullable [] chain)
      throws CertificateException {
    if (chain == null || chain.length == 0 || chain.length > CHAIN_MAX) {
      throw new CertificateException("a chain of 1 or 2 certificates is expected");
    }
    return chain[0];
  }

  private X509Certificate anchor(List<X509Certificate> chain) throws CertificateException {
    return Stream.concat(known.stream(), chain.stream())
        .filter(certificate -> Certificates.fingerprint(certificate).equals(authority))
        .findFirst()
        .orElseThrow(
            () -> new CertificateException("the chain does not end in the authority " + authority));
  }

  private static void check(
      X509Certificate leaf, X509Certificate authority, String use, Instant now)
      throws CertificateException {
    Date date = Date.from(now);
    // The validator below trusts an anchor whatever its dates and constraints.
    authority.checkValidity(date);
    if (authority.getBasicConstraints() < 0 || leaf.getBasicConstraints() >= 0) {
      throw new CertificateException("an authority and a certificate that is none are expected");
    }
    List<String> uses = leaf.getExtendedKeyUsage();
    if (uses == null || !uses.equals(List.of(use)) || !Certificates.isPoint(leaf.getPublicKey())) {
      throw new CertificateException("the certificate was issued for something else");
    }
    try {
      PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(authority, null)));
      parameters.setRevocationEnabled(false);
      parameters.setDate(date);
      CertPathValidator.getInstance("PKIX")
          .validate(
              CertificateFactory.getInstance("X.509").generateCertPath(List.of(leaf)), parameters);
    } catch (GeneralSecurityException e) {
      throw new CertificateException("not a certificate of the pinned authority", e);
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String auth, Socket socket)
      throws CertificateException {
    checkClient(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String auth, SSLEngine engine)
      throws CertificateException {
    checkClient(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String auth) throws CertificateException {
    checkClient(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String auth, Socket socket)
      throws CertificateException {
    checkServer(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String auth, SSLEngine engine)
      throws CertificateException {
    checkServer(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String auth) throws CertificateException {
    checkServer(chain);
  }

  /** The server names its authority in its request, so that a child shows the right certificate. */
  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return known.stream().toArray(X509Certificate[]::new);
  }
}
