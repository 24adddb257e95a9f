package io.sluice.trust;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.site.SiteCode;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The signing keys trusted at a site, one per origin site (docs/formats/version-record.md): its
 * own, its parent's and its parent's ancestors'. A key is trusted for its own site only. Immutable.
 */
public final class TrustedKeys {
  /** The most keys: a tree of sites is nowhere near so deep. */
  public static final int KEYS_MAX = 64;

  /** The most bytes of the printed form. */
  public static final int BYTES_MAX = 16 * 1024;

  private final SortedMap<SiteCode, PublicKey> keys;

  private TrustedKeys(SortedMap<SiteCode, PublicKey> keys) {
    this.keys = keys;
  }

  /** Nobody is trusted. */
  public static TrustedKeys none() {
    return new TrustedKeys(new TreeMap<>());
  }

  /**
   * These and the key of one more site, or of the same site in place of its old one.
   *
   * @throws IllegalArgumentException beyond {@link #KEYS_MAX}
   */
  public TrustedKeys with(SiteCode site, PublicKey key) {
    SortedMap<SiteCode, PublicKey> more = new TreeMap<>(keys);
    more.put(site, key);
    if (more.size() > KEYS_MAX) {
      throw new IllegalArgumentException("more than " + KEYS_MAX + " trusted keys");
    }
    return new TrustedKeys(more);
  }

  /** The sites trusted to sign, in order. */
  public List<SiteCode> sites() {
    return List.copyOf(keys.keySet());
  }

  /** The key trusted for this origin site. */
  public Optional<PublicKey> key(SiteCode site) {
    return Optional.ofNullable(keys.get(site));
  }

  /** The key of this ID, for whichever site. */
  Optional<PublicKey> byId(String keyId) {
    return keys.values().stream().filter(key -> SigningKey.keyId(key).equals(keyId)).findFirst();
  }

  /** The array of trusted keys, for embedding in another JSON document. */
  public ArrayNode toJson() {
    ArrayNode array = StrictJson.newObject().putArray("keys");
    keys.forEach(
        (site, key) -> {
          ObjectNode one = array.addObject();
          one.put("site", site.text());
          one.put("key", Base64.getEncoder().encodeToString(key.getEncoded()));
        });
    return array;
  }

  /** The content of trusted.json: a JSON array, sites in order, with a final line feed. */
  public byte[] print() {
    byte[] json = StrictJson.print(toJson());
    byte[] line = java.util.Arrays.copyOf(json, json.length + 1);
    line[json.length] = '\n';
    return line;
  }

  /**
   * Reads the printed form.
   *
   * @throws Failure KEY_INVALID with every problem
   */
  public static TrustedKeys parse(byte[] json) throws Failure {
    try {
      return fromJson(StrictJson.parse(json, BYTES_MAX));
    } catch (StrictJson.Malformed e) {
      throw invalid(List.of(String.valueOf(e.getMessage()))).because(e);
    }
  }

  /**
   * Reads the array of trusted keys.
   *
   * @throws Failure KEY_INVALID with every problem
   */
  public static TrustedKeys fromJson(JsonNode json) throws Failure {
    if (!(json instanceof ArrayNode array) || array.size() > KEYS_MAX) {
      throw invalid(List.of("it is not an array of at most " + KEYS_MAX + " keys"));
    }
    List<String> problems = new ArrayList<>();
    SortedMap<SiteCode, PublicKey> keys = new TreeMap<>();
    for (int i = 0; i < array.size(); i++) {
      String which = "key " + (i + 1) + ": ";
      if (!(array.get(i) instanceof ObjectNode object)) {
        problems.add(which + "it is not an object");
        continue;
      }
      StrictJson.Fields fields = StrictJson.fields(object);
      Optional<SiteCode> site =
          fields.parsed("site", Optional.empty(), text -> Optional.of(new SiteCode(text)));
      Optional<PublicKey> key =
          fields.parsed(
              "key",
              Optional.empty(),
              text -> Optional.of(SigningKey.publicKey(StrictJson.base64(text))));
      fields.problems().forEach(problem -> problems.add(which + problem));
      if (site.isPresent() && key.isPresent() && keys.put(site.get(), key.get()) != null) {
        problems.add(which + "a second key of site " + site.get());
      }
    }
    if (!problems.isEmpty()) {
      throw invalid(problems);
    }
    return new TrustedKeys(keys);
  }

  private static Failure invalid(List<String> problems) {
    return Failure.permanent(
            Code.KEY_INVALID,
            "reading the trusted signing keys",
            problems.size() + " problem(s)",
            "put trusted.json back from a backup, or enrol the site anew")
        .about(problems);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TrustedKeys that && keys.equals(that.keys);
  }

  @Override
  public int hashCode() {
    return keys.hashCode();
  }

  @Override
  public String toString() {
    return "trusted keys of " + keys.keySet();
  }
}
