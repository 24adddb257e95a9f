package io.sluice.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.content.Digest;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.site.SiteCode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnrolmentTokenTest {
  private static EnrolmentToken token(String address) {
    return new EnrolmentToken(
        new SiteCode("WST"),
        new SiteCode("CEN"),
        address,
        Digest.of(new byte[] {1}),
        EnrolmentToken.newSecret(new SplittableRandom(7)),
        Instant.ofEpochSecond(2_000_000_000L));
  }

  private static Failure refusal(String text) {
    Failure failure = catchThrowableOfType(Failure.class, () -> EnrolmentToken.parse(text));
    assertThat(failure).as(text).isNotNull();
    assertThat(failure.code()).isEqualTo(Code.TOKEN_INVALID);
    return failure;
  }

  private static String wrapped(String json) {
    return "sluice0."
        + Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"parent.example:8530", "127.0.0.1:1", "[::1]:65535"})
  void comesBackFromItsPrintedForm(String address) throws Exception {
    EnrolmentToken token = token(address);

    assertThat(EnrolmentToken.parse(token.print())).isEqualTo(token);
    assertThat(EnrolmentToken.parse("  " + token.print() + "\n")).isEqualTo(token);
    assertThat(token.print()).matches("sluice0\\.[A-Za-z0-9_-]+");
  }

  @Test
  void neverShowsItsSecretInLogs() {
    EnrolmentToken token = token("localhost:1");

    assertThat(token.toString()).doesNotContain(token.secret());
  }

  @Test
  void refusesEveryDamage() {
    String good = token("localhost:1").print();
    for (int i = 0; i < good.length(); i++) {
      refusal(good.substring(0, i));
    }
    refusal(good + "A");
    refusal(good.replace("sluice0.", "sluice1."));
    refusal(good + "=");
    refusal("x".repeat(EnrolmentToken.LENGTH_MAX + 1));
    refusal(good.substring(0, 20) + " " + good.substring(20));
  }

  @Test
  void saysEverythingThatIsWrong() {
    Failure failure =
        refusal(
            wrapped(
                "{\"v\":0,\"site\":\"con\",\"parent\":\"CEN\",\"address\":\"nowhere\","
                    + "\"authority\":\"00\",\"secret\":\"AA\",\"expires\":-1}"));

    assertThat(failure.items()).hasSize(5);
  }

  @Test
  void saysThatATokenOfANewerFormIsNewer() {
    assertThat(refusal("sluice3.AAAA").why()).contains("newer");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "host",
        "host:0",
        "host:65536",
        "host:99999",
        ":1",
        "a b:1",
        "http://x:1",
        "::1:5",
        "x:1:2"
      })
  void refusesAddressesThatAreNone(String address) {
    String json =
        new String(
                Base64.getUrlDecoder().decode(token("localhost:1").print().substring(8)),
                StandardCharsets.UTF_8)
            .replace("localhost:1", address);
    refusal(wrapped(json));
  }

  @Test
  void refusesAnExpiredTokenAtTheSecondItNames() throws Exception {
    EnrolmentToken token = token("localhost:1");
    token.check(token.expires().minusNanos(1));

    Failure failure = catchThrowableOfType(Failure.class, () -> token.check(token.expires()));
    assertThat(failure.code()).isEqualTo(Code.TOKEN_INVALID);
  }

  @Test
  void aParentKeepsTheDigestOfTheSecretsBytes() {
    byte[] zeros = new byte[32];
    assertThat(
            EnrolmentToken.secretDigest(
                Base64.getUrlEncoder().withoutPadding().encodeToString(zeros)))
        .isEqualTo(Digest.of(zeros));
  }
}
