package io.sluice.trust;

import io.sluice.content.Digest;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.site.SiteCode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/**
 * What an administrator carries from a parent to a new child (docs/formats/site-protocol.md): where
 * the parent is, by which certificate to know it, and a secret good for one enrolment.
 *
 * @param site the child's code
 * @param parent the parent's code
 * @param address the parent's {@code host:port}
 * @param authority SHA-256 of the parent's authority certificate
 * @param secret 32 random bytes in base64url without padding
 * @param expires until when, whole seconds
 */
public record EnrolmentToken(
    SiteCode site,
    SiteCode parent,
    String address,
    Digest authority,
    String secret,
    Instant expires) {
  /** The longest printed token. */
  public static final int LENGTH_MAX = 2048;

  /** How many random bytes a secret has. */
  public static final int SECRET_BYTES = 32;

  private static final String HEAD = "sluice0.";
  private static final Pattern LATER = Pattern.compile("sluice[1-9][0-9]*\\..*", Pattern.DOTALL);
  private static final Pattern ADDRESS =
      Pattern.compile("(?:[A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}\\]):([1-9][0-9]{0,4})");
  private static final int PORT_MAX = 65_535;

  public EnrolmentToken {
    checkedAddress(address);
    secretDigest(secret);
    if (expires.getNano() != 0 || expires.getEpochSecond() < 0) {
      throw new IllegalArgumentException("expires at " + expires);
    }
  }

  /** A new secret. */
  public static String newSecret(RandomGenerator random) {
    byte[] bytes = new byte[SECRET_BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /**
   * What a parent keeps of a secret: the SHA-256 of its 32 bytes.
   *
   * @throws IllegalArgumentException if it is no secret
   */
  public static Digest secretDigest(String secret) {
    byte[] bytes = Base64.getUrlDecoder().decode(secret);
    if (bytes.length != SECRET_BYTES || !unpadded(bytes).equals(secret)) {
      throw new IllegalArgumentException("not " + SECRET_BYTES + " bytes in base64url");
    }
    return Digest.of(bytes);
  }

  /** The one line to hand over. */
  public String print() {
    ObjectNode json = StrictJson.newObject();
    json.put("v", 0).put("site", site.text()).put("parent", parent.text());
    json.put("address", address).put("authority", authority.hex());
    json.put("secret", secret).put("expires", expires.getEpochSecond());
    return HEAD + unpadded(StrictJson.print(json));
  }

  /**
   * Reads a printed token; surrounding white space is ignored. Whether it has expired is another
   * question, see {@link #check}.
   *
   * @throws Failure TOKEN_INVALID with every reason
   */
  public static EnrolmentToken parse(String text) throws Failure {
    StrictJson.Fields fields = fields(text.strip());
    Optional<SiteCode> site =
        fields.parsed("site", Optional.empty(), code -> Optional.of(new SiteCode(code)));
    Optional<SiteCode> parent =
        fields.parsed("parent", Optional.empty(), code -> Optional.of(new SiteCode(code)));
    String address = fields.parsed("address", "", EnrolmentToken::checkedAddress);
    Optional<Digest> authority =
        fields.parsed("authority", Optional.empty(), hex -> Optional.of(Digest.parse(hex)));
    String secret =
        fields.parsed(
            "secret",
            "",
            value -> {
              secretDigest(value);
              return value;
            });
    long expires = fields.whole("expires", 0, Instant.MAX.getEpochSecond());
    if (site.isPresent() && site.equals(parent)) {
      fields.problem("\"site\" and \"parent\" are the same");
    }
    if (!fields.problems().isEmpty()) {
      throw invalid("it is not of the expected form", fields.problems());
    }
    return new EnrolmentToken(
        site.orElseThrow(),
        parent.orElseThrow(),
        address,
        authority.orElseThrow(),
        secret,
        Instant.ofEpochSecond(expires));
  }

  /**
   * Refuses an expired token.
   *
   * @throws Failure TOKEN_INVALID
   */
  public void check(Instant now) throws Failure {
    if (!now.isBefore(expires)) {
      throw invalid("it expired at " + expires + " and it is " + now, List.of());
    }
  }

  /** Without the secret: tokens get into logs. */
  @Override
  public String toString() {
    return "enrolment token of " + site + " at " + parent + ", " + address + ", until " + expires;
  }

  private static StrictJson.Fields fields(String text) throws Failure {
    if (text.length() > LENGTH_MAX) {
      throw invalid("it is longer than " + LENGTH_MAX + " characters", List.of());
    }
    if (LATER.matcher(text).matches()) {
      throw invalid("it was made by a newer Sluice", List.of());
    }
    if (!text.startsWith(HEAD)) {
      throw invalid("it does not begin with " + HEAD, List.of());
    }
    String body = text.substring(HEAD.length());
    try {
      byte[] json = Base64.getUrlDecoder().decode(body.getBytes(StandardCharsets.US_ASCII));
      if (!unpadded(json).equals(body)) {
        throw invalid("its end is damaged", List.of());
      }
      StrictJson.Fields fields = StrictJson.object(json, LENGTH_MAX);
      fields.whole("v", 0, 0);
      return fields;
    } catch (IllegalArgumentException | StrictJson.Malformed e) {
      throw invalid("it is damaged, copy it again", List.of()).because(e);
    }
  }

  private static String checkedAddress(String address) {
    java.util.regex.Matcher matcher = ADDRESS.matcher(address);
    if (!matcher.matches() || Integer.parseInt(matcher.group(1)) > PORT_MAX) {
      throw new IllegalArgumentException("not host:port");
    }
    return address;
  }

  private static String unpadded(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static Failure invalid(String why, List<String> problems) {
    return Failure.permanent(
            Code.TOKEN_INVALID,
            "reading an enrolment token",
            why,
            "ask the parent site for a new token")
        .about(problems);
  }
}
