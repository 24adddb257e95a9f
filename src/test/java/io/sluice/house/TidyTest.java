package io.sluice.house;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The taste a machine can check, over sources and documents; every violation in one message. */
class TidyTest {
  @Test
  void theHouseIsTidy() throws IOException {
    List<String> violations = new ArrayList<>();
    violations.addAll(Sources.check(Path.of("src/main/java"), Path.of("src/test/java")));
    violations.addAll(Documents.check(Path.of("")));
    if (!violations.isEmpty()) {
      fail(violations.stream().sorted().collect(joining("\n  ", "untidy:\n  ", "")));
    }
  }

  @Test
  void namesAreReadByWords() {
    assertThat(Sources.words("HTTPFrameStore2")).containsExactly("HTTP", "Frame", "Store2");
    assertThat(Sources.words("Database")).containsExactly("Database");
  }

  @Test
  void headingsBecomeAnchors() {
    assertThat(Documents.anchors(List.of("# The `house`, told", "## Seams", "## Seams")))
        .containsExactlyInAnyOrder("the-house-told", "seams", "seams-1");
  }
}
