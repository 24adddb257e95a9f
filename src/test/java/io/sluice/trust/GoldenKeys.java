package io.sluice.trust;

import io.sluice.failure.Failure;
import io.sluice.site.SiteCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The fixed key of the golden files: RFC 8032 section 7.1, TEST 1. */
public final class GoldenKeys {
  public static final Path FOLDER = Path.of("src/test/resources/golden/version-record-v0");
  public static final SiteCode CEN = new SiteCode("CEN");

  private GoldenKeys() {}

  public static SigningKey signing() throws Failure {
    return SigningKey.load(FOLDER.resolve("signing.key"), FOLDER.resolve("signing.pub"));
  }

  public static TrustedKeys trusted() throws Failure {
    return TrustedKeys.none().with(CEN, signing().publicKey());
  }

  static byte[] golden(String file) throws IOException {
    return Files.readAllBytes(FOLDER.resolve(file));
  }
}
