package io.sluice.badinput;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.failure.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Inputs that were kept: golden ones, what fuzzing found interesting, and what it broke. */
class KeptInputTest {
  /** Written by this program, not damaged by anybody. */
  private static final String GOOD = "good-";

  @ParameterizedTest
  @EnumSource
  void everyInputThatWasKeptIsReadOrRefused(Parser parser) throws IOException {
    assertThat(parser.seedFiles()).isNotEmpty();
    for (Path seed : parser.seedFiles()) {
      Optional<Failure> refusal;
      try {
        refusal = parser.refusal(Files.readAllBytes(seed));
      } catch (RuntimeException | Error defect) {
        throw new AssertionError(seed.toString(), defect);
      }
      if (String.valueOf(seed.getFileName()).startsWith(GOOD)) {
        assertThat(refusal).as(seed.toString()).isEmpty();
      }
    }
  }
}
