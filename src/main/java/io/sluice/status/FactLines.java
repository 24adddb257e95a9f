package io.sluice.status;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.PackageId;
import io.sluice.site.SiteCode;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Facts as JSON lines (docs/formats/site-protocol.md). Lines are kept and handed on as they came,
 * so that what a later version of the product adds survives. Pure; safe from any thread.
 */
public final class FactLines {
  /** The most bytes of one line, its line feed not counted. */
  public static final int LINE_BYTES_MAX = 16 * 1024;

  /** The most lines of one batch. */
  public static final int LINES_MAX = 1_000;

  /** The most bytes of one batch. */
  public static final int BATCH_BYTES_MAX = 1 << 20;

  /** The longest text of a cause written here, in UTF-16 units; longer ones are cut. */
  public static final int TEXT_MAX = 2_000;

  private static final int DEPTH_MAX = 16;
  private static final int NUMBER_DIGITS_MAX = 32;
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(DEPTH_MAX)
                          .maxNumberLength(NUMBER_DIGITS_MAX)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private FactLines() {}

  /** A fact and the bytes it came in, without the line feed. */
  record Line(Fact fact, byte[] bytes) {}

  /** A fact's line, without the line feed. */
  public static byte[] print(Fact fact) {
    ObjectNode json = MAPPER.createObjectNode();
    json.put("v", 0).put("origin", fact.stamp().origin().text());
    json.put("epoch", fact.stamp().epoch()).put("sequence", fact.stamp().sequence());
    Instant at = fact.at();
    json.putArray("at").add(at.getEpochSecond()).add(at.getNano());
    json.put("kind", fact.event().kind());
    switch (fact.event()) {
      case Event.Joined joined -> json.put("parent", joined.parent().text());
      case Event.Held held -> putVersion(json, held.id(), held.version());
      case Event.HasPlace has -> json.put("place", has.place()).put("folder", has.folder());
      case Event.Placed placed -> {
        putVersion(json, placed.id(), placed.version());
        json.put("place", placed.place()).put("native", placed.streams().asStreams());
        json.put("sidecar", placed.streams().inSidecar());
      }
      case Event.Failed failed -> {
        putVersion(json, failed.id(), failed.version());
        putCause(json.put("place", failed.place()), failed.cause());
      }
      case Event.Refused refused -> putCause(json.put("record", refused.record()), refused.cause());
      case Event.Unknown unknown ->
          throw new IllegalArgumentException("only received: a fact of kind " + unknown.kind());
    }
    return MAPPER.writeValueAsBytes(json);
  }

  private static void putVersion(ObjectNode json, PackageId id, int version) {
    json.put("package", id.toString()).put("version", version);
  }

