package io.sluice.exchange;

import io.sluice.failure.Failure;
import io.sluice.manifest.Entry;
import io.sluice.manifest.Manifest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/** Writes a WIM's parts: header, resources, metadata, the table of both, a description in XML. */
final class WimWriter {
  private static final short PARTS = 1;

  private final Manifest manifest;
  private final WimResources resources;
  private final byte[] metadata;

  WimWriter(Manifest manifest, WimResources resources, byte[] metadata) {
    this.manifest = manifest;
    this.resources = resources;
    this.metadata = metadata;
  }

  /** Writes it all; returns its length in bytes. */
  long write(OutputStream out) throws Failure, IOException, InterruptedException {
    ByteArrayOutputStream table = new ByteArrayOutputStream();
    long at = WimFormat.HEADER_BYTES;
    for (WimResources.Resource each : resources.all()) {
      table.writeBytes(entry(each.size(), 0, at, each.references(), each.sha1()));
      at += each.size();
    }
    String sha1 = HexFormat.of().formatHex(Sha1Input.digest().digest(metadata));
    table.writeBytes(entry(metadata.length, WimFormat.RESOURCE_METADATA, at, 1, sha1));
    long tableAt = at + metadata.length;
    byte[] xml = xml(tableAt + table.size());
    CountingOutput to = new CountingOutput(out);
    to.write(header(tableAt, table.size(), xml.length));
    for (WimResources.Resource each : resources.all()) {
      resources.write(each, to);
    }
    to.write(metadata);
    to.write(table.toByteArray());
    to.write(xml);
    to.flush();
    return to.bytes();
  }

  private byte[] header(long tableAt, int tableBytes, int xmlBytes) {
    byte[] bytes = new byte[WimFormat.HEADER_BYTES];
    ByteBuffer to = WimFormat.little(bytes);
    to.put(WimFormat.MAGIC).putInt(WimFormat.HEADER_BYTES).putInt(WimFormat.VERSION);
    to.putInt(0).putInt(0);
    // One version has one identity, and one WIM.
    to.put(Arrays.copyOf(manifest.digest().bytes(), 16));
    to.putShort(PARTS).putShort(PARTS).putInt(1);
    place(to, tableBytes, WimFormat.RESOURCE_METADATA, tableAt);
    place(to, xmlBytes, WimFormat.RESOURCE_METADATA, tableAt + tableBytes);
    return bytes;
  }

  private static byte[] entry(long size, int flags, long at, int references, String sha1) {
    byte[] bytes = new byte[WimFormat.LOOKUP_ENTRY_BYTES];
    ByteBuffer to = WimFormat.little(bytes);
    place(to, size, flags, at);
    to.putShort(PARTS).putInt(references).put(HexFormat.of().parseHex(sha1));
    return bytes;
  }

  /** Seven bytes of size, one of flags, the offset, the size unpacked. */
  private static void place(ByteBuffer to, long size, int flags, long at) {
    to.putLong(size | (long) flags << 56).putLong(at).putLong(size);
  }

  private byte[] xml(long bytes) {
    long folders = 0;
    Entry.Directory root = (Entry.Directory) manifest.entries().getFirst();
    for (Entry entry : manifest.entries()) {
      folders += entry instanceof Entry.Directory ? 1 : 0;
    }
    long time =
        WimExport.ticks(root.attributes().mtimeSeconds(), root.attributes().mtimeNanos()).orElse(0);
    String text =
        "<WIM><TOTALBYTES>%d</TOTALBYTES><IMAGE INDEX=\"1\"><NAME>%s</NAME>"
                .formatted(bytes, manifest.digest().hex().substring(0, 12))
            + "<DIRCOUNT>%d</DIRCOUNT><FILECOUNT>%d</FILECOUNT><TOTALBYTES>%d</TOTALBYTES>"
                .formatted(folders, manifest.entries().size() - folders, manifest.contentBytes())
            + "<HARDLINKBYTES>0</HARDLINKBYTES>"
            + time("CREATIONTIME", time)
            + time("LASTMODIFICATIONTIME", time)
            + "</IMAGE></WIM>";
    return WimFormat.utf16("\ufeff" + text);
  }

  private static String time(String name, long ticks) {
    return "<%s><HIGHPART>0x%08X</HIGHPART><LOWPART>0x%08X</LOWPART></%s>"
        .formatted(name, ticks >>> 32, ticks & 0xffff_ffffL, name);
  }
}
