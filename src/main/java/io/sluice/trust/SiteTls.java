package io.sluice.trust;

import io.sluice.content.Digest;
import io.sluice.site.SiteCode;
import io.sluice.time.Clock;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/**
 * TLS contexts between sites. A context cannot be told a protocol version for good: whoever opens
 * connections with it sets {@link #PROTOCOL} as the only one. Host names are not compared with
 * certificates; the pinned authority and the server's site code are.
 */
public final class SiteTls {
  /** The only protocol version (RFC 8446). */
  public static final String PROTOCOL = "TLSv1.3";

  private SiteTls() {}

  /** For a site's server: shows its certificate, trusts children of its own authority. */
  public static SSLContext server(ServerIdentity identity, Clock clock, SecureRandom random) {
    return context(
        Optional.of(new Shown(identity.key(), identity.chain())),
        PinnedTrust.ofChildren(identity.authority(), clock),
        random);
  }

  /** For a child: shows its certificate, trusts its parent's server only. */
  public static SSLContext client(ClientIdentity identity, Clock clock, SecureRandom random) {
    return context(
        Optional.of(new Shown(identity.key(), List.of(identity.certificate()))),
        PinnedTrust.ofServer(identity.authority(), identity.parent(), clock),
        random);
  }

  /** For a child that enrols: shows nothing, trusts the server the token names only. */
  public static SSLContext enrolling(
      Digest authority, SiteCode parent, Clock clock, SecureRandom random) {
    return context(Optional.empty(), PinnedTrust.ofServer(authority, parent, clock), random);
  }

  private record Shown(PrivateKey key, List<X509Certificate> chain) {}

  private static SSLContext context(Optional<Shown> shown, PinnedTrust trust, SecureRandom random) {
    try {
      SSLContext context = SSLContext.getInstance(PROTOCOL);
      KeyManager[] keys = shown.isPresent() ? keyManagers(shown.get()) : new KeyManager[0];
      context.init(keys, new TrustManager[] {trust}, random);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("every Java runtime has TLS 1.3", e);
    }
  }

  private static KeyManager[] keyManagers(Shown shown)
      throws GeneralSecurityException, IOException {
    // A key store in memory wants a password; the key never leaves this process.
    char[] password = "memory".toCharArray();
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, password);
    store.setKeyEntry("site", shown.key, password, shown.chain.toArray(X509Certificate[]::new));
    KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
    factory.init(store, password);
    return factory.getKeyManagers();
  }
}
