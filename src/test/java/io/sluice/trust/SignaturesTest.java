package io.sluice.trust;

import static io.sluice.trust.GoldenKeys.CEN;
import static io.sluice.trust.GoldenKeys.golden;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.content.Digest;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.PackageId;
import io.sluice.site.SiteCode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignaturesTest {
  private static final String RECORD =
      """
      {"sluice":"version","v":0,"package":"CEN-12","name":"Office","version":3,\
      "manifest":"e59625a822497c164d60705eb3fd6975c375ca213b8140137a826a77790986a9",\
      "origin":"CEN","epoch":1,"sequence":41}""";

  private static VersionRecord goldenRecord() {
    return new VersionRecord(
        new VersionRecord.PackageRef(PackageId.parse("CEN-12"), "Office \u00e9 \"quoted\""),
        3,
        Digest.of("a manifest".getBytes(StandardCharsets.UTF_8)),
        CEN,
        1,
        41);
  }

  /** Signs any bytes for any type, as an attacker with a trusted key or a later Sluice might. */
  private static byte[] envelope(String payload, String type, Signer signer) throws Failure {
    byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    message.writeBytes(
        ("sluice-signature-v0\n" + type + "\n" + bytes.length + "\n")
            .getBytes(StandardCharsets.UTF_8));
    message.writeBytes(bytes);
    return ("{\"payload\":\""
            + Base64.getEncoder().encodeToString(bytes)
            + "\",\"type\":\""
            + type
            + "\",\"key\":\""
            + signer.keyId()
            + "\",\"algorithm\":\"Ed25519\",\"signature\":\""
            + Base64.getEncoder().encodeToString(signer.sign(message.toByteArray()))
            + "\"}")
        .getBytes(StandardCharsets.UTF_8);
  }

  private static Failure refusal(byte[] signed, TrustedKeys keys) {
    Failure failure = catchThrowableOfType(Failure.class, () -> Signatures.verify(signed, keys));
    assertThat(failure).as(new String(signed, StandardCharsets.UTF_8)).isNotNull();
    assertThat(failure.isTemporary()).isFalse();
    return failure;
  }

  private static byte[] replaced(byte[] signed, String from, String to) {
    String text = new String(signed, StandardCharsets.UTF_8);
    assertThat(text).contains(from);
    return text.replace(from, to).getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void signsExactlyTheGoldenBytes() throws Exception {
    TrustedVersion signed = Signatures.sign(goldenRecord(), GoldenKeys.signing());

    assertThat(signed.signed()).isEqualTo(golden("envelope.json"));
    assertThat(golden("envelope.json"))
        .asString()
        .contains(Base64.getEncoder().encodeToString(golden("record.json")));
  }

  @Test
  void readsTheGoldenEnvelopeAndKeepsItsExactBytes() throws Exception {
    TrustedVersion version = Signatures.verify(golden("envelope.json"), GoldenKeys.trusted());

    assertThat(version.record()).isEqualTo(goldenRecord());
    assertThat(version.signed()).isEqualTo(golden("envelope.json"));
  }

  @Test
  void acceptsUnknownKeysAndKeepsThem() throws Exception {
    byte[] signed =
        envelope(
            RECORD.replace("\"epoch\"", "\"future\":{\"a\":[1]},\"epoch\""),
            Signatures.TYPE,
            GoldenKeys.signing());

    assertThat(Signatures.verify(signed, GoldenKeys.trusted()).signed()).isEqualTo(signed);
  }

  @Test
  void refusesRecordSignedByUnknownKey() throws Exception {
    SigningKey stranger = SigningKey.generate(new SecureRandom());
    byte[] signed = Signatures.sign(goldenRecord(), stranger).signed();

    assertThat(refusal(signed, GoldenKeys.trusted()).code()).isEqualTo(Code.KEY_UNKNOWN);
  }

  @Test
  void refusesForgedSignatureUnderTrustedKeyId() throws Exception {
    SigningKey stranger = SigningKey.generate(new SecureRandom());
    byte[] signed =
        replaced(
            Signatures.sign(goldenRecord(), stranger).signed(),
            stranger.keyId(),
            GoldenKeys.signing().keyId());

    assertThat(refusal(signed, GoldenKeys.trusted()).code()).isEqualTo(Code.SIGNATURE_INVALID);
  }

  @Test
  void refusesKeyOfAnotherSiteEvenIfThatSiteIsTrusted() throws Exception {
    SigningKey other = SigningKey.generate(new SecureRandom());
    TrustedKeys keys = GoldenKeys.trusted().with(new SiteCode("WST"), other.publicKey());

    assertThat(refusal(envelope(RECORD, Signatures.TYPE, other), keys).code())
        .isEqualTo(Code.KEY_UNKNOWN);
  }

  @Test
  void refusesPackageOfAnotherSite() throws Exception {
    byte[] signed =
        envelope(RECORD.replace("CEN-12", "WST-12"), Signatures.TYPE, GoldenKeys.signing());

    assertThat(refusal(signed, GoldenKeys.trusted()).code()).isEqualTo(Code.SIGNATURE_INVALID);
  }

  @Test
  void refusesSwappedPayload() throws Exception {
    byte[] other =
        RECORD.replace("\"version\":3", "\"version\":4").getBytes(StandardCharsets.UTF_8);
    byte[] signed =
        replaced(
            golden("envelope.json"),
            Base64.getEncoder().encodeToString(golden("record.json")),
            Base64.getEncoder().encodeToString(other));

    assertThat(refusal(signed, GoldenKeys.trusted()).code()).isEqualTo(Code.SIGNATURE_INVALID);
  }

  @Test
  void refusesSignatureMadeForAnotherType() throws Exception {
    byte[] made = envelope(RECORD, "sluice-other-v0", GoldenKeys.signing());

    assertThat(refusal(made, GoldenKeys.trusted()).code()).isEqualTo(Code.SIGNATURE_INVALID);
    assertThat(
            refusal(replaced(made, "sluice-other-v0", Signatures.TYPE), GoldenKeys.trusted())
                .code())
        .isEqualTo(Code.SIGNATURE_INVALID);
  }

  @Test
  void refusesAnotherAlgorithm() throws Exception {
    byte[] signed = replaced(golden("envelope.json"), "Ed25519", "Ed448");

    Failure failure = refusal(signed, GoldenKeys.trusted());
    assertThat(failure.code()).isEqualTo(Code.SIGNATURE_INVALID);
    assertThat(failure.items()).anyMatch(item -> item.contains("Ed448"));
  }

  @Test
  void tellsNewerRecordsFromWrongOnes() throws Exception {
    SigningKey key = GoldenKeys.signing();
    byte[] newRecord = envelope(RECORD.replace("\"v\":0", "\"v\":1"), Signatures.TYPE, key);
    byte[] newType = envelope("anything at all", "sluice-version-record-v7", key);

    assertThat(refusal(newRecord, GoldenKeys.trusted()).code()).isEqualTo(Code.MANIFEST_TOO_NEW);
    assertThat(refusal(newType, GoldenKeys.trusted()).code()).isEqualTo(Code.MANIFEST_TOO_NEW);
  }

  @Test
  void refusesTrailingGarbageDuplicateKeysAndLooseJson() throws Exception {
    byte[] golden = golden("envelope.json");
    byte[] longer = Arrays.copyOf(golden, golden.length + 1);
    longer[golden.length] = '}';
    byte[] marked =
        ("\ufeff" + new String(golden, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);

    for (byte[] bad :
        new byte[][] {
          longer,
          marked,
          new String(golden, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_16BE),
          replaced(golden, "{\"payload\"", "{\"type\":\"sluice-version-record-v0\",\"payload\""),
          replaced(golden, "\"}", "\\n\"}"),
          replaced(golden, "==\"}", "\"}"),
          replaced(golden, "AUCg==", "AUCh=="),
          new byte[0],
          "[]".getBytes(StandardCharsets.UTF_8),
          new byte[Signatures.ENVELOPE_BYTES_MAX + 1],
        }) {
      assertThat(Arrays.equals(bad, golden)).isFalse();
      assertThat(refusal(bad, GoldenKeys.trusted()).code()).isEqualTo(Code.SIGNATURE_INVALID);
    }
  }

  @Test
  void refusesEveryTruncation() throws Exception {
    byte[] golden = golden("envelope.json");
    for (int length = 0; length < golden.length; length++) {
      byte[] cut = Arrays.copyOf(golden, length);
      assertThat(refusal(cut, GoldenKeys.trusted()).code()).isEqualTo(Code.SIGNATURE_INVALID);
    }
  }

  @Test
  void refusesAFlippedBitInEveryByte() throws Exception {
    byte[] golden = golden("envelope.json");
    for (int at = 0; at < golden.length; at++) {
      byte[] bad = golden.clone();
      bad[at] ^= (byte) (1 << at % 8);
      assertThat(refusal(bad, GoldenKeys.trusted()).code())
          .isIn(Code.SIGNATURE_INVALID, Code.KEY_UNKNOWN, Code.MANIFEST_TOO_NEW);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"version\":3|\"version\":0",
        "\"version\":3|\"version\":2147483648",
        "\"version\":3|\"version\":3.0",
        "\"version\":3|\"version\":\"3\"",
        "\"epoch\":1|\"epoch\":0",
        "\"sequence\":41|\"sequence\":9007199254740992",
        "\"name\":\"Office\"|\"name\":\"  \"",
        "\"name\":\"Office\"|\"name\":\"\\ud800\"",
        "\"name\":\"Office\"|\"nome\":\"Office\"",
        "\"origin\":\"CEN\"|\"origin\":\"cen\"",
        "\"origin\":\"CEN\"|\"origin\":\"CON\"",
        "CEN-12|CEN-012",
        "\"manifest\":\"e|\"manifest\":\"E",
        "\"sluice\":\"version\"|\"sluice\":\"other\"",
        "\"sluice\":\"version\"|\"sluice\":\"version\",\"sluice\":\"version\"",
        "}|} x",
      })
  void refusesWellSignedNonsense(String change) throws Exception {
    int bar = change.indexOf('|');
    String payload = RECORD.replace(change.substring(0, bar), change.substring(bar + 1));
    assertThat(payload).isNotEqualTo(RECORD);
    byte[] signed = envelope(payload, Signatures.TYPE, GoldenKeys.signing());

    assertThat(refusal(signed, GoldenKeys.trusted()).code()).isEqualTo(Code.SIGNATURE_INVALID);
  }

  @Test
  void listsEveryProblemAtOnce() throws Exception {
    String payload = RECORD.replace("\"version\":3", "\"version\":0").replace("41", "0");
    byte[] signed = envelope(payload, Signatures.TYPE, GoldenKeys.signing());

    assertThat(refusal(signed, GoldenKeys.trusted()).items())
        .anyMatch(item -> item.contains("\"version\""))
        .anyMatch(item -> item.contains("\"sequence\""));
  }

  @Test
  void nothingButRefusalsComeOutOfRandomMutations() throws Exception {
    long seed = 0x51CEL;
    SplittableRandom random = new SplittableRandom(seed);
    byte[] golden = golden("envelope.json");
    for (int round = 0; round < 1_000; round++) {
      byte[] bad = Arrays.copyOf(golden, golden.length - random.nextInt(3));
      for (int change = 0; change <= random.nextInt(4); change++) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
      }
      if (!Arrays.equals(bad, golden)) {
        assertThat(refusal(bad, GoldenKeys.trusted()).code())
            .as("seed %d round %d", seed, round)
            .isIn(Code.SIGNATURE_INVALID, Code.KEY_UNKNOWN, Code.MANIFEST_TOO_NEW);
      }
    }
  }

  @Test
  void neverSignsForAnotherSitesPackage() {
    VersionRecord foreign =
        new VersionRecord(
            new VersionRecord.PackageRef(PackageId.parse("WST-1"), "x"),
            1,
            Digest.of(new byte[0]),
            CEN,
            1,
            1);

    assertThatThrownBy(() -> Signatures.sign(foreign, GoldenKeys.signing()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
