package io.sluice.fidelity;

import io.sluice.content.Digest;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.EntryPath;
import io.sluice.manifest.LinkTarget;
import io.sluice.manifest.Name;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Receipts as JSON (docs/formats/receipt.md). Pure; safe from any thread. */
public final class ReceiptJson {
  /** The most bytes of a receipt that is read. */
  public static final int BYTES_MAX = 256 << 20;

  private static final int FORMAT = 0;
  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private ReceiptJson() {}

  /** The receipt's bytes, the same for the same receipt. */
  public static byte[] write(Receipt receipt) {
    return JSON.writeValueAsBytes(node(receipt));
  }

  /** The receipt as a part of an answer. */
  public static ObjectNode node(Receipt receipt) {
    Inventory has = receipt.has();
    Remarks remarks = receipt.remarks();
    ObjectNode json = JSON.createObjectNode();
    json.put("sluice", "receipt").put("v", FORMAT).put("manifest", receipt.manifest().hex());
    json.put("place", receipt.place());
    json.putObject("entries")
        .put("directories", has.entries().directories())
        .put("files", has.entries().files())
        .put("symlinks", has.entries().symlinks())
        .put("hard_links", has.entries().hardLinks());
    json.put("streams", has.streams()).put("bytes", has.bytes());
    ObjectNode properties = json.putObject("properties");
    has.properties().forEach(properties::put);
    for (Fate fate : Fate.values()) {
      json.put(fate.word(), remarks.count(fate));
    }
    ArrayNode lines = json.putArray("remarks");
    for (Remarks.Line line : remarks.lines()) {
      ObjectNode one = lines.addObject();
      one.set("path", path(line.path()));
      one.put("what", line.remark().what()).put("fate", line.remark().fate().word());
      one.put("why", line.remark().why());
    }
    return json;
  }

  /** A path as the array of its names; empty for the root. */
  public static ArrayNode path(EntryPath path) {
    ArrayNode elements = JSON.createArrayNode();
    path.elements().forEach(name -> elements.add(name(name)));
    return elements;
  }

  /** A name as text if it is valid UTF-8, else its bytes as {@code {"b64":...}}. */
  public static JsonNode name(Name name) {
    return raw(name.text(), name.bytes());
  }

  /** A link's target in the same form. */
  public static JsonNode target(LinkTarget target) {
    return raw(target.text(), target.bytes());
  }

  private static JsonNode raw(Optional<String> text, byte[] bytes) {
    return text.isPresent()
        ? JSON.getNodeFactory().stringNode(text.get())
        : JSON.createObjectNode().put("b64", Base64.getEncoder().encodeToString(bytes));
  }

  /**
   * Reads a receipt.
   *
   * @param where it comes from, for messages
   * @throws Failure CONTENT_CORRUPT or LIBRARY_TOO_NEW
   */
  public static Receipt read(byte[] bytes, String where) throws Failure {
    try {
      JsonNode json = JSON.readTree(bytes);
      if (!json.path("sluice").asString("").equals("receipt")) {
        throw new IllegalArgumentException("it is not a receipt");
      }
      if (count(json.path("v")) > FORMAT) {
        throw Failure.permanent(
            Code.LIBRARY_TOO_NEW,
            "reading the receipt " + where,
            "its format is " + json.path("v") + ", this program knows " + FORMAT,
            "use a newer Sluice");
      }
      return receipt(json);
    } catch (JacksonException e) {
      throw corrupt(where, "not JSON: " + e.getOriginalMessage());
    } catch (IllegalArgumentException e) {
      throw corrupt(where, String.valueOf(e.getMessage()));
    }
  }

  private static Receipt receipt(JsonNode json) {
    JsonNode entries = json.path("entries");
    Map<String, Long> properties = new TreeMap<>();
    json.path("properties")
        .properties()
        .forEach(one -> properties.put(one.getKey(), count(one.getValue())));
    Inventory has =
        new Inventory(
            new Inventory.Entries(
                count(entries.path("directories")),
                count(entries.path("files")),
                count(entries.path("symlinks")),
                count(entries.path("hard_links"))),
            count(json.path("streams")),
            count(json.path("bytes")),
            properties);
    Map<Fate, Long> counts = new EnumMap<>(Fate.class);
    for (Fate fate : Fate.values()) {
      counts.put(fate, count(json.path(fate.word())));
    }
    List<Remarks.Line> lines = new ArrayList<>();
    for (JsonNode line : json.path("remarks")) {
      lines.add(line(line));
    }
    return new Receipt(
        Digest.parse(json.path("manifest").asString("")),
        json.path("place").asString(""),
        has,
        new Remarks(counts, lines));
  }

  private static Remarks.Line line(JsonNode json) {
    EntryPath path = EntryPath.ROOT;
    for (JsonNode name : json.path("path")) {
      path =
          path.child(
              name.isObject()
                  ? Name.of(Base64.getDecoder().decode(name.path("b64").asString("")))
                  : Name.of(name.asString("")));
    }
    String word = json.path("fate").asString("");
    for (Fate fate : Fate.values()) {
      if (fate.word().equals(word)) {
        return new Remarks.Line(
            path, new Remark(json.path("what").asString(""), fate, json.path("why").asString("")));
      }
    }
    throw new IllegalArgumentException("there is no fate \"" + word + "\"");
  }

  private static long count(JsonNode json) {
    if (!json.isIntegralNumber() || !json.canConvertToLong() || json.longValue() < 0) {
      throw new IllegalArgumentException("a count is missing or none: " + json);
    }
    return json.longValue();
  }

  private static Failure corrupt(String where, String why) {
    return Failure.permanent(
        Code.CONTENT_CORRUPT,
        "reading the receipt " + where,
        why,
        "capture the source again; it is then written anew");
  }
}
