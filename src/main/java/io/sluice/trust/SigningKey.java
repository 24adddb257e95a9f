package io.sluice.trust;

import io.sluice.content.Digest;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;

/**
 * A site's Ed25519 key pair (RFC 8032), kept as PKCS#8 and SubjectPublicKeyInfo in two PEM files.
 * Made by the JDK. Immutable; safe from any thread.
 */
public final class SigningKey implements Signer {
  /** The one algorithm of version 0. */
  public static final String ALGORITHM = "Ed25519";

  /** Length of an Ed25519 SubjectPublicKeyInfo (RFC 8410) in bytes. */
  public static final int PUBLIC_BYTES = 44;

  private static final String PRIVATE_LABEL = "PRIVATE KEY";
  private static final String PUBLIC_LABEL = "PUBLIC KEY";

  private final PrivateKey secret;
  private final PublicKey open;

  private SigningKey(PrivateKey secret, PublicKey open) {
    this.secret = secret;
    this.open = open;
  }

  /** A new key. */
  public static SigningKey generate(SecureRandom random) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(ALGORITHM);
      generator.initialize(NamedParameterSpec.ED25519, random);
      KeyPair pair = generator.generateKeyPair();
      return new SigningKey(pair.getPrivate(), pair.getPublic());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime since 15 has Ed25519", e);
    }
  }

  /**
   * Reads a key pair.
   *
   * @throws Failure KEY_INVALID if a file is missing, is no Ed25519 key, or the two do not belong
   *     together; DISK_ERROR
   */
  public static SigningKey load(Path secretFile, Path publicFile) throws Failure {
    PublicKey open = decode(publicFile, PUBLIC_LABEL, SigningKey::publicKey);
    PrivateKey secret = decode(secretFile, PRIVATE_LABEL, SigningKey::privateKey);
    SigningKey key = new SigningKey(secret, open);
    byte[] probe = Digest.of(open.getEncoded()).bytes();
    if (!verifies(open, probe, key.sign(probe))) {
      throw KeyFiles.invalid(
          "the signing key " + secretFile, "it does not belong to the public key " + publicFile);
    }
    return key;
  }

  /**
   * Writes both files, the secret one with mode 0600; durable on return. Replaces what is there.
   *
   * @throws Failure DISK_ERROR
   */
  public void save(Path secretFile, Path publicFile) throws Failure {
    KeyFiles.writeSecret(secretFile, KeyFiles.pem(PRIVATE_LABEL, secret.getEncoded()));
    KeyFiles.writePublic(publicFile, KeyFiles.pem(PUBLIC_LABEL, open.getEncoded()));
  }

  public PublicKey publicKey() {
    return open;
  }

  /** The public key as SubjectPublicKeyInfo, {@link #PUBLIC_BYTES} bytes. */
  public byte[] publicBytes() {
    return open.getEncoded();
  }

  @Override
  public String keyId() {
    return keyId(open);
  }

  @Override
  public String algorithm() {
    return ALGORITHM;
  }

  @Override
  public byte[] sign(byte[] message) throws Failure {
    try {
      Signature signature = Signature.getInstance(ALGORITHM);
      signature.initSign(secret);
      signature.update(message);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw Failure.permanent(
              Code.KEY_INVALID,
              "signing with the key " + keyId(),
              "the key cannot sign",
              "put the right key file back")
          .because(e);
    }
  }

  /** The lower-case hexadecimal SHA-256 of a public key's SubjectPublicKeyInfo. */
  public static String keyId(PublicKey key) {
    return Digest.of(key.getEncoded()).hex();
  }

  /**
   * Reads an Ed25519 SubjectPublicKeyInfo.
   *
   * @throws IllegalArgumentException if it is anything else, or not in its one encoding
   */
  public static PublicKey publicKey(byte[] encoded) {
    try {
      if (encoded.length == PUBLIC_BYTES) {
        PublicKey key =
            KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(encoded));
        if (Arrays.equals(key.getEncoded(), encoded)) {
          return key;
        }
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("not an Ed25519 public key", e);
    }
    throw new IllegalArgumentException("not an Ed25519 public key");
  }

  /**
   * True if the signature was made by this key's owner over this message; false for any nonsense.
   */
  static boolean verifies(PublicKey key, byte[] message, byte[] signature) {
    try {
      Signature checker = Signature.getInstance(ALGORITHM);
      checker.initVerify(key);
      checker.update(message);
      return checker.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static PrivateKey privateKey(byte[] encoded) {
    try {
      return KeyFactory.getInstance(ALGORITHM).generatePrivate(new PKCS8EncodedKeySpec(encoded));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("not an Ed25519 private key", e);
    }
  }

  private interface Decoder<T> {
    T decode(byte[] encoded);
  }

  private static <T> T decode(Path file, String label, Decoder<T> decoder) throws Failure {
    try {
      return decoder.decode(KeyFiles.unpem(label, KeyFiles.read(file)));
    } catch (IllegalArgumentException e) {
      throw KeyFiles.invalid("the key file " + file, String.valueOf(e.getMessage())).because(e);
    }
  }
}
