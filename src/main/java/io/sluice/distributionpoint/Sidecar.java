package io.sluice.distributionpoint;

import io.sluice.content.Digest;
import io.sluice.manifest.EntryPath;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The text of a sidecar's {@code streams.ndjson} (docs/formats/sidecar.md). */
final class Sidecar {
  /** The file that lists the streams. */
  static final String LIST = "streams.ndjson";

  /** The longest list that is read. */
  static final long LIST_BYTES_MAX = 1L << 30;

  private static final Pattern FILE = Pattern.compile("[0-9a-f]{8}");
  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Sidecar() {}

  /** One stream of the list. */
  record Line(EntryPath path, Name stream, long size, Digest sha256, String file) {}

  /** An attribute of the list. */
  record Attribute(EntryPath path, Property property) {}

  /**
   * A whole list.
   *
   * @param manifest whose sidecar it is
   */
  record Listed(Digest manifest, List<Line> streams, List<Attribute> attributes) {}

  /** The name of the file that holds stream number {@code n}. */
  static String file(int n) {
    return String.format(Locale.ROOT, "%08x", n);
  }

  /** The first line. */
  static byte[] header(Digest manifest) {
    String line = "{\"sluice\":\"sidecar\",\"v\":0,\"manifest\":\"" + manifest.hex() + "\"}\n";
    return line.getBytes(StandardCharsets.UTF_8);
  }

  private static StringBuilder path(EntryPath path) {
    StringBuilder text = new StringBuilder("{\"path\":[");
    String separator = "";
    for (Name name : path.elements()) {
      text.append(separator);
      name(text, name);
      separator = ",";
    }
    return text.append(']');
  }

  static byte[] line(Attribute attribute) {
    StringBuilder text = path(attribute.path).append(",\"property\":");
    name(text, attribute.property.key());
    text.append(",\"value\":\"");
    text.append(Base64.getEncoder().encodeToString(attribute.property.value())).append("\"}\n");
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  static byte[] line(Line line) {
    StringBuilder text = path(line.path).append(",\"stream\":");
    name(text, line.stream);
    text.append(",\"size\":").append(line.size);
    text.append(",\"sha256\":\"").append(line.sha256.hex());
    text.append("\",\"file\":\"").append(line.file).append("\"}\n");
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void name(StringBuilder text, Name name) {
    Optional<String> unicode = name.text();
    if (unicode.isEmpty()) {
      text.append("{\"b64\":\"").append(Base64.getEncoder().encodeToString(name.bytes()));
      text.append("\"}");
      return;
    }
    text.append('"');
    for (char c : unicode.get().toCharArray()) {
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\b' -> text.append("\\b");
        case '\f' -> text.append("\\f");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default -> {
          if (c < 0x20) {
            text.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            text.append(c);
          }
        }
      }
    }
    text.append('"');
  }

  /**
   * Parses a whole list.
   *
   * @throws IllegalArgumentException if it is not one, is too new, or is another manifest's; the
   *     message says which
   */
  static Listed parse(byte[] list, Digest manifest) {
    Listed listed = parse(list);
    if (!listed.manifest.equals(manifest)) {
      throw new IllegalArgumentException("it belongs to the manifest " + listed.manifest);
    }
    return listed;
  }

  /** The same of whatever manifest. */
  static Listed parse(byte[] list) {
    String[] lines = new String(list, StandardCharsets.UTF_8).split("\n", -1);
    try {
      JsonNode header = JSON.readTree(lines[0]);
      if (!header.path("sluice").asString("").equals("sidecar")) {
        throw new IllegalArgumentException("the first line is not a sidecar's");
      }
      if (header.path("v").asInt(-1) != 0) {
        throw new IllegalArgumentException("version " + header.path("v") + " is too new");
      }
      List<Line> streams = new ArrayList<>();
      List<Attribute> attributes = new ArrayList<>();
      for (int i = 1; i < lines.length - 1; i++) {
        JsonNode line = JSON.readTree(lines[i]);
        if (line.has("property")) {
          attributes.add(attribute(line));
        } else {
          streams.add(line(line));
        }
      }
      if (!lines[lines.length - 1].isEmpty()) {
        throw new IllegalArgumentException("the last line is cut short");
      }
      return new Listed(Digest.parse(header.path("manifest").asString("")), streams, attributes);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static EntryPath path(JsonNode json) {
    EntryPath path = EntryPath.ROOT;
    for (JsonNode name : json.path("path")) {
      path = path.child(name(name));
    }
    return path;
  }

  private static Attribute attribute(JsonNode json) {
    byte[] value = Base64.getDecoder().decode(json.path("value").asString(""));
    return new Attribute(path(json), new Property(name(json.path("property")), value));
  }

  private static Line line(JsonNode json) {
    String file = json.path("file").asString("");
    // It becomes a path: eight digits cannot lead anywhere else.
    if (!FILE.matcher(file).matches() || json.path("size").asLong(-1) < 0) {
      throw new IllegalArgumentException("a line with the file \"" + file + "\"");
    }
    return new Line(
        path(json),
        name(json.path("stream")),
        json.path("size").asLong(),
        Digest.parse(json.path("sha256").asString("")),
        file);
  }

  private static Name name(JsonNode json) {
    return json.isObject()
        ? Name.of(Base64.getDecoder().decode(json.path("b64").asString("")))
        : Name.of(json.asString(""));
  }
}
