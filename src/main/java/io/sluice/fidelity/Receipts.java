package io.sluice.fidelity;

import io.sluice.content.Digest;
import io.sluice.content.Disk;
import io.sluice.content.Stop;
import io.sluice.content.WholeFile;
import io.sluice.failure.Failure;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * The receipts of captures, in the folder {@code receipts} of the library they went to: the newest
 * of each version. Safe from any thread. After a failed force no more are kept.
 */
public final class Receipts {
  private static final String END = ".json";
  private static final byte[] NOTHING = {};

  private final Disk disk;
  private final Path folder;
  private final Path temporary;
  private final Stop stop;

  /**
   * @param library the library's folder
   */
  public Receipts(Disk disk, Path library) {
    this.disk = disk;
    this.folder = library.resolve("receipts");
    this.temporary = library.resolve("temporary");
    this.stop = new Stop("the receipts in " + folder);
  }

  /**
   * Keeps a receipt, durable on return, in place of the version's older one. Returns the digest of
   * its document.
   */
  public Digest put(Receipt receipt) throws Failure {
    byte[] bytes = ReceiptJson.write(receipt);
    Digest document = Digest.of(bytes);
    Path file = file(receipt.manifest());
    if (Arrays.equals(readable(file), bytes)) {
      // A process that died may have left a name that is seen but not durable.
      stop.force(() -> disk.forceDirectory(folder));
      return document;
    }
    stop.createFolders(disk, folder);
    // Captures of one version at once are of several threads.
    String part = "receipt-" + receipt.manifest().hex() + "-" + Thread.currentThread().threadId();
    WholeFile.put(
        disk, stop, temporary.resolve(part), file, writer -> writer.write(ByteBuffer.wrap(bytes)));
    return document;
  }

  /** The bytes of a receipt; none if it is not there or cannot be read: then it is made anew. */
  private byte[] readable(Path file) {
    try {
      return disk.exists(file) ? WholeFile.read(disk, file, ReceiptJson.BYTES_MAX) : NOTHING;
    } catch (Failure unreadable) {
      return NOTHING;
    }
  }

  /** The receipt of the version's last capture, if that is the one with this document. */
  public Optional<Receipt> find(Digest manifest, Digest document) throws Failure {
    Path file = file(manifest);
    byte[] bytes = readable(file);
    return Digest.of(bytes).equals(document)
        ? Optional.of(ReceiptJson.read(bytes, file.toString()))
        : Optional.empty();
  }

  /**
   * The receipt of the version's last capture into this library, if it was captured here.
   *
   * @throws Failure CONTENT_CORRUPT, LIBRARY_TOO_NEW or DISK_ERROR
   */
  public Optional<Receipt> find(Digest manifest) throws Failure {
    Path file = file(manifest);
    return disk.exists(file)
        ? Optional.of(
            ReceiptJson.read(WholeFile.read(disk, file, ReceiptJson.BYTES_MAX), file.toString()))
        : Optional.empty();
  }

  private Path file(Digest manifest) {
    return folder.resolve(manifest.hex() + END);
  }
}
