package io.sluice.trust;

import io.sluice.content.Digest;
import io.sluice.failure.Failure;
import io.sluice.site.SiteCode;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/**
 * What a child shows its parent and how it knows the parent: key, issued certificate, the parent's
 * pinned authority, the parent's code. Made by {@link ClientKey#accept}. Immutable.
 */
public final class ClientIdentity {
  private final PrivateKey key;
  private final X509Certificate certificate;
  private final X509Certificate authority;
  private final SiteCode parent;

  ClientIdentity(
      PrivateKey key, X509Certificate certificate, X509Certificate authority, SiteCode parent) {
    this.key = key;
    this.certificate = certificate;
    this.authority = authority;
    this.parent = parent;
  }

  /** The three files an identity is kept in. */
  public record Files(Path key, Path certificate, Path authority) {}

  /**
   * Reads an identity written by {@link #save}.
   *
   * @throws Failure KEY_INVALID if a file is missing or damaged, the certificate names no site, or
   *     key and certificate do not belong together; DISK_ERROR
   */
  public static ClientIdentity load(Files files, SiteCode parent) throws Failure {
    X509Certificate certificate = PemFiles.certificate(files.certificate());
    X509Certificate authority = PemFiles.certificate(files.authority());
    if (PinnedTrust.site(certificate).isEmpty()) {
      throw KeyFiles.invalid(
          "the certificate " + files.certificate(),
          "its subject is no site: " + certificate.getSubjectX500Principal());
    }
    return new ClientIdentity(
        PemFiles.key(files.key(), certificate), certificate, authority, parent);
  }

  /** Writes the three files, the key with mode 0600; durable on return. The certificate is last. */
  public void save(Files files) throws Failure {
    KeyFiles.writeSecret(files.key(), KeyFiles.pem(Certificates.KEY_LABEL, key.getEncoded()));
    KeyFiles.writePublic(files.authority(), Certificates.pem(authority));
    KeyFiles.writePublic(files.certificate(), Certificates.pem(certificate));
  }

  /** The child's own code, as its certificate names it. */
  public SiteCode site() {
    return PinnedTrust.site(certificate).orElseThrow();
  }

  public SiteCode parent() {
    return parent;
  }

  public X509Certificate certificate() {
    return certificate;
  }

  /** The parent's authority. */
  public X509Certificate authority() {
    return authority;
  }

  /** SHA-256 of the issued certificate. */
  public Digest fingerprint() {
    return Certificates.fingerprint(certificate);
  }

  PrivateKey key() {
    return key;
  }
}
