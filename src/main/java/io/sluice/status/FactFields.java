package io.sluice.status;

import io.sluice.manifest.PackageId;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads the fields of a fact's line and notes everything that is wrong with them. */
final class FactFields {
  /** Integers stay below 2^53. */
  static final long INTEGER_MAX = (1L << 53) - 1;

  /** The longest word: kinds, codes, digests. */
  static final int WORD_MAX = 64;

  /** The longest name of a distribution point, in UTF-16 units. */
  static final int PLACE_MAX = 200;

  private static final int NANOS_MAX = 999_999_999;

  private final ObjectNode object;
  private final List<String> problems = new ArrayList<>();

  FactFields(ObjectNode object) {
    this.object = object;
  }

  List<String> problems() {
    return List.copyOf(problems);
  }

  String text(String key, int most) {
    JsonNode value = object.path(key);
    if (!value.isString() || value.stringValue().length() > most) {
      problems.add("\"" + key + "\" is not a string of at most " + most + " characters");
      return "";
    }
    return value.stringValue();
  }

  long whole(String key, long least, long most) {
    return whole(object.path(key), "\"" + key + "\"", least, most);
  }

  private long whole(JsonNode value, String name, long least, long most) {
    if (!value.isIntegralNumber()
        || !value.canConvertToLong()
        || value.longValue() < least
        || value.longValue() > most) {
      problems.add(name + " is not a whole number from " + least + " to " + most);
      return least;
    }
    return value.longValue();
  }

  <T> T parsed(String key, T otherwise, Function<String, T> parser) {
    JsonNode value = object.path(key);
    if (!value.isString()) {
      problems.add("\"" + key + "\" is not a string");
      return otherwise;
    }
    try {
      return parser.apply(value.stringValue());
    } catch (IllegalArgumentException e) {
      problems.add("\"" + key + "\": " + e.getMessage());
      return otherwise;
    }
  }

  PackageId packageId() {
    return parsed("package", new PackageId("XXX", 1), PackageId::parse);
  }

  int version() {
    return (int) whole("version", 1, Integer.MAX_VALUE);
  }

  /** A distribution point's name; control characters are refused, a database may not keep them. */
  String place(int least) {
    String place = text("place", PLACE_MAX);
    if (place.length() < least || place.chars().anyMatch(Character::isISOControl)) {
      problems.add("\"place\" is empty or has control characters");
      return "?";
    }
    return place;
  }

  Event.Cause cause() {
    return new Event.Cause(text("code", WORD_MAX), text("text", FactLines.LINE_BYTES_MAX));
  }

  /** [SECONDS, NANOS]; whatever the origin's clock says is taken. */
  Instant instant(String key) {
    JsonNode value = object.path(key);
    if (!value.isArray() || value.size() != 2) {
      problems.add("\"" + key + "\" is not [SECONDS, NANOS]");
      return Instant.EPOCH;
    }
    long seconds = whole(value.get(0), "\"" + key + "\" seconds", -INTEGER_MAX, INTEGER_MAX);
    long nanos = whole(value.get(1), "\"" + key + "\" nanos", 0, NANOS_MAX);
    try {
      return Instant.ofEpochSecond(seconds, nanos);
    } catch (DateTimeException e) {
      problems.add("\"" + key + "\" is beyond all calendars");
      return Instant.EPOCH;
    }
  }
}
