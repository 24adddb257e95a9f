package io.sluice.transfer;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.site.SiteCode;
import io.sluice.trust.Signatures;
import io.sluice.trust.SigningKey;
import io.sluice.trust.StrictJson;
import io.sluice.trust.TrustedKeys;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The JSON messages of the site protocol (docs/formats/site-protocol.md), printed by one side and
 * read by the other; what is read is of any origin. Pure.
 */
public final class SiteMessages {
  /** The most bytes of an answer with assignments. */
  public static final int ASSIGNMENTS_BYTES_MAX = 64 << 20;

  /** The most bytes of an enrolment request or answer. */
  public static final int ENROLMENT_BYTES_MAX = 64 << 10;

  /** The most bytes of a refusal. */
  public static final int REFUSAL_BYTES_MAX = 256 << 10;

  /** The longest state tag. */
  public static final int TAG_LENGTH_MAX = 200;

  private static final int TEXT_LENGTH_MAX = 2000;
  private static final int ITEM_LENGTH_MAX = 400;
  private static final int PEM_LENGTH_MAX = 16 << 10;
  private static final int CODE_LENGTH_MAX = 16;
  private static final SiteCode NOBODY = new SiteCode("XXX");

  private SiteMessages() {}

  public static byte[] print(AssignmentList list) {
    ObjectNode json = StrictJson.newObject();
    json.put("v", 0).put("tag", list.tag()).put("changed", list.changed());
    ArrayNode assignments = json.putArray("assignments");
    for (AssignmentList.Assignment assignment : list.assignments()) {
      ObjectNode one = assignments.addObject();
      one.put("record", Base64.getEncoder().encodeToString(assignment.signedRecord()));
      ArrayNode sites = one.putArray("sites");
      new TreeSet<>(assignment.sites()).forEach(site -> sites.add(site.text()));
    }
    return StrictJson.print(json);
  }

  /**
   * Reads a list of assignments; the records in it are not verified.
   *
   * @throws Failure PROTOCOL_VIOLATION with every problem
   */
  public static AssignmentList assignments(byte[] json, String what) throws Failure {
    StrictJson.Fields fields = fields(json, ASSIGNMENTS_BYTES_MAX, what);
    fields.whole("v", 0, 0);
    String tag = fields.text("tag", TAG_LENGTH_MAX);
    JsonNode changed = fields.get("changed");
    if (!changed.isBoolean()) {
      fields.problem("\"changed\" is not true or false");
    }
    List<AssignmentList.Assignment> assignments = new ArrayList<>();
    if (changed.isBoolean() && changed.booleanValue()) {
      JsonNode list = fields.get("assignments");
      if (!list.isArray() || list.size() > AssignmentList.ASSIGNMENTS_MAX) {
        fields.problem(
            "\"assignments\" is not a list of at most " + AssignmentList.ASSIGNMENTS_MAX);
      } else {
        for (JsonNode one : list) {
          assignment(one, fields).ifPresent(assignments::add);
        }
      }
    }
    check(fields, what);
    return new AssignmentList(tag, changed.booleanValue(), assignments);
  }

  private static Optional<AssignmentList.Assignment> assignment(
      JsonNode json, StrictJson.Fields outer) {
    if (!(json instanceof ObjectNode object)) {
      outer.problem("an assignment is not an object");
      return Optional.empty();
    }
    StrictJson.Fields fields = StrictJson.fields(object);
    byte[] signed = fields.base64("record", Signatures.ENVELOPE_BYTES_MAX);
    Set<SiteCode> sites = new TreeSet<>();
    if (fields.get("sites") instanceof ArrayNode list) {
      for (JsonNode site : list) {
        try {
          sites.add(new SiteCode(site.isString() ? site.stringValue() : ""));
        } catch (IllegalArgumentException e) {
          fields.problem("a site of an assignment: " + e.getMessage());
        }
      }
    } else {
      fields.problem("\"sites\" is not a list");
    }
    fields.problems().forEach(outer::problem);
    return Optional.of(new AssignmentList.Assignment(signed, sites));
  }

  public static byte[] print(EnrolmentRequest request) {
    ObjectNode json = StrictJson.newObject();
    json.put("secret", request.secret()).put("site", request.site().text());
    json.put("request", request.pkcs10Pem());
    json.put("key", Base64.getEncoder().encodeToString(request.signingKey()));
    return StrictJson.print(json);
  }

  /**
   * Reads an enrolment request; whether secret and certificate request are good is not looked at.
   *
   * @throws Failure PROTOCOL_VIOLATION with every problem
   */
  public static EnrolmentRequest enrolmentRequest(byte[] json, String what) throws Failure {
    StrictJson.Fields fields = fields(json, ENROLMENT_BYTES_MAX, what);
    String secret = fields.text("secret", TAG_LENGTH_MAX);
    SiteCode site = fields.parsed("site", NOBODY, SiteCode::new);
    String request = fields.text("request", PEM_LENGTH_MAX);
    byte[] key =
        fields.parsed(
            "key", new byte[0], text -> SigningKey.publicKey(StrictJson.base64(text)).getEncoded());
    check(fields, what);
    return new EnrolmentRequest(secret, site, request, key);
  }

  public static byte[] print(EnrolmentAnswer answer) {
    ObjectNode json = StrictJson.newObject();
    json.put("certificate", answer.certificatePem()).put("authority", answer.authorityPem());
    json.put("parent", answer.parent().text());
    json.set("keys", answer.keys().toJson());
    return StrictJson.print(json);
  }

