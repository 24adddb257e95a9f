package io.sluice.fidelity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.content.Digest;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.EntryPath;
import io.sluice.manifest.Name;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ReceiptTest {
  private static final Digest DIGEST = Digest.of("m".getBytes(StandardCharsets.UTF_8));

  private static EntryPath path(Name... names) {
    EntryPath path = EntryPath.ROOT;
    for (Name name : names) {
      path = path.child(name);
    }
    return path;
  }

  private static Receipt sample() {
    Remarks.Collector remarks = new Remarks.Collector();
    remarks.add(EntryPath.ROOT, Remark.dropped("owner"));
    remarks.add(path(Name.of("bin"), Name.of("pipe")), Remark.refused("", "a pipe"));
    remarks.add(path(Name.of(new byte[] {'c', (byte) 0xe9})), Remark.mapped("stream s", "beside"));
    remarks.add(path(Name.of("<script src=x>&\"'")), Remark.dropped("security.capability"));
    remarks.add(path(Name.of("\u202egpj.exe")), Remark.dropped("setuid"));
    Inventory has =
        new Inventory(
            new Inventory.Entries(2, 1_234_567, 1, 3),
            42,
            9_007_199_254_740_991L,
            Map.of("sd", 9L));
    return new Receipt(DIGEST, "shop floor", has, remarks.remarks());
  }

  @Test
  void readsTheGoldenReceiptForEverAndWritesItTheSame() throws Exception {
    byte[] golden = golden("receipt.json");
    assertThat(ReceiptJson.read(golden, "golden")).isEqualTo(sample());
    assertThat(new String(ReceiptJson.write(sample()), StandardCharsets.UTF_8) + "\n")
        .isEqualTo(new String(golden, StandardCharsets.UTF_8));
  }

  @Test
  void tellsDamagedReceiptsFromNewerOnes() throws Exception {
    byte[] bytes = ReceiptJson.write(sample());
    for (int length = 0; length < bytes.length; length++) {
      assertThat(failure(Arrays.copyOf(bytes, length))).isEqualTo(Code.CONTENT_CORRUPT);
    }
    String text = new String(bytes, StandardCharsets.UTF_8);
    assertThat(failure(text.replace("\"v\":0", "\"v\":1"))).isEqualTo(Code.LIBRARY_TOO_NEW);
    assertThat(failure(text.replace("\"streams\":42", "\"streams\":-1")))
        .isEqualTo(Code.CONTENT_CORRUPT);
    assertThat(failure(text.replace("dropped\",\"why", "lost\",\"why")))
        .isEqualTo(Code.CONTENT_CORRUPT);
    assertThat(failure(text.replace("\"bin\"", "\"..\""))).isEqualTo(Code.CONTENT_CORRUPT);
  }

  @Test
  void aPageShowsNamesAndRunsNothing() {
    String page = new String(ReceiptPage.write(sample()), StandardCharsets.UTF_8);
    assertThat(page)
        .contains("&lt;script src=x&gt;&amp;&quot;", "security.capability")
        .contains("Kept, but for 1 mapped, 3 dropped, 1 refused.", "1,234,567")
        .contains("c\\xe9")
        .doesNotContain("<script", "http://", "https://", "\u202e");
  }

  @Test
  void countsAreExactWhereLinesAreNot() {
    Remarks.Collector collector = new Remarks.Collector();
    for (int i = 0; i < Remarks.LINES_MAX + 5; i++) {
      collector.add(path(Name.of("f" + i)), Remark.dropped("owner"));
    }
    Remarks remarks = collector.remarks();
    assertThat(remarks.lines()).hasSize(Remarks.LINES_MAX);
    assertThat(remarks.count(Fate.DROPPED)).isEqualTo(Remarks.LINES_MAX + 5);
    assertThat(remarks.text().getLast()).isEqualTo("... and 5 more");
  }

  @Test
  void nothingLostIsSaidPlainly() {
    Receipt receipt = new Receipt(DIGEST, "", sample().has(), Remarks.NONE);
    assertThat(receipt.sentence()).isEqualTo("Everything is kept.");
    assertThat(new String(ReceiptPage.write(receipt), StandardCharsets.UTF_8))
        .doesNotContain("<table>");
  }

  private static Code failure(String text) {
    return failure(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Code failure(byte[] bytes) {
    Failure failure =
        catchThrowableOfType(Failure.class, () -> ReceiptJson.read(bytes, "a receipt"));
    return Objects.requireNonNull(failure).code();
  }

  private static byte[] golden(String name) throws IOException {
    try (InputStream in = ReceiptTest.class.getResourceAsStream("/golden/receipt-v0/" + name)) {
      return Objects.requireNonNull(in).readAllBytes();
    }
  }
}
