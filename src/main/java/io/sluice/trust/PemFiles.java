package io.sluice.trust;

import io.sluice.failure.Failure;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/** P-256 keys and certificates in PEM files, read back strictly. */
final class PemFiles {
  private PemFiles() {}

  static X509Certificate certificate(Path file) throws Failure {
    try {
      return Certificates.parse(KeyFiles.read(file));
    } catch (IllegalArgumentException e) {
      throw KeyFiles.invalid("the certificate " + file, String.valueOf(e.getMessage())).because(e);
    }
  }

  /** The private key that belongs to a certificate. */
  static PrivateKey key(Path file, X509Certificate certificate) throws Failure {
    try {
      PrivateKey key =
          Certificates.privateKey(KeyFiles.unpem(Certificates.KEY_LABEL, KeyFiles.read(file)));
      if (Certificates.belong(key, certificate.getPublicKey())) {
        return key;
      }
    } catch (IllegalArgumentException e) {
      throw KeyFiles.invalid("the key file " + file, String.valueOf(e.getMessage())).because(e);
    }
    throw KeyFiles.invalid(
        "the key file " + file,
        "it does not belong to the certificate of " + certificate.getSubjectX500Principal());
  }
}