  /**
   * Reads an enrolment answer; whether the certificates are good is not looked at.
   *
   * @throws Failure PROTOCOL_VIOLATION with every problem
   */
  public static EnrolmentAnswer enrolmentAnswer(byte[] json, String what) throws Failure {
    StrictJson.Fields fields = fields(json, ENROLMENT_BYTES_MAX, what);
    String certificate = fields.text("certificate", PEM_LENGTH_MAX);
    String authority = fields.text("authority", PEM_LENGTH_MAX);
    SiteCode parent = fields.parsed("parent", NOBODY, SiteCode::new);
    TrustedKeys keys = TrustedKeys.none();
    try {
      keys = TrustedKeys.fromJson(fields.get("keys"));
    } catch (Failure e) {
      e.items().forEach(fields::problem);
    }
    check(fields, what);
    return new EnrolmentAnswer(certificate, authority, parent, keys);
  }

  /** A failure as the peer is told it. The caller sees to it that it holds nothing private. */
  public static byte[] refusal(Failure failure) {
    ObjectNode json = StrictJson.newObject();
    json.put("code", failure.code().id()).put("what", cut(failure.what(), TEXT_LENGTH_MAX));
    json.put("why", cut(failure.why(), TEXT_LENGTH_MAX))
        .put("next", cut(failure.next(), TEXT_LENGTH_MAX));
    json.put("temporary", failure.isTemporary());
    if (!failure.items().isEmpty()) {
      ArrayNode items = json.putArray("items");
      // Failure bounds their number; cut so that all stay below REFUSAL_BYTES_MAX.
      failure.items().forEach(item -> items.add(cut(item, ITEM_LENGTH_MAX)));
    }
    return StrictJson.print(json);
  }

  /**
   * The failure a peer refused with. What is about the peer itself, or no refusal of ours, is
   * PARENT_REFUSED, temporary as the peer or the status says.
   *
   * @param status the HTTP status
   * @param what was asked, of whom
   */
  public static Failure refused(byte[] json, int status, String what) {
    try {
      StrictJson.Fields fields = StrictJson.object(json, REFUSAL_BYTES_MAX);
      String id = fields.text("code", CODE_LENGTH_MAX);
      String theirs = fields.text("what", TEXT_LENGTH_MAX);
      String why = fields.text("why", TEXT_LENGTH_MAX);
      String next = fields.text("next", TEXT_LENGTH_MAX);
      JsonNode temporary = fields.get("temporary");
      Optional<Code> code =
          Arrays.stream(Code.values()).filter(known -> known.id().equals(id)).findFirst();
      if (fields.problems().isEmpty() && temporary.isBoolean()) {
        String reason = "it answered " + id + ", " + theirs + ": " + why;
        Code kept = code.filter(SiteMessages::isOfTheQuestion).orElse(Code.PARENT_REFUSED);
        Failure failure =
            temporary.booleanValue()
                ? Failure.temporary(kept, what, reason, next)
                : Failure.permanent(kept, what, reason, next);
        return failure.about(items(fields.get("items")));
      }
    } catch (StrictJson.Malformed e) {
      // Not a refusal of ours, perhaps of something in between: said below.
    }
    String reason = "it answered with status " + status + " and no reason";
    String next = "check that the address is that of a Sluice site";
    return status >= 500
        ? Failure.temporary(Code.PARENT_REFUSED, what, reason, next)
        : Failure.permanent(Code.PARENT_REFUSED, what, reason, next);
  }

  /** Others are about the peer's own disk, database or program: here they would mean ours. */
  private static boolean isOfTheQuestion(Code code) {
    return switch (code) {
      case USAGE,
          NOT_FOUND,
          ALREADY_EXISTS,
          AMBIGUOUS,
          UNAUTHORISED,
          MANIFEST_TOO_LARGE,
          PARENT_REFUSED,
          PROTOCOL_VIOLATION,
          TOKEN_INVALID,
          SITE_CODE_INVALID,
          SITE_UNKNOWN,
          CHUNK_NOT_HELD ->
          true;
      default -> false;
    };
  }

  private static List<String> items(JsonNode list) {
    List<String> items = new ArrayList<>();
    if (list.isArray()) {
      for (JsonNode item : list) {
        if (item.isString() && items.size() < Failure.ITEMS_MAX) {
          items.add(item.stringValue());
        }
      }
    }
    return items;
  }

  /** At most so many UTF-16 units, without halves of surrogate pairs, which have no UTF-8. */
  private static String cut(String text, int most) {
    StringBuilder kept = new StringBuilder();
    text.codePoints()
        .limit(most / 2)
        .forEach(c -> kept.appendCodePoint(c >= 0xd800 && c <= 0xdfff ? 0xfffd : c));
    return kept.toString();
  }

  private static StrictJson.Fields fields(byte[] json, int most, String what) throws Failure {
    try {
      return StrictJson.object(json, most);
    } catch (StrictJson.Malformed e) {
      throw Violations.violation(what, "it is not strict JSON: " + e.getMessage()).because(e);
    }
  }

  private static void check(StrictJson.Fields fields, String what) throws Failure {
    if (!fields.problems().isEmpty()) {
      throw Violations.violation(what, "it is not of the expected form").about(fields.problems());
    }
  }
}
