package io.sluice.exchange;

import io.sluice.content.ContentReadings;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Platform;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** Archives of any origin, read, their check sums put right. */
public final class ExchangeReadings {
  private static final Path FILE = Path.of("/folder/archive").toAbsolutePath();
  private static final int BLOCK_BYTES = 512;
  private static final int READ_BYTES_MAX = 5_000;

  private ExchangeReadings() {}

  public static void tar(byte[] bytes) throws Failure, IOException {
    byte[] mended = bytes.clone();
    for (int at = 0; at + BLOCK_BYTES <= mended.length; at += BLOCK_BYTES) {
      mendHeader(mended, at);
    }
    try (ArchiveFile file = ArchiveFile.open(ContentReadings.disk(FILE, mended), FILE)) {
      readAll(file, TarReader.read(file));
    }
  }

  /** The header's check sum, unless it is all zeros, which ends an archive, or content. */
  private static void mendHeader(byte[] archive, int at) {
    byte[] block = Arrays.copyOfRange(archive, at, at + BLOCK_BYTES);
    if (new String(block, 257, 5, StandardCharsets.ISO_8859_1).equals("ustar")) {
      String sum = "%06o".formatted(TarHeader.checksum(block));
      System.arraycopy(sum.getBytes(StandardCharsets.US_ASCII), 0, archive, at + 148, 6);
    }
  }

  public static void wim(byte[] bytes) throws Failure, IOException {
    byte[] mended = bytes.clone();
    mendMetadata(mended);
    try (ArchiveFile file = ArchiveFile.open(ContentReadings.disk(FILE, mended), FILE)) {
      readAll(file, WimReader.read(file, 1));
    }
  }

  /** The SHA-1 of each image's metadata, in the table of resources. */
  private static void mendMetadata(byte[] wim) {
    if (wim.length < WimFormat.HEADER_BYTES) {
      return;
    }
    long table = WimFormat.little(wim).getLong(48 + 8);
    long end = table + (WimFormat.little(wim).getLong(48) & 0xff_ffff);
    for (long at = table;
        at >= 0 && at <= Math.min(end, wim.length) - WimFormat.LOOKUP_ENTRY_BYTES;
        at += WimFormat.LOOKUP_ENTRY_BYTES) {
      int entry = (int) at;
      long from = WimFormat.little(wim).getLong(entry + 8);
      long size = WimFormat.little(wim).getLong(entry) & 0xff_ffff_ffff_ffffL;
      boolean isMetadata = (wim[entry + 7] & WimFormat.RESOURCE_METADATA) != 0;
      if (isMetadata && from >= 0 && from <= wim.length && size <= wim.length - from) {
        byte[] metadata = Arrays.copyOfRange(wim, (int) from, (int) (from + size));
        byte[] sum = Sha1Input.digest().digest(metadata);
        System.arraycopy(sum, 0, wim, entry + 30, sum.length);
      }
    }
  }

  private static void readAll(ArchiveFile file, ArchiveTree tree) throws Failure, IOException {
    for (int i = 0; tree.node(i).isPresent(); i++) {
      ArchiveEntry entry = tree.node(i).get().entry();
      read(file, entry.content());
      for (Blob stream : entry.streams().values()) {
        read(file, stream);
      }
    }
  }

  private static void read(ArchiveFile file, Blob blob) throws Failure, IOException {
    try (InputStream in = file.open(blob)) {
      int most = (int) Math.min(READ_BYTES_MAX, blob.size());
      if (in.readNBytes(READ_BYTES_MAX).length != most) {
        throw new AssertionError("fewer bytes than it says");
      }
    } catch (IOException e) {
      throw Platform.failureIn(e).orElseThrow(() -> e);
    }
  }
}
