package io.sluice.catalog;

import io.sluice.content.Digest;
import io.sluice.failure.Failure;
import io.sluice.manifest.PackageId;
import io.sluice.site.SiteCode;
import io.sluice.trust.Signatures;
import io.sluice.trust.SigningKey;
import io.sluice.trust.TrustedKeys;
import io.sluice.trust.TrustedVersion;
import io.sluice.trust.VersionRecord;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;

/** Signs version records of one site, for tests. */
public final class SignedVersions {
  private final SiteCode site;
  private final SigningKey key = SigningKey.generate(new SecureRandom());

  public SignedVersions(SiteCode site) {
    this.site = site;
  }

  public SigningKey key() {
    return key;
  }

  public TrustedKeys keys() {
    return TrustedKeys.none().with(site, key.publicKey());
  }

  /**
   * Version n of package number p in record {epoch, sequence}; its manifest's digest is made up.
   */
  public TrustedVersion sign(long p, int n, long epoch, long sequence) throws Failure {
    return sign(p, n, epoch, sequence, content(p + " version " + n));
  }

  public TrustedVersion sign(long p, int n, long epoch, long sequence, Digest manifest)
      throws Failure {
    return Signatures.sign(
        new VersionRecord(
            new VersionRecord.PackageRef(new PackageId(site.text(), p), "Office \u0000 'x' %n"),
            n,
            manifest,
            site,
            epoch,
            sequence),
        key);
  }

  public static Digest content(String text) {
    return Digest.of(text.getBytes(StandardCharsets.UTF_8));
  }
}
