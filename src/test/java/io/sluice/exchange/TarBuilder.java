package io.sluice.exchange;

import io.sluice.manifest.Attributes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Archives made by hand, good and bad. */
final class TarBuilder {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  TarBuilder add(String name, char type, String link, String content) {
    byte[] body = utf8(content);
    return header(name, type, link, body.length).body(body);
  }

  TarBuilder file(String name, String content) {
    return add(name, '0', "", content);
  }

  TarBuilder header(String name, char type, String link, long size) {
    bytes.writeBytes(
        new TarHeader(utf8(name), type, utf8(link), size)
            .block(new Attributes(0644, 1_600_000_000, 0), TarHeader.Owner.NOBODY));
    return this;
  }

  TarBuilder body(byte[] body) {
    bytes.writeBytes(body);
    bytes.writeBytes(new byte[(int) (TarFormat.padded(body.length) - body.length)]);
    return this;
  }

  TarBuilder pax(String... keysAndValues) {
    PaxRecords records = new PaxRecords();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      records.add(keysAndValues[i], keysAndValues[i + 1]);
    }
    return header("pax", 'x', "", records.length()).body(records.bytes());
  }

  byte[] unended() {
    return bytes.toByteArray();
  }

  byte[] whole() {
    return body(new byte[1024]).unended();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
