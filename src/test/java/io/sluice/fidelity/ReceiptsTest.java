package io.sluice.fidelity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.content.Digest;
import io.sluice.content.HostDisk;
import io.sluice.content.WatchedDisk;
import io.sluice.content.WatchedDisk.Operation;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReceiptsTest {
  private static final Digest DIGEST = Digest.of("m".getBytes(StandardCharsets.UTF_8));
  private static final Receipt RECEIPT =
      new Receipt(
          DIGEST,
          "",
          new Inventory(new Inventory.Entries(1, 2, 0, 0), 0, 3, Map.of()),
          Remarks.NONE);

  @TempDir Path folder;

  @BeforeEach
  void makeLibrary() throws Exception {
    Files.createDirectories(folder.resolve("temporary"));
  }

  private Path file() {
    return folder.resolve("receipts").resolve(DIGEST.hex() + ".json");
  }

  @Test
  void twoCapturesOfOneVersionKeepItsReceiptAtOnce() throws Exception {
    AtomicInteger begun = new AtomicInteger();
    WatchedDisk disk =
        new WatchedDisk(
            new HostDisk(),
            (operation, path) -> {
              if (operation == Operation.WRITE && begun.getAndIncrement() == 0) {
                CompletableFuture.runAsync(this::put).join();
              }
            });
    new Receipts(disk, folder).put(RECEIPT);
    assertThat(new Receipts(disk, folder).find(DIGEST)).contains(RECEIPT);
    assertThat(folder.resolve("temporary")).isEmptyDirectory();
  }

  private void put() {
    try {
      new Receipts(new HostDisk(), folder).put(RECEIPT);
    } catch (Failure e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aReceiptThatCannotBeReadIsWrittenAnew() throws Exception {
    put();
    WatchedDisk disk =
        new WatchedDisk(
            new HostDisk(),
            (operation, path) -> {
              if (operation == Operation.READ) {
                throw WatchedDisk.broken(operation, path);
              }
            });
    Files.writeString(file(), "damaged");
    Receipts receipts = new Receipts(disk, folder);
    Digest document = receipts.put(RECEIPT);
    assertThat(receipts.find(DIGEST, document)).isEmpty();
    assertThat(new Receipts(new HostDisk(), folder).find(DIGEST, document)).contains(RECEIPT);
  }

  @Test
  void afterAFailedForceNothingIsAcknowledged() throws Exception {
    AtomicInteger forced = new AtomicInteger();
    WatchedDisk disk =
        new WatchedDisk(
            new HostDisk(),
            (operation, path) -> {
              if (operation == Operation.FORCE_FOLDER && forced.getAndIncrement() == 0) {
                throw WatchedDisk.broken(operation, path);
              }
            });
    Receipts receipts = new Receipts(disk, folder);
    for (int i = 0; i < 2; i++) {
      Failure failure = catchThrowableOfType(Failure.class, () -> receipts.put(RECEIPT));
      assertThat(failure).isNotNull().extracting(Failure::code).isEqualTo(Code.DISK_ERROR);
    }
    // The next process sees the name and does not know whether it is durable.
    int before = forced.get();
    new Receipts(disk, folder).put(RECEIPT);
    assertThat(forced.get()).isGreaterThan(before);
  }
}
