package io.sluice.trust;

import io.sluice.content.Digest;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.PackageId;
import io.sluice.site.SiteCode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes and checks signed version records (docs/formats/version-record.md). The signature is made
 * over the exact bytes that travel, together with their purpose and length; bytes are verified
 * before they are parsed and are never made anew. Pure; safe from any thread.
 */
public final class Signatures {
  /** The most bytes of a signed record. */
  public static final int ENVELOPE_BYTES_MAX = 16 * 1024;

  /** The purpose of a signature over a version record of version 0. */
  public static final String TYPE = "sluice-version-record-v0";

  private static final Pattern TYPES =
      Pattern.compile("sluice-version-record-v(0|[1-9][0-9]{0,5})");
  private static final String DOMAIN = "sluice-signature-v0";
  private static final int KEY_ID_LENGTH = 64;
  private static final int NAME_LENGTH_MAX = 64;
  private static final int SIGNATURE_BYTES_MAX = 4096;
  private static final String WHAT = "verifying a signed version record";

  private Signatures() {}

  /**
   * Signs a record.
   *
   * @throws IllegalArgumentException if the record's package is not the origin's own, its name is
   *     not valid Unicode, or a number is 2^53 or more
   */
  public static TrustedVersion sign(VersionRecord record, Signer signer) throws Failure {
    return new TrustedVersion(record, seal(TYPE, print(record), signer));
  }

  /** An envelope around these bytes, signed for this purpose. */
  static byte[] seal(String type, byte[] payload, Signer signer) throws Failure {
    byte[] signature = signer.sign(message(type, payload));
    ObjectNode envelope = StrictJson.newObject();
    envelope.put("payload", Base64.getEncoder().encodeToString(payload));
    envelope.put("type", type);
    envelope.put("key", signer.keyId());
    envelope.put("algorithm", signer.algorithm());
    envelope.put("signature", Base64.getEncoder().encodeToString(signature));
    return StrictJson.print(envelope);
  }

  /**
   * Verifies an envelope. Whether the version went backwards is for the caller to judge, who knows
   * what was seen before.
   *
   * @param signed the envelope's exact bytes, of whatever origin
   * @throws Failure SIGNATURE_INVALID, KEY_UNKNOWN or MANIFEST_TOO_NEW, all permanent
   */
  public static TrustedVersion verify(byte[] signed, TrustedKeys keys) throws Failure {
    Envelope envelope = envelope(signed);
    PublicKey key =
        keys.byId(envelope.key)
            .orElseThrow(() -> unknown("no site is trusted to sign with key " + envelope.key));
    byte[] message = message(envelope.type, envelope.payload);
    if (!SigningKey.verifies(key, message, envelope.signature)) {
      throw invalid("the signature does not fit the record", List.of());
    }
    VersionRecord record = record(envelope);
    Optional<PublicKey> expected = keys.key(record.origin());
    if (expected.isEmpty() || !expected.get().equals(key)) {
      throw unknown("the key " + envelope.key + " may not sign for site " + record.origin());
    }
    if (!record.subject().id().site().equals(record.origin().text())) {
      throw invalid(
          record.origin() + " signed for the package " + record.subject().id() + " of another site",
          List.of());
    }
    return new TrustedVersion(record, signed);
  }

  private record Envelope(byte[] payload, String type, String key, byte[] signature) {}

  private static Envelope envelope(byte[] signed) throws Failure {
    StrictJson.Fields fields = fields(signed, "the envelope");
    byte[] payload = fields.base64("payload", ENVELOPE_BYTES_MAX);
    String type = fields.text("type", NAME_LENGTH_MAX);
    String key = fields.text("key", KEY_ID_LENGTH);
    String algorithm = fields.text("algorithm", NAME_LENGTH_MAX);
    byte[] signature = fields.base64("signature", SIGNATURE_BYTES_MAX);
    if (!type.isEmpty() && !TYPES.matcher(type).matches()) {
      fields.problem("\"type\" says it is signed for something else: " + type);
    }
    if (!algorithm.isEmpty() && !algorithm.equals(SigningKey.ALGORITHM)) {
      fields.problem("\"algorithm\" is not one this Sluice knows: " + algorithm);
    }
    check(fields, "the envelope is not of the expected form");
    return new Envelope(payload, type, key, signature);
  }

