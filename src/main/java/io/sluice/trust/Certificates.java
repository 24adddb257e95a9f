package io.sluice.trust;

import io.sluice.content.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/**
 * X.509 certificates (RFC 5280) and requests (RFC 2986) over NIST P-256. Bouncy Castle only encodes
 * and decodes; keys, signatures and TLS are the JDK's, and its provider is never registered.
 */
final class Certificates {
  static final String CERTIFICATE_LABEL = "CERTIFICATE";
  static final String REQUEST_LABEL = "CERTIFICATE REQUEST";
  static final String KEY_LABEL = "PRIVATE KEY";

  private static final String CURVE = "secp256r1";
  private static final String SIGNATURE = "SHA256withECDSA";
  private static final String SIGNATURE_OID = "1.2.840.10045.4.3.2";

  /** A SubjectPublicKeyInfo of an uncompressed P-256 point has this length. */
  private static final int POINT_KEY_BYTES = 91;

  private static final int SERIAL_BITS = 159;

  private Certificates() {}

  /** What kind of certificate is made. */
  enum Purpose {
    AUTHORITY,
    SERVER,
    CLIENT
  }

  /** The validity's start and end, whole seconds. */
  record Validity(Instant from, Instant until) {
    static Validity starting(Instant now, Duration skew, Duration length) {
      Instant second = Instant.ofEpochSecond(now.getEpochSecond());
      return new Validity(second.minus(skew), second.plus(length));
    }

    Validity within(X509Certificate issuer) {
      Instant end = issuer.getNotAfter().toInstant();
      return until.isAfter(end) ? new Validity(from, end) : this;
    }
  }

  /** Who a certificate is for. */
  record Subject(String commonName, PublicKey key, List<String> hosts) {}

  /** Who signs a certificate; an authority signs its own. */
  record Issuer(String commonName, PublicKey key, PrivateKey secret) {}

