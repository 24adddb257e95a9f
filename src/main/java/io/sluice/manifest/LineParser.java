package io.sluice.manifest;

import io.sluice.content.Digest;
import io.sluice.content.Frame;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads single lines, token by token. A line's first key names its kind; the others may stand in
 * any order, none twice; unknown ones are skipped.
 */
final class LineParser {
  private static final Set<String> HEADER = Set.of("v", "chunking");
  private static final Set<String> DIRECTORY = Set.of("m", "t", "p", "x");
  private static final Set<String> FILE = Set.of("m", "t", "p", "s", "x");
  private static final Set<String> SYMLINK = Set.of("m", "t", "p", "to");
  private static final Set<String> HARD_LINK = Set.of("to");
  private static final Set<String> CHUNK = Set.of("n");
  private static final Set<String> END = Set.of("entries", "streams", "bytes", "chunks");

  // Without a symbol table keys of any choice cost no more than their length.
  private final JsonFactory json =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
          .build();

  /** What the keys after the first one say. */
  private static final class Fields {
    long mode = -1;
    long seconds;
    long nanos = -1;
    long size = -1;
    long length = -1;
    long ordinal = -1;
    long version = -1;
    long chunking = -1;
    long entries = -1;
    long streamCount = -1;
    long bytes = -1;
    long chunks = -1;
    byte @Nullable [] target;
    List<Stream> streams = List.of();
    List<Property> properties = List.of();

    Attributes attributes() throws Refusal {
      require(mode, "m");
      require(nanos, "t");
      return new Attributes((int) mode, seconds, (int) nanos, properties);
    }

    static void require(long value, String key) throws Refusal {
      if (value < 0) {
        throw Refusal.corrupt("the key " + key + " is missing");
      }
    }
  }

  private final PlainFileLine plain = new PlainFileLine();

  /** Reads the line of {@code length} bytes, its LF left out. */
  Line parse(byte[] bytes, int from, int length) throws Refusal {
    Line.File file = plain.read(bytes, from, length);
    return file != null ? file : parseJson(bytes, from, length);
  }

  /** Reads a line of any form. */
  Line parseJson(byte[] bytes, int from, int length) throws Refusal {
    if (length < 2 || bytes[from] != '{' || bytes[from + length - 1] != '}') {
      throw Refusal.corrupt("a line that is not a JSON object");
    }
    // Zero bytes among them: nothing is left that could be taken for UTF-16 or UTF-32.
    for (int i = from; i < from + length; i++) {
      if (bytes[i] >= 0 && bytes[i] < ' ') {
        throw Refusal.corrupt("a control character");
      }
    }
    if (!Utf8.valid(bytes, from, length)) {
      throw Refusal.corrupt("bytes that are not UTF-8");
    }
    try (JsonParser parser = json.createParser(ObjectReadContext.empty(), bytes, from, length)) {
      parser.nextToken();
      if (parser.nextToken() != JsonToken.PROPERTY_NAME) {
        throw Refusal.corrupt("a line without keys");
      }
      String kind = parser.currentName();
      parser.nextToken();
      Line line = line(parser, kind);
      if (parser.nextToken() != null) {
        throw Refusal.corrupt("two objects on a line");
      }
      return line;
    } catch (JacksonException e) {
      throw Refusal.corrupt("not JSON: " + e.getOriginalMessage());
    }
  }

  private static Line line(JsonParser json, String kind) throws Refusal {
    return switch (kind) {
      case "d" -> {
        List<Name> path = path(json);
        Fields fields = rest(json, DIRECTORY);
        yield new Line.Directory(path, fields.attributes(), fields.streams);
      }
      case "f" -> {
        Name name = name(json);
        Fields fields = rest(json, FILE);
        Fields.require(fields.size, "s");
        yield new Line.File(name, fields.attributes(), fields.size, fields.streams);
      }
      case "l" -> {
        Name name = name(json);
        Fields fields = rest(json, SYMLINK);
        yield new Line.Symlink(name, fields.attributes(), target(fields));
      }
      case "h" -> {
        Name name = name(json);
        Fields fields = rest(json, HARD_LINK);
        Fields.require(fields.ordinal, "to");
        yield new Line.HardLink(name, fields.ordinal);
      }
      case "c" -> {
        Digest digest = digest(json);
        Fields fields = rest(json, CHUNK);
        Fields.require(fields.length, "n");
        yield new Line.Chunk(new Frame.Chunk(digest, (int) fields.length));
      }
      case "sluice" -> header(json);
      case "end" -> end(json);
      default -> {
        json.skipChildren();
        rest(json, Set.of());
        yield new Line.Unknown(kind);
      }
    };
  }

