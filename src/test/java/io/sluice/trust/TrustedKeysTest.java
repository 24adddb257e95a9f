package io.sluice.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.site.SiteCode;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrustedKeysTest {
  private static final String GOOD = "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

  @Test
  void printsTheGoldenFile() throws Exception {
    assertThat(GoldenKeys.trusted().print()).isEqualTo(GoldenKeys.golden("trusted.json"));
    assertThat(TrustedKeys.parse(GoldenKeys.golden("trusted.json")))
        .isEqualTo(GoldenKeys.trusted());
  }

  @Test
  void laterKeyOfASiteReplacesItsOldOne() throws Exception {
    SigningKey anew = SigningKey.generate(new SecureRandom());
    TrustedKeys keys = GoldenKeys.trusted().with(GoldenKeys.CEN, anew.publicKey());

    assertThat(keys.sites()).containsExactly(GoldenKeys.CEN);
    assertThat(keys.key(GoldenKeys.CEN)).contains(anew.publicKey());
    assertThat(keys.key(new SiteCode("WST"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[1]",
        "[{}]",
        "[{\"site\":\"cen\",\"key\":\"" + GOOD + "\"}]",
        "[{\"site\":\"CEN\",\"key\":\"AAAA\"}]",
        "[{\"site\":\"CEN\",\"key\":\"MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]",
        "[{\"site\":\"CEN\",\"key\":\"" + GOOD + "\"},{\"site\":\"CEN\",\"key\":\"" + GOOD + "\"}]",
        "[{\"site\":\"CEN\",\"site\":\"CEN\",\"key\":\"" + GOOD + "\"}]",
      })
  void refusesAnythingElse(String json) {
    Failure failure =
        catchThrowableOfType(
            Failure.class, () -> TrustedKeys.parse(json.getBytes(StandardCharsets.UTF_8)));

    assertThat(failure.code()).isEqualTo(Code.KEY_INVALID);
    assertThat(failure.items()).isNotEmpty();
  }

  @Test
  void listsTheProblemsOfEveryKey() {
    String json = "[{\"site\":\"x\",\"key\":1},{\"site\":\"CEN\"}]";
    Failure failure =
        catchThrowableOfType(
            Failure.class, () -> TrustedKeys.parse(json.getBytes(StandardCharsets.UTF_8)));

    assertThat(failure.items()).hasSize(3);
  }

  @Test
  void holdsABoundedNumberOfKeys() throws Exception {
    TrustedKeys keys = TrustedKeys.none();
    for (int i = 0; i < TrustedKeys.KEYS_MAX; i++) {
      keys = keys.with(new SiteCode("S%02d".formatted(i)), GoldenKeys.signing().publicKey());
    }
    TrustedKeys full = keys;
    assertThat(full.print().length).isLessThan(TrustedKeys.BYTES_MAX);
    assertThat(TrustedKeys.parse(full.print())).isEqualTo(full);
    assertThatThrownBy(() -> full.with(new SiteCode("MORE"), GoldenKeys.signing().publicKey()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
