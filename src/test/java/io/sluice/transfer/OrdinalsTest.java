package io.sluice.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OrdinalsTest {
  @Test
  void printsRunsAndSingles() {
    BitSet bits = new BitSet();
    bits.set(0, 64);
    bits.set(70);
    bits.set(80, 100);

    assertThat(Ordinals.of(bits).print()).isEqualTo("0-63,70,80-99");
  }

  @Test
  void comesBackFromItsText() throws Exception {
    long seed = 20261122;
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 300; round++) {
      BitSet bits = new BitSet();
      for (int i = 0; i <= random.nextInt(40); i++) {
        int first = random.nextInt(Ordinals.ORDINALS_MAX - 200);
        bits.set(first, first + 1 + random.nextInt(200));
      }
      Ordinals ordinals = Ordinals.of(bits);
      Ordinals back = Ordinals.parse(ordinals.print());

      assertThat(back).as("seed %d round %d", seed, round).isEqualTo(ordinals);
      assertThat(back.bits()).isEqualTo(bits);
      assertThat(back.count()).isEqualTo(bits.cardinality());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ",",
        "1,",
        ",1",
        "1,,2",
        "1-",
        "-1",
        "1-1",
        "2-1",
        "01",
        "1,1",
        "1,2",
        "1-3,4",
        "3,1",
        " 1",
        "1 ",
        "+1",
        "1-2-3",
        "16777216",
        "0-16777216",
        "99999999",
        "100000000",
        "1;2",
        "a",
        "\u0661",
        "0x1",
        "1\n"
      })
  void refusesEveryOtherSpelling(String text) {
    Failure failure = catchThrowableOfType(Failure.class, () -> Ordinals.parse(text));

    assertThat(failure).as(text).isNotNull();
    assertThat(failure.code()).isEqualTo(Code.PROTOCOL_VIOLATION);
  }

  @Test
  void takesTheLastOrdinalThereCanBe() throws Exception {
    assertThat(Ordinals.parse("16777215").bits().get(Ordinals.ORDINALS_MAX - 1)).isTrue();
    assertThat(Ordinals.parse("0-16777215").count()).isEqualTo(Ordinals.ORDINALS_MAX);
  }

  @Test
  void aTextBeyondTheLimitIsRefusedAndNeverPrinted() throws Exception {
    BitSet alternating = new BitSet();
    for (int i = 0; i < 600_000; i += 2) {
      alternating.set(10_000_000 + i);
    }
    Ordinals all = Ordinals.of(alternating);
    BitSet together = new BitSet();
    for (Ordinals part : all.parts()) {
      assertThat(part.print().length()).isLessThanOrEqualTo(Ordinals.TEXT_LENGTH_MAX);
      assertThat(Ordinals.parse(part.print())).isEqualTo(part);
      together.or(part.bits());
    }

    assertThat(together).isEqualTo(alternating);
    Failure failure = catchThrowableOfType(Failure.class, () -> Ordinals.parse(all.print()));
    assertThat(failure.code()).isEqualTo(Code.PROTOCOL_VIOLATION);
  }
}