  private static Line header(JsonParser json) throws Refusal {
    if (json.currentToken() != JsonToken.VALUE_STRING || !json.getString().equals("manifest")) {
      throw Refusal.corrupt("this is not a manifest");
    }
    Fields fields = rest(json, HEADER);
    Fields.require(fields.version, "v");
    Fields.require(fields.chunking, "chunking");
    if (fields.chunking > 0) {
      throw Refusal.tooNew("chunking version " + fields.chunking + "; this program knows 0");
    }
    return new Line.Header();
  }

  private static Line end(JsonParser json) throws Refusal {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw Refusal.corrupt("the trailer holds no object");
    }
    Fields fields = rest(json, END);
    Fields.require(fields.entries, "entries");
    Fields.require(fields.streamCount, "streams");
    Fields.require(fields.bytes, "bytes");
    Fields.require(fields.chunks, "chunks");
    rest(json, Set.of());
    return new Line.End(fields.entries, fields.streamCount, fields.bytes, fields.chunks);
  }

  /** Reads the keys up to the end of the current object; those not in {@code known} are skipped. */
  private static Fields rest(JsonParser json, Set<String> known) throws Refusal {
    Fields fields = new Fields();
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String key = json.currentName();
      json.nextToken();
      if (known.contains(key)) {
        field(json, key, fields);
      } else {
        json.skipChildren();
      }
    }
    return fields;
  }

  private static void field(JsonParser json, String key, Fields into) throws Refusal {
    switch (key) {
      case "m" -> into.mode = integer(json, 0, Attributes.MODE_MAX, key);
      case "t" -> time(json, into);
      case "s" -> into.size = integer(json, 0, Manifest.INTEGER_MAX, key);
      case "p" -> into.properties = properties(json);
      case "x" -> into.streams = streams(json);
      case "to" -> {
        if (json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
          into.ordinal = integer(json, 0, Manifest.INTEGER_MAX, key);
        } else {
          into.target = raw(json);
        }
      }
      case "n" -> into.length = integer(json, 1, Frame.Chunk.BYTES_MAX, key);
      case "v" -> {
        into.version = integer(json, 0, Manifest.INTEGER_MAX, key);
        // At once: a newer header may say the rest in a way of its own.
        if (into.version > 0) {
          throw Refusal.tooNew("manifest version " + into.version + "; this program knows 0");
        }
      }
      case "chunking" -> into.chunking = integer(json, 0, Manifest.INTEGER_MAX, key);
      case "entries" -> into.entries = integer(json, 0, Manifest.INTEGER_MAX, key);
      case "streams" -> into.streamCount = integer(json, 0, Manifest.INTEGER_MAX, key);
      case "bytes" -> into.bytes = integer(json, 0, Manifest.INTEGER_MAX, key);
      case "chunks" -> into.chunks = integer(json, 0, Manifest.INTEGER_MAX, key);
      default -> throw new IllegalStateException(key);
    }
  }

  private static void time(JsonParser json, Fields into) throws Refusal {
    open(json, "t");
    json.nextToken();
    into.seconds = integer(json, -Manifest.INTEGER_MAX, Manifest.INTEGER_MAX, "t");
    json.nextToken();
    into.nanos = integer(json, 0, 999_999_999, "t");
    close(json, "t");
  }

  private static List<Stream> streams(JsonParser json) throws Refusal {
    open(json, "x");
    List<Stream> streams = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      open(json, "x");
      json.nextToken();
      Name name = name(json);
      json.nextToken();
      long size = integer(json, 0, Manifest.INTEGER_MAX, "x");
      close(json, "x");
      if (!streams.isEmpty() && streams.getLast().name().compareTo(name) >= 0) {
        throw Refusal.corrupt("the stream " + name + " is out of order or comes twice");
      }
      streams.add(new Stream(name, size));
    }
    if (streams.isEmpty()) {
      throw Refusal.corrupt("an empty list of streams");
    }
    return streams;
  }

  private static List<Property> properties(JsonParser json) throws Refusal {
    open(json, "p");
    List<Property> properties = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      open(json, "p");
      json.nextToken();
      Name key = name(json);
      json.nextToken();
      byte[] value = raw(json);
      close(json, "p");
      if (value.length > Property.BYTES_MAX) {
        throw Refusal.corrupt("the property " + key + " has " + value.length + " bytes");
      }
      if (!properties.isEmpty() && properties.getLast().key().compareTo(key) >= 0) {
        throw Refusal.corrupt("the property " + key + " is out of order or comes twice");
      }
      properties.add(new Property(key, value));
    }
    if (properties.isEmpty()) {
      throw Refusal.corrupt("an empty list of properties");
    }
    return properties;
  }

  private static List<Name> path(JsonParser json) throws Refusal {
    open(json, "d");
    List<Name> path = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      path.add(name(json));
    }
    return path;
  }

  private static Name name(JsonParser json) throws Refusal {
    try {
      return Name.of(raw(json));
    } catch (IllegalArgumentException e) {
      throw Refusal.corrupt(String.valueOf(e.getMessage()));
    }
  }

  private static LinkTarget target(Fields fields) throws Refusal {
    if (fields.target == null) {
      throw Refusal.corrupt("the key to is missing");
    }
    try {
      return LinkTarget.of(fields.target);
    } catch (IllegalArgumentException e) {
      throw Refusal.corrupt(String.valueOf(e.getMessage()));
    }
  }

  private static Digest digest(JsonParser json) throws Refusal {
    if (json.currentToken() == JsonToken.VALUE_STRING) {
      try {
        return Digest.parse(json.getString());
      } catch (IllegalArgumentException e) {
        throw Refusal.corrupt("a digest that is not 64 lower-case hexadecimal digits");
      }
    }
    throw Refusal.corrupt("a digest that is not a string");
  }

  /** The bytes of a name or target: a string, or an object with base64 if they are not UTF-8. */
  private static byte[] raw(JsonParser json) throws Refusal {
    if (json.currentToken() == JsonToken.VALUE_STRING) {
      return Utf8.bytes(json.getString());
    }
    if (json.currentToken() != JsonToken.START_OBJECT
        || json.nextToken() != JsonToken.PROPERTY_NAME
        || !json.currentName().equals("b64")
        || json.nextToken() != JsonToken.VALUE_STRING) {
      throw Refusal.corrupt("a name that is neither a string nor base64");
    }
    byte[] bytes = base64(json.getString());
    if (json.nextToken() != JsonToken.END_OBJECT) {
      throw Refusal.corrupt("a name that is neither a string nor base64");
    }
    if (Utf8.valid(bytes)) {
      throw Refusal.corrupt("base64 of a name that is valid UTF-8");
    }
    return bytes;
  }

  private static byte[] base64(String text) throws Refusal {
    try {
      byte[] ascii = Utf8.bytes(text);
      byte[] bytes = Base64.getDecoder().decode(ascii);
      if (Arrays.equals(Base64.getEncoder().encode(bytes), ascii)) {
        return bytes;
      }
    } catch (IllegalArgumentException e) {
      throw Refusal.corrupt("base64: " + e.getMessage());
    }
    throw Refusal.corrupt("base64 that is not canonical");
  }

  private static long integer(JsonParser json, long least, long most, String key) throws Refusal {
    if (json.currentToken() != JsonToken.VALUE_NUMBER_INT) {
      throw Refusal.corrupt("the key " + key + " wants an integer");
    }
    long value = json.getLongValue();
    if (value < least || value > most) {
      throw Refusal.corrupt("the key " + key + " is out of bounds");
    }
    return value;
  }

  private static void open(JsonParser json, String key) throws Refusal {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw Refusal.corrupt("the key " + key + " wants a list");
    }
  }

  private static void close(JsonParser json, String key) throws Refusal {
    if (json.nextToken() != JsonToken.END_ARRAY) {
      throw Refusal.corrupt("the key " + key + " holds a list of the wrong length");
    }
  }
}
