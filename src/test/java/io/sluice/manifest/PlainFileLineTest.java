package io.sluice.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainFileLineTest {
  private static final String LINE = "{\"f\":\"a.txt\",\"m\":420,\"t\":[1700000000,5],\"s\":1234}";

  private final PlainFileLine plain = new PlainFileLine();
  private final LineParser json = new LineParser();

  private Optional<Line> plain(byte[] line) {
    return Optional.ofNullable(plain.read(line, 0, line.length));
  }

  private Optional<Line> json(byte[] line) {
    try {
      return Optional.of(json.parseJson(line, 0, line.length));
    } catch (Refusal refusal) {
      return Optional.empty();
    }
  }

  private static byte[] bytes(String line) {
    return line.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void readsAFileAsTheJsonReaderDoes() {
    assertThat(plain(bytes(LINE))).isPresent().isEqualTo(json(bytes(LINE)));
    byte[] within = bytes("xx" + LINE + "yy");
    assertThat(plain.read(within, 2, LINE.length())).isEqualTo(json(bytes(LINE)).orElseThrow());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"f\":\".\",\"m\":1,\"t\":[1,1],\"s\":1}",
        "{\"f\":\"..\",\"m\":1,\"t\":[1,1],\"s\":1}",
        "{\"f\":\"\",\"m\":1,\"t\":[1,1],\"s\":1}",
        "{\"f\":\"a/b\",\"m\":1,\"t\":[1,1],\"s\":1}",
        "{\"f\":\"a\",\"m\":4096,\"t\":[1,1],\"s\":1}",
        "{\"f\":\"a\",\"m\":01,\"t\":[1,1],\"s\":1}",
        "{\"f\":\"a\",\"m\":1,\"t\":[1,1000000000],\"s\":1}",
        "{\"f\":\"a\",\"m\":1,\"t\":[1,1],\"s\":9007199254740992}",
        "{\"f\":\"a\",\"m\":1,\"t\":[1,1],\"s\":99999999999999999999}",
        "{\"f\":\"a\",\"m\":1,\"t\":[1,1],\"s\":}",
        "{\"f\":\"a\",\"m\":1,\"t\":[1,1]}",
        "{\"f\":\"a\",\"m\":1,\"t\":[1,1],\"s\":1}}"
      })
  void leavesWhatIsWrongToTheJsonReader(String line) {
    assertThat(plain(bytes(line))).isEmpty();
    assertThat(json(bytes(line))).isEmpty();
  }

  @Test
  void whateverItReadsTheJsonReaderReadsTheSame() {
    SplittableRandom random = new SplittableRandom(7);
    byte[] letters = bytes("{}[]\":,\\/.0123456789fmts-é\u0001 a");
    int read = 0;
    for (int i = 0; i < 200_000; i++) {
      byte[] line = bytes(LINE);
      for (int edits = random.nextInt(3); edits >= 0; edits--) {
        line[random.nextInt(line.length)] = letters[random.nextInt(letters.length)];
      }
      Optional<Line> found = plain(line);
      if (found.isPresent()) {
        read++;
        assertThat(found).as(new String(line, StandardCharsets.ISO_8859_1)).isEqualTo(json(line));
      }
    }
    assertThat(read).isGreaterThan(1_000);
  }
}
