package io.sluice.trust;

import io.sluice.failure.Failure;
import java.nio.charset.StandardCharsets;

/** Signed records, keys and tokens of any origin, read. */
public final class TrustReadings {
  private TrustReadings() {}

  /** Keys are read from files, which takes longer than an input to read. */
  private static final class Golden {
    static final SigningKey KEY = key();
    static final TrustedKeys KEYS = TrustedKeys.none().with(GoldenKeys.CEN, KEY.publicKey());

    private static SigningKey key() {
      try {
        return GoldenKeys.signing();
      } catch (Failure e) {
        throw new IllegalStateException("the golden key could not be read", e);
      }
    }
  }

  /** As an envelope, and as what a trusted key signed. */
  public static void record(byte[] bytes) throws Failure {
    TrustedVersion version;
    try {
      version = Signatures.verify(bytes, Golden.KEYS);
    } catch (Failure refusal) {
      version = Signatures.verify(Signatures.seal(Signatures.TYPE, bytes, Golden.KEY), Golden.KEYS);
    }
    TrustedVersion again = Signatures.sign(version.record(), Golden.KEY);
    if (!Signatures.verify(again.signed(), Golden.KEYS).record().equals(version.record())) {
      throw new AssertionError("what was accepted is written as something else");
    }
  }

  public static void keys(byte[] bytes) throws Failure {
    TrustedKeys keys = TrustedKeys.parse(bytes);
    if (!TrustedKeys.parse(keys.print()).equals(keys)) {
      throw new AssertionError("what was accepted is written as something else");
    }
  }

  public static void token(byte[] bytes) throws Failure {
    EnrolmentToken token = EnrolmentToken.parse(new String(bytes, StandardCharsets.UTF_8));
    if (!EnrolmentToken.parse(token.print()).equals(token)) {
      throw new AssertionError("what was accepted is written as something else");
    }
  }
}