  /** Parses what the signature was found to fit; its version first, to tell new from wrong. */
  private static VersionRecord record(Envelope envelope) throws Failure {
    Matcher type = TYPES.matcher(envelope.type);
    long typeVersion = type.matches() ? Long.parseLong(type.group(1)) : 0;
    if (typeVersion > 0) {
      throw tooNew("its type is " + envelope.type);
    }
    StrictJson.Fields fields = fields(envelope.payload, "the record");
    fields.constant("sluice", "version");
    long v = fields.whole("v", 0, Integer.MAX_VALUE);
    check(fields, "the signed record is not of the expected form");
    if (v > 0) {
      throw tooNew("its v is " + v);
    }
    Optional<PackageId> id =
        fields.parsed("package", Optional.empty(), text -> Optional.of(PackageId.parse(text)));
    Optional<SiteCode> origin =
        fields.parsed("origin", Optional.empty(), text -> Optional.of(new SiteCode(text)));
    Optional<Digest> manifest =
        fields.parsed("manifest", Optional.empty(), text -> Optional.of(Digest.parse(text)));
    String name = fields.text("name", VersionRecord.PackageRef.NAME_MAX);
    if (name.isBlank()) {
      fields.problem("\"name\" is blank");
    }
    int version = (int) fields.whole("version", 1, Integer.MAX_VALUE);
    long epoch = fields.whole("epoch", 1, StrictJson.INTEGER_MAX);
    long sequence = fields.whole("sequence", 1, StrictJson.INTEGER_MAX);
    check(fields, "the signed record is not of the expected form");
    return new VersionRecord(
        new VersionRecord.PackageRef(id.orElseThrow(), name),
        version,
        manifest.orElseThrow(),
        origin.orElseThrow(),
        epoch,
        sequence);
  }

  private static byte[] print(VersionRecord record) {
    PackageId id = record.subject().id();
    if (!id.site().equals(record.origin().text())) {
      throw new IllegalArgumentException(record.origin() + " signing for " + id);
    }
    if (!StrictJson.isUnicode(record.subject().name())
        || record.epoch() > StrictJson.INTEGER_MAX
        || record.sequence() > StrictJson.INTEGER_MAX) {
      throw new IllegalArgumentException("a record that cannot be printed: " + record);
    }
    ObjectNode json = StrictJson.newObject();
    json.put("sluice", "version").put("v", 0);
    json.put("package", id.toString()).put("name", record.subject().name());
    json.put("version", record.version()).put("manifest", record.manifest().hex());
    json.put("origin", record.origin().text());
    json.put("epoch", record.epoch()).put("sequence", record.sequence());
    return StrictJson.print(json);
  }

  /** What is signed: purpose, length and bytes, so that a signature for one thing fits no other. */
  private static byte[] message(String type, byte[] payload) {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    String head = DOMAIN + "\n" + type + "\n" + payload.length + "\n";
    message.writeBytes(head.getBytes(StandardCharsets.UTF_8));
    message.writeBytes(payload);
    return message.toByteArray();
  }

  private static StrictJson.Fields fields(byte[] json, String part) throws Failure {
    try {
      return StrictJson.object(json, ENVELOPE_BYTES_MAX);
    } catch (StrictJson.Malformed e) {
      throw invalid(part + " is not strict JSON: " + e.getMessage(), List.of()).because(e);
    }
  }

  private static void check(StrictJson.Fields fields, String why) throws Failure {
    if (!fields.problems().isEmpty()) {
      throw invalid(why, fields.problems());
    }
  }

  private static Failure invalid(String why, List<String> problems) {
    return Failure.permanent(
            Code.SIGNATURE_INVALID,
            WHAT,
            why,
            "nothing of it was used; find out who changed it on the way")
        .about(problems);
  }

  private static Failure unknown(String why) {
    return Failure.permanent(
        Code.KEY_UNKNOWN, WHAT, why, "enrol this site anew if its parent's keys have changed");
  }

  private static Failure tooNew(String why) {
    return Failure.permanent(Code.MANIFEST_TOO_NEW, WHAT, why, "upgrade this site's Sluice");
  }
}
