package io.sluice.badinput;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.failure.Code;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Inputs made to exhaust a parser, or to be read differently by two. */
class AttackTest {
  private static final int DEEP = 100_000;
  private static final int ZSTD_MAGIC = 0xFD2FB528;
  private static final int BLOCK_BYTES = 128 * 1024;

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static String good(Parser parser) throws IOException {
    for (Path seed : parser.seedFiles()) {
      if (String.valueOf(seed.getFileName()).startsWith("good-")) {
        return Files.readString(seed);
      }
    }
    throw new AssertionError("there is no good input of " + parser);
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "MANIFEST",
        "STORED_MANIFEST",
        "RECEIPT",
        "SIDECAR",
        "VERSION_RECORD",
        "TRUSTED_KEYS",
        "SITE_MESSAGE",
        "FACTS"
      })
  void jsonOfAnyDepthIsRefused(Parser parser) {
    for (String opening : new String[] {"[", "{\"a\":", "{\"v\":[", "{\"f\":{\"b64\":"}) {
      assertThat(parser.refusal(ascii(opening.repeat(DEEP)))).isPresent();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"RECEIPT", "SIDECAR", "VERSION_RECORD", "TRUSTED_KEYS", "FACTS"})
  void aKeyThatComesTwiceIsRefused(Parser parser) throws IOException {
    String good = good(parser);
    String once = good.replaceFirst("\\{", "{\"other\":1,");
    String twice = good.replaceFirst("\\{", "{\"other\":1,\"other\":1,");
    assertThat(parser.refusal(once.getBytes(StandardCharsets.UTF_8))).isEmpty();
    assertThat(parser.refusal(twice.getBytes(StandardCharsets.UTF_8))).isPresent();
  }

  /** A frame of blocks that each repeat one byte: four bytes for 128 KiB. */
  private static byte[] bomb(int windowLog, int blocks) {
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    ByteBuffer head = ByteBuffer.allocate(6).order(ByteOrder.LITTLE_ENDIAN);
    bomb.writeBytes(
        head.putInt(ZSTD_MAGIC).put((byte) 0).put((byte) ((windowLog - 10) << 3)).array());
    for (int i = 1; i <= blocks; i++) {
      int block = (BLOCK_BYTES << 3) | (1 << 1) | (i == blocks ? 1 : 0);
      bomb.writeBytes(new byte[] {(byte) block, (byte) (block >> 8), (byte) (block >> 16), 0});
    }
    return bomb.toByteArray();
  }

  @Test
  void aDocumentThatWantsALargeWindowIsRefusedBeforeItGetsOne() {
    for (int windowLog = 24; windowLog <= 41; windowLog++) {
      assertThat(Parser.DOCUMENT.refusal(bomb(windowLog, 1)))
          .hasValueSatisfying(refused -> assertThat(refused.why()).contains("zstd: "));
    }
  }

  @Test
  @Tag("long")
  void aDocumentOfSeventyKilobytesForTwoGigabytesIsRefusedInBoundedMemory() {
    byte[] bomb = bomb(23, (int) ((1L << 31) / BLOCK_BYTES));
    assertThat(bomb.length).isLessThan(70_000);
    assertThat(Parser.DOCUMENT.refusal(bomb))
        .hasValueSatisfying(
            refused -> {
              assertThat(refused.code()).isEqualTo(Code.CONTENT_CORRUPT);
              assertThat(refused.why()).contains("more than");
            });
  }

  @Test
  void aFrameThatDecodesToMoreThanItSaysIsRefused() throws IOException {
    byte[] head = Files.readAllBytes(Parser.FRAME.seeds().resolve("good-zstd"));
    byte[] bomb = bomb(23, 1_000);
    ByteBuffer frame = ByteBuffer.allocate(20 + 2 * 36 + bomb.length);
    frame.put(head, 0, 20 + 2 * 36).put(bomb).putInt(12, bomb.length);
    assertThat(Parser.FRAME.refusal(frame.array()))
        .hasValueSatisfying(refused -> assertThat(refused.why()).contains("does not declare"));
    // The same with a declared size that is a lie.
    byte[] lie = new byte[bomb.length + 8];
    ByteBuffer lying = ByteBuffer.wrap(lie).order(ByteOrder.LITTLE_ENDIAN);
    lying.putInt(ZSTD_MAGIC).put((byte) 0xC0).put(bomb[5]);
    lying.putLong(ByteBuffer.wrap(head).getInt(8)).put(bomb, 6, bomb.length - 6);
    ByteBuffer second = ByteBuffer.allocate(20 + 2 * 36 + lie.length);
    second.put(head, 0, 20 + 2 * 36).put(lie).putInt(12, lie.length);
    assertThat(Parser.FRAME.refusal(second.array()))
        .hasValueSatisfying(refused -> assertThat(refused.why()).contains("zstd: "));
  }
}
