package io.sluice.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class CodeTest {
  @Test
  void everyCodeStandsInTheOperatorsTableWithItsMeaning() throws IOException {
    List<String> rows =
        Files.readAllLines(Path.of("docs/operations/status-codes.md")).stream()
            .filter(line -> line.startsWith("| SLU-"))
            .toList();
    List<String> expected =
        Arrays.stream(Code.values())
            .map(code -> "| " + code.id() + " | " + code + " | " + code.summary() + " |")
            .toList();
    assertThat(rows).containsExactlyElementsOf(expected);
  }

  @Test
  void numbersAreDistinct() {
    assertThat(Arrays.stream(Code.values()).map(Code::id).toList()).doesNotHaveDuplicates();
  }

  @Test
  void aFailureListsAtMostItsBoundAndSaysHowManyMore() {
    List<String> many = java.util.stream.IntStream.range(0, 250).mapToObj(i -> "e" + i).toList();
    Failure failure = Failure.permanent(Code.SOURCE_CHANGED, "a", "b", "c").about(many);
    assertThat(failure.items()).hasSize(Failure.ITEMS_MAX + 1).last().isEqualTo("... and 150 more");
    assertThat(failure.text()).contains("SLU-205").contains("why:").contains("next:");
  }
}