  private static void putCause(ObjectNode json, Event.Cause cause) {
    // A lone surrogate, from a file's name say, has no UTF-8; a question mark stands for it.
    String text = new String(cause.text().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    json.put("code", cause.code());
    json.put(
        "text",
        text.length() <= TEXT_MAX
            ? text
            : text.substring(0, text.offsetByCodePoints(0, text.codePointCount(0, TEXT_MAX) - 1))
                + "\u2026");
  }

  /**
   * Reads a batch.
   *
   * @throws Failure PROTOCOL_VIOLATION naming every wrong line; nothing of the batch is to be used
   */
  static List<Line> parse(byte[] lines) throws Failure {
    if (lines.length > BATCH_BYTES_MAX) {
      throw refused(List.of(lines.length + " bytes where at most " + BATCH_BYTES_MAX + " may be"));
    }
    List<String> problems = new ArrayList<>();
    List<Line> parsed = new ArrayList<>();
    List<byte[]> split = split(lines);
    if (split.size() > LINES_MAX) {
      throw refused(List.of(split.size() + " lines where at most " + LINES_MAX + " may be"));
    }
    for (int i = 0; i < split.size(); i++) {
      try {
        parsed.add(new Line(fact(split.get(i)), split.get(i)));
      } catch (Malformed e) {
        String line = "line " + (i + 1) + ": ";
        e.problems.forEach(problem -> problems.add(line + problem));
      }
    }
    if (!problems.isEmpty()) {
      throw refused(problems);
    }
    return parsed;
  }

  /** Joins lines to a batch. */
  static byte[] join(List<byte[]> lines) {
    ByteArrayOutputStream batch = new ByteArrayOutputStream();
    for (byte[] line : lines) {
      batch.writeBytes(line);
      batch.write('\n');
    }
    return batch.toByteArray();
  }

  static Failure refused(List<String> problems) {
    return Failure.permanent(
            Code.PROTOCOL_VIOLATION,
            "taking facts from a child site",
            problems.size() + " problem(s); nothing of the batch was kept",
            "upgrade the older of the two sites, or look at what the child sends")
        .about(problems);
  }

  /** Reads a stored line again; it was checked when it was stored. */
  static Fact stored(byte[] line) {
    try {
      return fact(line);
    } catch (Malformed e) {
      throw new IllegalStateException("a stored fact that does not parse: " + e.problems, e);
    }
  }

  private static List<byte[]> split(byte[] lines) {
    List<byte[]> split = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < lines.length; i++) {
      if (lines[i] == '\n') {
        split.add(Arrays.copyOfRange(lines, from, i));
        from = i + 1;
      }
    }
    if (from < lines.length) {
      split.add(Arrays.copyOfRange(lines, from, lines.length));
    }
    return split;
  }

  private static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient List<String> problems;

    Malformed(List<String> problems) {
      super(String.join("; ", problems));
      this.problems = problems;
    }
  }

  private static Fact fact(byte[] line) throws Malformed {
    FactFields fields = new FactFields(object(line));
    fields.whole("v", 0, 0);
    SiteCode origin = fields.parsed("origin", new SiteCode("XXX"), SiteCode::new);
    Stamp stamp =
        new Stamp(
            origin,
            fields.whole("epoch", 1, FactFields.INTEGER_MAX),
            fields.whole("sequence", 1, FactFields.INTEGER_MAX));
    Instant at = fields.instant("at");
    Event event = event(fields);
    if (!fields.problems().isEmpty()) {
      throw new Malformed(fields.problems());
    }
    return new Fact(stamp, at, event);
  }

  private static Event event(FactFields fields) {
    String kind = fields.text("kind", FactFields.WORD_MAX);
    return switch (kind) {
      case Event.Joined.KIND ->
          new Event.Joined(fields.parsed("parent", new SiteCode("XXX"), SiteCode::new));
      case Event.Held.KIND -> new Event.Held(fields.packageId(), fields.version());
      case Event.HasPlace.KIND ->
          new Event.HasPlace(fields.place(1), fields.text("folder", LINE_BYTES_MAX));
      case Event.Placed.KIND ->
          new Event.Placed(
              fields.packageId(),
              fields.version(),
              fields.place(1),
              new Event.Streams(
                  fields.whole("native", 0, FactFields.INTEGER_MAX),
                  fields.whole("sidecar", 0, FactFields.INTEGER_MAX)));
      case Event.Failed.KIND ->
          new Event.Failed(fields.packageId(), fields.version(), fields.place(0), fields.cause());
      case Event.Refused.KIND ->
          new Event.Refused(fields.text("record", FactFields.WORD_MAX), fields.cause());
      default -> new Event.Unknown(kind);
    };
  }

  private static ObjectNode object(byte[] line) throws Malformed {
    if (line.length > LINE_BYTES_MAX) {
      throw new Malformed(
          List.of(line.length + " bytes where at most " + LINE_BYTES_MAX + " may be"));
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line)).toString();
      if (text.startsWith("{") && MAPPER.readTree(text) instanceof ObjectNode object) {
        return object;
      }
      throw new Malformed(List.of("it is not a JSON object"));
    } catch (CharacterCodingException e) {
      throw new Malformed(List.of("it is not UTF-8"));
    } catch (JacksonException e) {
      throw new Malformed(List.of("it is not JSON: " + e.getOriginalMessage()));
    }
  }
}
