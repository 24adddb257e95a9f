package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class QuantityTest {
  @Test
  void aNounStandsInTheNumberItIsIn() {
    assertThat(Quantity.count(0, "stream")).isEqualTo("0 streams");
    assertThat(Quantity.count(1, "stream")).isEqualTo("1 stream");
    assertThat(Quantity.count(1, "entry")).isEqualTo("1 entry");
    assertThat(Quantity.count(113_228, "entry")).isEqualTo("113,228 entries");
  }

  @Test
  void bytesHaveThreeDigits() {
    assertThat(Quantity.bytes(0)).isEqualTo("0 B");
    assertThat(Quantity.bytes(999)).isEqualTo("999 B");
    assertThat(Quantity.bytes(1_804)).isEqualTo("1.80 kB");
    assertThat(Quantity.bytes(999_499)).isEqualTo("999 kB");
    assertThat(Quantity.bytes(999_500)).isEqualTo("1.00 MB");
    assertThat(Quantity.bytes(136_122_080)).isEqualTo("136 MB");
  }
}
