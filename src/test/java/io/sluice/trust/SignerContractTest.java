package io.sluice.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import org.junit.jupiter.api.Test;

/** What every {@link Signer} keeps, wherever its key is. */
abstract class SignerContractTest {
  /** The signer under test. */
  abstract Signer signer() throws Exception;

  /** The public half of its key. */
  abstract PublicKey publicKey() throws Exception;

  private static byte[] message(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void namesItsKeyAndAlgorithm() throws Exception {
    assertThat(signer().keyId()).isEqualTo(SigningKey.keyId(publicKey()));
    assertThat(signer().algorithm()).isEqualTo("Ed25519");
  }

  @Test
  void itsSignaturesFitTheMessageAndNothingElse() throws Exception {
    byte[] signature = signer().sign(message("this"));

    assertThat(SigningKey.verifies(publicKey(), message("this"), signature)).isTrue();
    assertThat(SigningKey.verifies(publicKey(), message("that"), signature)).isFalse();
  }

  @Test
  void signsTheSameWayEveryTime() throws Exception {
    assertThat(signer().sign(message("x"))).isEqualTo(signer().sign(message("x")));
  }
}