  static KeyPair newKey(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(CURVE), random);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime has P-256", e);
    }
  }

  static X509Certificate issue(
      Purpose purpose, Subject subject, Issuer issuer, Validity validity, SecureRandom random) {
    try {
      BigInteger serial = new BigInteger(SERIAL_BITS, random).add(BigInteger.ONE);
      X509v3CertificateBuilder builder =
          new X509v3CertificateBuilder(
              new X500Name("CN=" + issuer.commonName),
              serial,
              Date.from(validity.from),
              Date.from(validity.until),
              new X500Name("CN=" + subject.commonName),
              SubjectPublicKeyInfo.getInstance(subject.key.getEncoded()));
      extend(builder, purpose, subject, issuer);
      X509CertificateHolder holder = builder.build(signer(issuer.secret, random));
      return certificate(holder.getEncoded());
    } catch (IOException | OperatorCreationException | GeneralSecurityException e) {
      throw new IllegalStateException("encoding a certificate for " + subject.commonName, e);
    }
  }

  private static ContentSigner signer(PrivateKey secret, SecureRandom random)
      throws OperatorCreationException {
    return new JcaContentSignerBuilder(SIGNATURE).setSecureRandom(random).build(secret);
  }

  private static void extend(
      X509v3CertificateBuilder builder, Purpose purpose, Subject subject, Issuer issuer)
      throws IOException, GeneralSecurityException {
    JcaX509ExtensionUtils ids = new JcaX509ExtensionUtils();
    builder.addExtension(
        Extension.subjectKeyIdentifier, false, ids.createSubjectKeyIdentifier(subject.key));
    builder.addExtension(
        Extension.authorityKeyIdentifier, false, ids.createAuthorityKeyIdentifier(issuer.key));
    if (purpose == Purpose.AUTHORITY) {
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
      builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
      return;
    }
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
    builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
    KeyPurposeId use =
        purpose == Purpose.SERVER ? KeyPurposeId.id_kp_serverAuth : KeyPurposeId.id_kp_clientAuth;
    builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(use));
    if (!subject.hosts.isEmpty()) {
      GeneralName[] names =
          subject.hosts.stream().map(Certificates::generalName).toArray(GeneralName[]::new);
      builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
    }
  }

  private static GeneralName generalName(String host) {
    boolean address = host.indexOf(':') >= 0 || host.matches("[0-9.]+");
    return new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, host);
  }

  /** A request that proves possession of the key. */
  static String request(KeyPair pair, String commonName, SecureRandom random) {
    try {
      PKCS10CertificationRequest request =
          new JcaPKCS10CertificationRequestBuilder(
                  new X500Name("CN=" + commonName), pair.getPublic())
              .build(signer(pair.getPrivate(), random));
      return KeyFiles.pem(REQUEST_LABEL, request.getEncoded());
    } catch (IOException | OperatorCreationException e) {
      throw new IllegalStateException("encoding a certificate request", e);
    }
  }

  /**
   * The public key whose possession a request proves; everything else it asks for is ignored.
   *
   * @throws IllegalArgumentException if it is no such request, saying why
   */
  static PublicKey provenKey(String pem) {
    byte[] der = KeyFiles.unpem(REQUEST_LABEL, pem);
    try {
      PKCS10CertificationRequest request = new PKCS10CertificationRequest(der);
      // The decoder is lenient; what it understood must be what was sent.
      if (!Arrays.equals(request.toASN1Structure().getEncoded("DER"), der)) {
        throw new IllegalArgumentException("it is not in its one encoding");
      }
      if (!request.getSignatureAlgorithm().getAlgorithm().getId().equals(SIGNATURE_OID)) {
        throw new IllegalArgumentException("it is not signed with " + SIGNATURE);
      }
      PublicKey key = pointKey(request.getSubjectPublicKeyInfo().getEncoded());
      Signature checker = Signature.getInstance(SIGNATURE);
      checker.initVerify(key);
      checker.update(request.toASN1Structure().getCertificationRequestInfo().getEncoded("DER"));
      if (!checker.verify(request.getSignature())) {
        throw new IllegalArgumentException("it does not prove possession of its key");
      }
      return key;
    } catch (IOException
        | GeneralSecurityException
        | ClassCastException
        | IllegalStateException
        | ArithmeticException
        | IndexOutOfBoundsException e) {
      // The decoder reports some malformed structures only by such exceptions.
      throw new IllegalArgumentException("it is not a PKCS#10 request", e);
    }
  }

  private static PublicKey pointKey(byte[] encoded) {
    try {
      if (encoded.length == POINT_KEY_BYTES) {
        PublicKey key =
            KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(encoded));
        if (isPoint(key) && Arrays.equals(key.getEncoded(), encoded)) {
          return key;
        }
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("its key is not a P-256 key", e);
    }
    throw new IllegalArgumentException("its key is not a P-256 key");
  }

  /** Whether a key is of the curve P-256. */
  static boolean isPoint(PublicKey key) {
    // The JDK's parameters of a named curve print its name.
    return key instanceof ECPublicKey point && point.getParams().toString().startsWith(CURVE);
  }

  static PrivateKey privateKey(byte[] encoded) {
    try {
      return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(encoded));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("it is not a P-256 private key", e);
    }
  }

  /**
   * Reads exactly one certificate.
   *
   * @throws IllegalArgumentException if it is anything else
   */
  static X509Certificate parse(String pem) {
    try {
      return certificate(KeyFiles.unpem(CERTIFICATE_LABEL, pem));
    } catch (CertificateException e) {
      throw new IllegalArgumentException("it is not an X.509 certificate", e);
    }
  }

  static String pem(X509Certificate certificate) {
    return KeyFiles.pem(CERTIFICATE_LABEL, encoded(certificate));
  }

  /** SHA-256 of the certificate's DER form. */
  static Digest fingerprint(X509Certificate certificate) {
    return Digest.of(encoded(certificate));
  }

  static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a certificate without an encoding", e);
    }
  }

  /** Whether the private and the public key belong together. */
  static boolean belong(PrivateKey secret, PublicKey open) {
    byte[] probe = Digest.of(open.getEncoded()).bytes();
    try {
      Signature signature = Signature.getInstance(SIGNATURE);
      signature.initSign(secret);
      signature.update(probe);
      byte[] made = signature.sign();
      signature.initVerify(open);
      signature.update(probe);
      return signature.verify(made);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static X509Certificate certificate(byte[] der) throws CertificateException {
    ByteArrayInputStream in = new ByteArrayInputStream(der);
    X509Certificate certificate =
        (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    if (in.available() > 0) {
      throw new CertificateException("bytes behind the certificate");
    }
    return certificate;
  }
}
