package io.sluice.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.site.SiteCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthorityTest {
  private static final Instant NOW = Instant.parse("2030-05-06T07:08:09.123Z");
  private static final SiteCode CEN = new SiteCode("CEN");
  private static final SiteCode WST = new SiteCode("WST");

  private final SettableClock clock = new SettableClock(NOW);
  private final SecureRandom random = new SecureRandom();
  private final Authority authority = Authority.create(CEN, clock, random);

  @TempDir Path folder;

  private X509Certificate child(SiteCode site) throws Failure {
    return authority.issueChild(site, ClientKey.generate(random).request(site));
  }

  /** A request that asks for more than it should get. */
  private static String greedy(KeyPair pair, String algorithm, KeyPair signer) throws Exception {
    ExtensionsGenerator wishes = new ExtensionsGenerator();
    wishes.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
    wishes.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
    wishes.addExtension(
        Extension.subjectAlternativeName,
        false,
        new GeneralNames(new GeneralName(GeneralName.dNSName, "bank.example")));
    return KeyFiles.pem(
        Certificates.REQUEST_LABEL,
        new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=EST,OU=admins"), pair.getPublic())
            .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, wishes.generate())
            .build(new JcaContentSignerBuilder(algorithm).build(signer.getPrivate()))
            .getEncoded());
  }

  @Test
  void decidesItselfWhatACertificateSays() throws Exception {
    KeyPair pair = Certificates.newKey(random);
    X509Certificate issued = authority.issueChild(WST, greedy(pair, "SHA256withECDSA", pair));

    assertThat(issued.getSubjectX500Principal().getName()).isEqualTo("CN=WST");
    assertThat(issued.getPublicKey()).isEqualTo(pair.getPublic());
    assertThat(issued.getBasicConstraints()).isEqualTo(-1);
    assertThat(issued.getKeyUsage()).startsWith(true, false, false, false, false, false, false);
    assertThat(issued.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
    assertThat(issued.getSubjectAlternativeNames()).isNull();
    assertThat(issued.getNotBefore()).isEqualTo("2030-05-05T07:08:09Z");
    assertThat(issued.getNotAfter().toInstant())
        .isEqualTo(Instant.parse("2030-05-06T07:08:09Z").plus(Authority.SITE_VALIDITY));
  }

  @Test
  void refusesRequestsThatDoNotProveAP256Key() throws Exception {
    KeyPair mine = Certificates.newKey(random);
    KeyPair theirs = Certificates.newKey(random);
    KeyPairGenerator p384 = KeyPairGenerator.getInstance("EC");
    p384.initialize(384, random);
    KeyPair large = p384.generateKeyPair();
    KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
    rsa.initialize(2048, random);
    KeyPair other = rsa.generateKeyPair();

    for (String request :
        List.of(
            greedy(theirs, "SHA256withECDSA", mine),
            greedy(mine, "SHA1withECDSA", mine),
            greedy(large, "SHA256withECDSA", large),
            greedy(other, "SHA256withRSA", other),
            "",
            "x".repeat(KeyFiles.PEM_BYTES_MAX + 1),
            KeyFiles.pem(Certificates.REQUEST_LABEL, new byte[] {0x30, 0x00}),
            Authority.pem(authority.certificate()))) {
      Failure failure =
          catchThrowableOfType(Failure.class, () -> authority.issueChild(WST, request));
      assertThat(failure.code()).isEqualTo(Code.PROTOCOL_VIOLATION);
    }
  }

  @Test
  void nothingButRefusalsComeOutOfMutatedRequests() {
    long seed = 42;
    SplittableRandom dice = new SplittableRandom(seed);
    String good = ClientKey.generate(random).request(WST);
    byte[] der = KeyFiles.unpem(Certificates.REQUEST_LABEL, good);
    for (int round = 0; round < 2_000; round++) {
      byte[] bad = Arrays.copyOf(der, der.length - dice.nextInt(2));
      bad[dice.nextInt(bad.length)] ^= (byte) (1 + dice.nextInt(255));
      String request = KeyFiles.pem(Certificates.REQUEST_LABEL, bad);
      Failure failure =
          catchThrowableOfType(Failure.class, () -> authority.issueChild(WST, request));
      assertThat(failure)
          .as("seed %d round %d %s", seed, round, Base64.getEncoder().encodeToString(bad))
          .isNotNull();
      assertThat(failure.code()).isEqualTo(Code.PROTOCOL_VIOLATION);
    }
  }

  @Test
  void refusesARequestInAnotherEncoding() {
    byte[] der =
        KeyFiles.unpem(Certificates.REQUEST_LABEL, ClientKey.generate(random).request(WST));
    // The empty attributes' tag [0], after the key: read the same by a lenient decoder as [9].
    int attributes = 3 + 2 + 3 + 16 + 91;
    assertThat(der[attributes]).isEqualTo((byte) 0xa0);
    der[attributes] = (byte) 0xa9;
    String request = KeyFiles.pem(Certificates.REQUEST_LABEL, der);

    Failure failure = catchThrowableOfType(Failure.class, () -> authority.issueChild(WST, request));
    assertThat(failure).isNotNull();
    assertThat(failure.code()).isEqualTo(Code.PROTOCOL_VIOLATION);
  }

  @Test
  void givesNoChildItsOwnCode() {
    Failure failure = catchThrowableOfType(Failure.class, () -> child(CEN));

    assertThat(failure.code()).isEqualTo(Code.SITE_CODE_INVALID);
  }

  @Test
  void recognisesItsChildrenWhileTheirCertificatesAreValid() throws Exception {
    X509Certificate issued = child(WST);
    X509Certificate ca = authority.certificate();
    Instant end = issued.getNotAfter().toInstant();

    assertThat(Authority.clientSite(issued, ca, NOW)).contains(WST);
    assertThat(Authority.clientSite(issued, ca, end)).contains(WST);
    assertThat(Authority.clientSite(issued, ca, end.plusSeconds(1))).isEmpty();
    assertThat(Authority.clientSite(issued, ca, NOW.minus(Duration.ofDays(2)))).isEmpty();
  }

  @Test
  void recognisesNothingElse() throws Exception {
    X509Certificate ca = authority.certificate();
    Authority namesake = Authority.create(CEN, clock, random);
    X509Certificate foreign = namesake.issueChild(WST, ClientKey.generate(random).request(WST));

    assertThat(Authority.clientSite(foreign, ca, NOW)).isEmpty();
    assertThat(Authority.clientSite(authority.issueServer(List.of()).certificate(), ca, NOW))
        .isEmpty();
    assertThat(Authority.clientSite(ca, ca, NOW)).isEmpty();
    // A child's certificate is no authority.
    assertThat(Authority.clientSite(child(new SiteCode("EST")), child(WST), NOW)).isEmpty();
  }

  @Test
  void noCertificateOutlivesItsAuthority() throws Exception {
    clock.set(authority.certificate().getNotAfter().toInstant().minusSeconds(60));

    assertThat(child(WST).getNotAfter()).isEqualTo(authority.certificate().getNotAfter());
  }

  @Test
  void aChildTrustsOnlyItsParentsServer() throws Exception {
    ServerIdentity server = authority.issueServer(List.of("parent.example", "10.1.2.3"));
    X509Certificate[] chain = server.chain().toArray(X509Certificate[]::new);
    PinnedTrust trust = PinnedTrust.ofServer(authority.certificate(), CEN, clock);
    PinnedTrust enrolling = PinnedTrust.ofServer(authority.fingerprint(), CEN, clock);

    trust.checkServerTrusted(chain, "UNKNOWN");
    enrolling.checkServerTrusted(chain, "UNKNOWN");
    assertThat(server.certificate().getSubjectAlternativeNames())
        .extracting(name -> String.valueOf(name.get(1)))
        .contains("parent.example", "10.1.2.3", "localhost", "127.0.0.1");

    Authority namesake = Authority.create(CEN, clock, random);
    X509Certificate[] foreign =
        namesake.issueServer(List.of()).chain().toArray(X509Certificate[]::new);
    // The right authority's certificate shown, but not the issuer.
    X509Certificate[] mixed = {foreign[0], authority.certificate()};
    X509Certificate[] sibling = {child(WST), authority.certificate()};
    for (X509Certificate[] bad :
        List.of(foreign, mixed, sibling, new X509Certificate[] {authority.certificate()})) {
      assertThatThrownBy(() -> trust.checkServerTrusted(bad, "UNKNOWN"))
          .isInstanceOf(CertificateException.class);
      assertThatThrownBy(() -> enrolling.checkServerTrusted(bad, "UNKNOWN"))
          .isInstanceOf(CertificateException.class);
    }
    PinnedTrust other = PinnedTrust.ofServer(authority.certificate(), WST, clock);
    assertThatThrownBy(() -> other.checkServerTrusted(chain, "UNKNOWN"))
        .hasMessageContaining("expected site WST");
    assertThatThrownBy(() -> trust.checkClientTrusted(chain, "UNKNOWN"))
        .isInstanceOf(CertificateException.class);

    clock.set(server.certificate().getNotAfter().toInstant().plusSeconds(1));
    assertThatThrownBy(() -> trust.checkServerTrusted(chain, "UNKNOWN"))
        .isInstanceOf(CertificateException.class);
  }

  @Test
  void comesBackFromItsFiles() throws Exception {
    Path key = folder.resolve("authority.key");
    Path certificate = folder.resolve("authority.pem");
    authority.save(key, certificate);

    Authority loaded = Authority.load(CEN, key, certificate, clock, random);
    X509Certificate issued = loaded.issueChild(WST, ClientKey.generate(random).request(WST));
    assertThat(loaded.fingerprint()).isEqualTo(authority.fingerprint());
    assertThat(Authority.clientSite(issued, authority.certificate(), NOW)).contains(WST);

    Failure other =
        catchThrowableOfType(
            Failure.class, () -> Authority.load(WST, key, certificate, clock, random));
    assertThat(other.code()).isEqualTo(Code.KEY_INVALID);
    Authority.create(CEN, clock, random).save(key, folder.resolve("else.pem"));
    Failure mixed =
        catchThrowableOfType(
            Failure.class, () -> Authority.load(CEN, key, certificate, clock, random));
    assertThat(mixed.code()).isEqualTo(Code.KEY_INVALID);
  }

  @Test
  void anEnrolledIdentityComesBackFromItsFiles() throws Exception {
    ClientKey key = ClientKey.generate(random);
    String issued = Authority.pem(authority.issueChild(WST, key.request(WST)));
    ClientIdentity identity = key.accept(issued, authority.certificatePem(), token(), clock);
    ClientIdentity.Files files =
        new ClientIdentity.Files(
            folder.resolve("parent.key"),
            folder.resolve("parent.pem"),
            folder.resolve("parent-authority.pem"));
    identity.save(files);

    ClientIdentity loaded = ClientIdentity.load(files, CEN);
    assertThat(loaded.site()).isEqualTo(WST);
    assertThat(loaded.fingerprint()).isEqualTo(identity.fingerprint());
    assertThat(loaded.authority()).isEqualTo(authority.certificate());
    Assumptions.assumeTrue(
        folder.getFileSystem().supportedFileAttributeViews().contains("posix"),
        "file system without POSIX permissions");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files.key())))
        .isEqualTo("rw-------");
  }

  @Test
  void refusesAnswersThatAreNotForThisKeySiteOrAuthority() throws Exception {
    ClientKey key = ClientKey.generate(random);
    Authority stranger = Authority.create(CEN, clock, random);
    String mine = Authority.pem(authority.issueChild(WST, key.request(WST)));
    String otherSite = Authority.pem(authority.issueChild(new SiteCode("EST"), key.request(WST)));
    String otherKey = Authority.pem(child(WST));
    String foreign = Authority.pem(stranger.issueChild(WST, key.request(WST)));

    for (List<String> answer :
        List.of(
            List.of(otherSite, authority.certificatePem()),
            List.of(otherKey, authority.certificatePem()),
            List.of(foreign, authority.certificatePem()),
            List.of(foreign, stranger.certificatePem()),
            List.of("", authority.certificatePem()),
            List.of(mine, "nonsense"))) {
      Failure failure =
          catchThrowableOfType(
              Failure.class, () -> key.accept(answer.get(0), answer.get(1), token(), clock));
      assertThat(failure.code()).isEqualTo(Code.PROTOCOL_VIOLATION);
      assertThat(failure.items()).isNotEmpty();
    }
    assertThat(key.accept(mine, authority.certificatePem(), token(), clock).site()).isEqualTo(WST);
  }

  private EnrolmentToken token() {
    return new EnrolmentToken(
        WST,
        CEN,
        "localhost:8530",
        authority.fingerprint(),
        EnrolmentToken.newSecret(new SplittableRandom(1)),
        Instant.ofEpochSecond(NOW.getEpochSecond() + 60));
  }

  @Test
  void everySerialNumberIsPositiveAndDifferent() throws Exception {
    X509Certificate one = child(WST);
    X509Certificate two = child(WST);

    assertThat(one.getSerialNumber().signum()).isPositive();
    assertThat(one.getSerialNumber()).isNotEqualTo(two.getSerialNumber());
    assertThat(Optional.of(one.getVersion())).contains(3);
  }
}
