package io.sluice.trust;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads JSON of a peer as docs/formats asks for: valid UTF-8 without a byte order mark, one value
 * and nothing behind it, no duplicate keys, bounded depth. Pure; safe from any thread.
 */
public final class StrictJson {
  /** How deep values may be nested. */
  public static final int DEPTH_MAX = 16;

  /** Integers stay below 2^53 so that every JSON reader keeps them. */
  public static final long INTEGER_MAX = (1L << 53) - 1;

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

  private StrictJson() {}

  /** The bytes are not the JSON they should be; the message says why, for people. */
  public static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed(String why) {
      super(why);
    }
  }

  /**
   * Parses one JSON value.
   *
   * @param bytesMax the most bytes looked at; more are refused
   */
  public static JsonNode parse(byte[] bytes, int bytesMax) throws Malformed {
    if (bytes.length > bytesMax) {
      throw new Malformed(bytes.length + " bytes where at most " + bytesMax + " may be");
    }
    String text = text(bytes);
    if (text.isEmpty() || (text.charAt(0) != '{' && text.charAt(0) != '[')) {
      throw new Malformed("it does not begin like a JSON object or array");
    }
    try {
      return MAPPER.readTree(text);
    } catch (JacksonException e) {
      throw new Malformed(e.getOriginalMessage());
    }
  }

  /** Parses one JSON object and reads its fields. */
  public static Fields object(byte[] bytes, int bytesMax) throws Malformed {
    if (parse(bytes, bytesMax) instanceof ObjectNode object) {
      return fields(object);
    }
    throw new Malformed("it is not a JSON object");
  }

  /** Reads the fields of an object already parsed; its problems are a list of their own. */
  public static Fields fields(ObjectNode object) {
    return new Fields(object);
  }

  /** A new, empty object; its keys are written in the order they are put. */
  public static ObjectNode newObject() {
    return MAPPER.createObjectNode();
  }

  /** A value's UTF-8 bytes without white space. */
  public static byte[] print(JsonNode value) {
    return MAPPER.writeValueAsBytes(value);
  }

  /** Text that has UTF-8 bytes: no half of a surrogate pair alone. */
  public static boolean isUnicode(String text) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }

  /**
   * Decodes RFC 4648 base64 that has exactly one spelling: padded, no white space, unused bits
   * zero.
   *
   * @throws IllegalArgumentException if it is anything else
   */
  public static byte[] base64(String text) {
    byte[] bytes = Base64.getDecoder().decode(text);
    if (!Base64.getEncoder().encodeToString(bytes).equals(text)) {
      throw new IllegalArgumentException("not the one spelling of its bytes");
    }
    return bytes;
  }

  private static String text(byte[] bytes) throws Malformed {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new Malformed("it is not UTF-8");
    }
  }

  /**
   * An object's fields. What is missing or wrong is noted and answered with an empty value, so that
   * one pass finds every problem; look at {@link #problems} before using any value.
   */
  public static final class Fields {
    private final ObjectNode object;
    private final List<String> problems = new ArrayList<>();

    Fields(ObjectNode object) {
      this.object = object;
    }

    /** The field's value as it stands, a missing node if there is none. */
    public JsonNode get(String key) {
      return object.path(key);
    }

    /** A string of at most {@code most} UTF-16 units. */
    public String text(String key, int most) {
      JsonNode value = object.path(key);
      if (!value.isString() || value.stringValue().length() > most) {
        problems.add("\"" + key + "\" is not a string of at most " + most + " characters");
        return "";
      }
      if (!isUnicode(value.stringValue())) {
        problems.add("\"" + key + "\" is not valid Unicode");
        return "";
      }
      return value.stringValue();
    }

    /** A whole number. */
    public long whole(String key, long least, long most) {
      JsonNode value = object.path(key);
      if (!value.isIntegralNumber()
          || !value.canConvertToLong()
          || value.longValue() < least
          || value.longValue() > most) {
        problems.add("\"" + key + "\" is not a whole number from " + least + " to " + most);
        return least;
      }
      return value.longValue();
    }

    /** Bytes as padded base64. */
    public byte[] base64(String key, int most) {
      // Four characters stand for three bytes, the last group may be padded.
      String text = text(key, (most + 2) / 3 * 4);
      try {
        byte[] bytes = StrictJson.base64(text);
        if (bytes.length <= most) {
          return bytes;
        }
      } catch (IllegalArgumentException e) {
        // Said below: the wording of the decoder would not help anybody.
      }
      problems.add("\"" + key + "\" is not base64 of at most " + most + " bytes");
      return new byte[0];
    }

    /** A field that must have one fixed value. */
    public void constant(String key, String expected) {
      JsonNode value = object.path(key);
      if (!value.isString() || !value.stringValue().equals(expected)) {
        problems.add("\"" + key + "\" is not \"" + expected + "\"");
      }
    }

    /** Parses a text with a parser that throws IllegalArgumentException; its message is noted. */
    public <T> T parsed(String key, T otherwise, Parser<T> parser) {
      JsonNode value = object.path(key);
      if (!value.isString()) {
        problems.add("\"" + key + "\" is not a string");
        return otherwise;
      }
      try {
        return parser.parse(value.stringValue());
      } catch (IllegalArgumentException e) {
        problems.add("\"" + key + "\": " + e.getMessage());
        return otherwise;
      }
    }

    public void problem(String problem) {
      problems.add(problem);
    }

    /** Everything wrong so far, in the order found. */
    public List<String> problems() {
      return List.copyOf(problems);
    }

    /** Turns a text into a value or throws IllegalArgumentException with a reason for people. */
    public interface Parser<T> {
      T parse(String text);
    }
  }
}
