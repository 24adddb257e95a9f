package io.sluice.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BodyBytesTest {
  private final BodyBytes bytes = new BodyBytes(100);

  @Test
  void whatGoesToManyAtOnceCountsOnce() {
    for (int i = 0; i < 20; i++) {
      assertThat(bytes.enter("a", 60)).isTrue();
    }
    assertThat(bytes.enter("b", 41)).isFalse();
    assertThat(bytes.enter("b", 40)).isTrue();
    for (int i = 0; i < 20; i++) {
      assertThat(bytes.enter("c", 1)).isFalse();
      bytes.leave("a");
    }
    assertThat(bytes.enter("c", 60)).isTrue();
  }

  @Test
  void letsOneThatIsTooLargeInAlone() {
    assertThat(bytes.enter("huge", 1_000)).isTrue();
    assertThat(bytes.enter("small", 1)).isFalse();
    bytes.leave("huge");
    assertThat(bytes.enter("small", 1)).isTrue();
    assertThat(bytes.enter("huge", 1_000)).isFalse();
  }

  @Test
  void nobodyLeavesWhoDidNotEnter() {
    assertThatThrownBy(() -> bytes.leave("a")).isInstanceOf(IllegalStateException.class);
  }
}
