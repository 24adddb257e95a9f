package io.sluice.cli;

import io.sluice.fidelity.Inventory;
import io.sluice.fidelity.Receipt;
import io.sluice.fidelity.ReceiptJson;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.Entry;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.Property;
import io.sluice.manifest.Stream;
import java.io.PrintStream;
import java.util.Base64;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The JSON form of {@code sluice inspect}, written entry by entry so that a version of any size is
 * shown in little memory. Field names are part of the command's contract.
 */
final class VersionJson {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final PrintStream out;

  VersionJson(PrintStream out) {
    this.out = out;
  }

  void print(Manifest manifest, Optional<Receipt> receipt, boolean entries) {
    Inventory has = Inventory.of(manifest);
    ObjectNode head = JSON.createObjectNode();
    head.put("digest", manifest.digest().hex());
    head.put("files", has.entries().files()).put("directories", has.entries().directories());
    head.put("symlinks", has.entries().symlinks()).put("hard_links", has.entries().hardLinks());
    head.put("streams", has.streams()).put("bytes", has.bytes());
    head.put("chunks", manifest.chunks().size());
    ObjectNode properties = head.putObject("properties");
    has.properties().forEach(properties::put);
    head.set(
        "receipt",
        receipt.<JsonNode>map(ReceiptJson::node).orElse(JSON.getNodeFactory().nullNode()));
    String text = head.toString();
    if (!entries) {
      out.println(text);
      return;
    }
    out.print(text.substring(0, text.length() - 1) + ",\"entries\":[");
    String separator = "\n";
    for (Entry entry : manifest.entries()) {
      out.print(separator + node(entry));
      separator = ",\n";
    }
    out.println("]}");
  }

  private static ObjectNode node(Entry entry) {
    ObjectNode json = JSON.createObjectNode();
    json.set("path", ReceiptJson.path(entry.path()));
    switch (entry) {
      case Entry.Directory directory -> attributes(json, "directory", directory.attributes());
      case Entry.File file -> attributes(json, "file", file.attributes()).put("size", file.size());
      case Entry.Symlink link ->
          attributes(json, "symlink", link.attributes())
              .set("target", ReceiptJson.target(link.target()));
      case Entry.HardLink link ->
          json.put("kind", "hard_link").set("file", ReceiptJson.path(link.file()));
    }
    if (!entry.streams().isEmpty()) {
      ArrayNode streams = json.putArray("streams");
      for (Stream stream : entry.streams()) {
        streams.addObject().put("size", stream.size()).set("name", ReceiptJson.name(stream.name()));
      }
    }
    return json;
  }

  private static ObjectNode attributes(ObjectNode json, String kind, Attributes attributes) {
    json.put("kind", kind).put("mode", "%04o".formatted(attributes.mode()));
    json.putArray("time").add(attributes.mtimeSeconds()).add(attributes.mtimeNanos());
    if (!attributes.properties().isEmpty()) {
      ObjectNode properties = json.putObject("properties");
      for (Property property : attributes.properties()) {
        properties.put(
            property.key().toString(), Base64.getEncoder().encodeToString(property.value()));
      }
    }
    return json;
  }
}
