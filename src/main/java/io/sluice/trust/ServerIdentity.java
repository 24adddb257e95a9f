package io.sluice.trust;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What a site's server shows its children: made anew at every start by {@link
 * Authority#issueServer}, kept in memory only.
 *
 * @param key the certificate's private key
 * @param certificate issued by the authority
 * @param authority the site's own authority
 */
public record ServerIdentity(
    PrivateKey key, X509Certificate certificate, X509Certificate authority) {
  /** The server's certificate and its authority's, which an enrolling child has not seen yet. */
  public List<X509Certificate> chain() {
    return List.of(certificate, authority);
  }

  /** Not the key. */
  @Override
  public String toString() {
    return "server identity " + certificate.getSubjectX500Principal();
  }
}
