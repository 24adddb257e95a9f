package io.sluice.trust;

import io.sluice.content.Digest;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.site.SiteCode;
import io.sluice.time.Clock;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;

/**
 * A site's own certificate authority: issues the certificate its server shows and those its
 * children show. It decides what a certificate says; a request only proves possession of a key.
 * Immutable; safe from any thread.
 */
public final class Authority {
  /** How long an authority's certificate is valid. */
  public static final Duration AUTHORITY_VALIDITY = Duration.ofDays(7_300);

  /** How long server's and children's certificates are valid; a child renews by enrolling anew. */
  public static final Duration SITE_VALIDITY = Duration.ofDays(3_650);

  /** How far validity begins in the past, for children whose clocks are behind. */
  public static final Duration CLOCK_SKEW = Duration.ofDays(1);

  private final SiteCode site;
  private final PrivateKey key;
  private final X509Certificate certificate;
  private final Clock clock;
  private final SecureRandom random;

  private Authority(
      SiteCode site,
      PrivateKey key,
      X509Certificate certificate,
      Clock clock,
      SecureRandom random) {
    this.site = site;
    this.key = key;
    this.certificate = certificate;
    this.clock = clock;
    this.random = random;
  }

  /** A new authority of this site; not yet on disk. */
  public static Authority create(SiteCode site, Clock clock, SecureRandom random) {
    KeyPair pair = Certificates.newKey(random);
    X509Certificate certificate =
        Certificates.issue(
            Certificates.Purpose.AUTHORITY,
            new Certificates.Subject(commonName(site), pair.getPublic(), List.of()),
            new Certificates.Issuer(commonName(site), pair.getPublic(), pair.getPrivate()),
            Certificates.Validity.starting(clock.now(), CLOCK_SKEW, AUTHORITY_VALIDITY),
            random);
    return new Authority(site, pair.getPrivate(), certificate, clock, random);
  }

  /**
   * Reads an authority written by {@link #save}.
   *
   * @throws Failure KEY_INVALID if a file is missing, damaged, of another site, or the two do not
   *     belong together; DISK_ERROR
   */
  public static Authority load(
      SiteCode site, Path keyFile, Path certificateFile, Clock clock, SecureRandom random)
      throws Failure {
    X509Certificate certificate = PemFiles.certificate(certificateFile);
    PrivateKey key = PemFiles.key(keyFile, certificate);
    String expected = "CN=" + commonName(site);
    if (!certificate.getSubjectX500Principal().getName().equals(expected)
        || certificate.getBasicConstraints() < 0) {
      throw KeyFiles.invalid(
          "the authority certificate " + certificateFile,
          "it is not the authority of site " + site);
    }
    return new Authority(site, key, certificate, clock, random);
  }

  /** Writes both files, the key with mode 0600; durable on return. */
  public void save(Path keyFile, Path certificateFile) throws Failure {
    KeyFiles.writeSecret(keyFile, KeyFiles.pem(Certificates.KEY_LABEL, key.getEncoded()));
    KeyFiles.writePublic(certificateFile, certificatePem());
  }

  public SiteCode site() {
    return site;
  }

  public X509Certificate certificate() {
    return certificate;
  }

  public String certificatePem() {
    return Certificates.pem(certificate);
  }

  /** SHA-256 of the authority's certificate: what an enrolment token pins. */
  public Digest fingerprint() {
    return Certificates.fingerprint(certificate);
  }

  /**
   * A new key and certificate for this site's server.
   *
   * @param hosts names and addresses it listens on; localhost and 127.0.0.1 are added
   */
  public ServerIdentity issueServer(Collection<String> hosts) {
    SequencedSet<String> names = new LinkedHashSet<>(hosts);
    names.add("localhost");
    names.add("127.0.0.1");
    KeyPair pair = Certificates.newKey(random);
    X509Certificate issued =
        issue(
            Certificates.Purpose.SERVER,
            new Certificates.Subject(site.text(), pair.getPublic(), List.copyOf(names)));
    return new ServerIdentity(pair.getPrivate(), issued, certificate);
  }

  /**
   * Issues a child's certificate: for the key the request proves possession of, with the subject
   * {@code CN=<child>}, for TLS clients only. Whatever else the request asks for is ignored.
   *
   * @param pkcs10Pem of the child, not trusted
   * @throws Failure PROTOCOL_VIOLATION if the request proves no P-256 key; SITE_CODE_INVALID if the
   *     child has this site's own code
   */
  public X509Certificate issueChild(SiteCode child, String pkcs10Pem) throws Failure {
    if (child.equals(site)) {
      throw Failure.permanent(
          Code.SITE_CODE_INVALID,
          "issuing a certificate to the child site " + child,
          "it is this site's own code",
          "give the child another code");
    }
    try {
      PublicKey key = Certificates.provenKey(pkcs10Pem);
      return issue(
          Certificates.Purpose.CLIENT, new Certificates.Subject(child.text(), key, List.of()));
    } catch (IllegalArgumentException e) {
      throw Failure.permanent(
              Code.PROTOCOL_VIOLATION,
              "issuing a certificate to the child site " + child,
              "its certificate request is refused: " + e.getMessage(),
              "enrol again with a current Sluice")
          .because(e);
    }
  }

  /**
   * The site a client certificate was issued to, if this authority issued it and it is valid now.
   * Whether it is the last one issued to that site is for the caller to ask.
   */
  public static Optional<SiteCode> clientSite(
      X509Certificate client, X509Certificate authority, Instant now) {
    try {
      PinnedTrust.checkClient(client, authority, now);
      return PinnedTrust.site(client);
    } catch (CertificateException e) {
      return Optional.empty();
    }
  }

  /** SHA-256 of a certificate's DER form. */
  public static Digest fingerprint(X509Certificate certificate) {
    return Certificates.fingerprint(certificate);
  }

  /** A certificate as one PEM block. */
  public static String pem(X509Certificate certificate) {
    return Certificates.pem(certificate);
  }

  private X509Certificate issue(Certificates.Purpose purpose, Certificates.Subject subject) {
    return Certificates.issue(
        purpose,
        subject,
        new Certificates.Issuer(commonName(site), certificate.getPublicKey(), key),
        Certificates.Validity.starting(clock.now(), CLOCK_SKEW, SITE_VALIDITY).within(certificate),
        random);
  }

  /** Never a site code, so that an authority is never taken for a site. */
  private static String commonName(SiteCode site) {
    return site + " Sluice authority";
  }
}
