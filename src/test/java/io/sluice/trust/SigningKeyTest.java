package io.sluice.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SigningKeyTest extends SignerContractTest {
  @TempDir Path folder;

  @Override
  Signer signer() throws Exception {
    return GoldenKeys.signing();
  }

  @Override
  PublicKey publicKey() throws Exception {
    return GoldenKeys.signing().publicKey();
  }

  private Path secret() {
    return folder.resolve("signing.key");
  }

  private Path open() {
    return folder.resolve("signing.pub");
  }

  @Test
  void signsAsRfc8032Says() throws Exception {
    assertThat(HexFormat.of().formatHex(GoldenKeys.signing().sign(new byte[0])))
        .isEqualTo(
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
  }

  @Test
  void comesBackFromItsFiles() throws Exception {
    SigningKey key = SigningKey.generate(new SecureRandom());
    key.save(secret(), open());

    SigningKey loaded = SigningKey.load(secret(), open());

    assertThat(loaded.keyId()).isEqualTo(key.keyId()).matches("[0-9a-f]{64}");
    assertThat(loaded.sign(new byte[] {1})).isEqualTo(key.sign(new byte[] {1}));
    assertThat(folder.toFile().list()).containsExactlyInAnyOrder("signing.key", "signing.pub");
  }

  @Test
  void onlyTheOwnerMayReadTheSecretFile() throws Exception {
    Assumptions.assumeTrue(
        folder.getFileSystem().supportedFileAttributeViews().contains("posix"),
        "file system without POSIX permissions");
    SigningKey key = SigningKey.generate(new SecureRandom());
    Files.writeString(secret(), "an old file everybody may read");
    Files.writeString(folder.resolve(".signing.key.temporary"), "left behind by a crash");
    key.save(secret(), open());

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secret())))
        .isEqualTo("rw-------");
  }

  @Test
  void refusesMissingDamagedAndMismatchedFiles() throws Exception {
    SigningKey key = SigningKey.generate(new SecureRandom());
    assertThat(refusal()).isEqualTo(Code.KEY_INVALID);

    key.save(secret(), open());
    SigningKey.generate(new SecureRandom()).save(folder.resolve("other"), open());
    assertThat(refusal()).isEqualTo(Code.KEY_INVALID);

    key.save(secret(), open());
    Files.writeString(open(), Files.readString(open()) + "x");
    assertThat(refusal()).isEqualTo(Code.KEY_INVALID);

    key.save(secret(), open());
    Files.writeString(secret(), "x".repeat(KeyFiles.PEM_BYTES_MAX + 1));
    assertThat(refusal()).isEqualTo(Code.KEY_INVALID);

    Files.writeString(
        secret(), KeyFiles.pem("PRIVATE KEY", "no key".getBytes(StandardCharsets.UTF_8)));
    assertThat(refusal()).isEqualTo(Code.KEY_INVALID);
  }

  private Code refusal() {
    Failure failure = catchThrowableOfType(Failure.class, () -> SigningKey.load(secret(), open()));
    assertThat(failure).isNotNull();
    assertThat(failure.text()).contains(folder.toString());
    return failure.code();
  }

  @Test
  void saysWhichFolderCannotBeWritten() {
    Path missing = folder.resolve("missing").resolve("signing.key");

    Failure failure =
        catchThrowableOfType(
            Failure.class, () -> SigningKey.generate(new SecureRandom()).save(missing, open()));

    assertThat(failure.code()).isEqualTo(Code.DISK_ERROR);
    assertThat(failure.what()).contains(missing.toString());
  }
}
