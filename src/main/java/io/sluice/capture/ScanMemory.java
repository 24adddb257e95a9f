package io.sluice.capture;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.sluice.content.Digest;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a scan cache remembers of one source (docs/formats/scan-cache.md).
 *
 * @param begun when the scan began
 * @param manifest the digest of the manifest it gave
 * @param listing by which the entries' streams and properties were listed
 * @param states of the entries
 * @param trace if the source can be seen to be unchanged as a whole
 */
record ScanMemory(
    Instant begun, Digest manifest, Digest listing, States states, Optional<Trace> trace) {
  private static final byte[] MAGIC = ascii("SLUSCAN2");

  /** Version 1 had no trace and was not compressed, version 0 had no listing either. */
  private static final byte[] MAGIC_1 = ascii("SLUSCAN1");

  private static final byte[] MAGIC_0 = ascii("SLUSCAN0");
  private static final Digest LISTING_0 = Digest.of(MAGIC_0);

  /** Of a larger source nothing is remembered. */
  static final int ENTRIES_MAX = 4_000_000;

  /** Of a longer one there is no trace: some 60 GB of content. */
  static final int CHUNKS_MAX = 1_000_000;

  private static final int BLOCK_BYTES = 64 * 1024;
  private static final int KNOWN = 1;
  private static final int WHOLE = 2;
  private static final int LEVEL = 3;
  private static final int WINDOW_LOG_MAX = 23;

  byte[] encode() {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(MAGIC);
    try (ZstdOutputStreamNoFinalizer packed = new ZstdOutputStreamNoFinalizer(file, LEVEL);
        DataOutputStream out =
            new DataOutputStream(new BufferedOutputStream(packed, BLOCK_BYTES))) {
      out.writeLong(begun.getEpochSecond());
      out.writeInt(begun.getNano());
      out.write(manifest.bytes());
      out.write(listing.bytes());
      writeStates(out);
      out.writeBoolean(trace.isPresent());
      if (trace.isPresent()) {
        writeTrace(trace.get(), out);
      }
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
    file.writeBytes(Digest.of(file.toByteArray()).bytes());
    return file.toByteArray();
  }

  /** In columns, and as differences: neighbours are alike. */
  private void writeStates(DataOutputStream out) throws IOException {
    out.writeInt(states.size());
    for (int i = 0; i < states.size(); i++) {
      State state = states.get(i);
      out.writeByte((state.known() ? KNOWN : 0) | (state.whole() ? WHOLE : 0));
    }
    long last = 0;
    for (int i = 0; i < states.size(); i++) {
      out.writeLong(states.inode(i) - last);
      last = states.inode(i);
    }
    last = 0;
    for (int i = 0; i < states.size(); i++) {
      out.writeLong(states.changed(i) - last);
      last = states.changed(i);
    }
  }

  private static void writeTrace(Trace trace, DataOutputStream out) throws IOException {
    out.write(trace.receipt().bytes());
    out.writeInt(trace.chunks().size());
    for (Digest chunk : trace.chunks()) {
      out.write(chunk.bytes());
    }
    out.writeInt(trace.paths().bytes().length);
    out.write(trace.paths().bytes());
  }

  /** Empty if the bytes are anything else than what this or an older version made. */
  static Optional<ScanMemory> decode(byte[] file) {
    int body = file.length - Digest.BYTES;
    if (body < MAGIC.length || !Digest.of(file, 0, body).equals(Digest.read(file, body))) {
      return Optional.empty();
    }
    byte[] magic = Arrays.copyOf(file, MAGIC.length);
    ByteArrayInputStream rest = new ByteArrayInputStream(file, MAGIC.length, body - MAGIC.length);
    try {
      if (Arrays.equals(magic, MAGIC)) {
        try (ZstdInputStreamNoFinalizer plain = new ZstdInputStreamNoFinalizer(rest)) {
          plain.setLongMax(WINDOW_LOG_MAX);
          return Optional.of(read(new DataInputStream(plain)));
        }
      }
      boolean first = Arrays.equals(magic, MAGIC_0);
      return first || Arrays.equals(magic, MAGIC_1)
          ? Optional.of(readOld(first, new DataInputStream(rest)))
          : Optional.empty();
    } catch (IOException | ArithmeticException | DateTimeException e) {
      return Optional.empty();
    }
  }

  private static ScanMemory read(DataInputStream from) throws IOException {
    Instant begun = Instant.ofEpochSecond(from.readLong(), from.readInt());
    Digest manifest = digest(from);
    Digest listing = digest(from);
    int size = count(from, ENTRIES_MAX);
    byte[] flags = bytes(from, size);
    ByteBuffer inodes = ByteBuffer.wrap(bytes(from, Long.BYTES * size));
    ByteBuffer changed = ByteBuffer.wrap(bytes(from, Long.BYTES * size));
    States states = new States();
    long inode = 0;
    long nanos = 0;
    for (int i = 0; i < size; i++) {
      inode += inodes.getLong();
      nanos += changed.getLong();
      states.add(state(flags[i], inode, nanos));
    }
    Optional<Trace> trace = from.readBoolean() ? Optional.of(readTrace(from)) : Optional.empty();
    if (from.read() >= 0) {
      throw new IOException("more follows");
    }
    return new ScanMemory(begun, manifest, listing, states, trace);
  }

  private static Trace readTrace(DataInputStream from) throws IOException {
    Digest receipt = digest(from);
    byte[] chunks = bytes(from, Digest.BYTES * count(from, CHUNKS_MAX));
    List<Digest> digests = new ArrayList<>();
    for (int at = 0; at < chunks.length; at += Digest.BYTES) {
      digests.add(Digest.read(chunks, at));
    }
    return new Trace(receipt, digests, new PathList(bytes(from, count(from, PathList.BYTES_MAX))));
  }

  /** Versions 0 and 1: rows, not compressed. */
  private static ScanMemory readOld(boolean first, DataInputStream from) throws IOException {
    Instant begun = Instant.ofEpochSecond(from.readLong(), from.readInt());
    Digest manifest = digest(from);
    Digest listing = first ? LISTING_0 : digest(from);
    int size = from.readInt();
    if (size != (double) from.available() / (1 + 2 * Long.BYTES)) {
      throw new IOException("not as long as it says");
    }
    States states = new States();
    for (int i = 0; i < size; i++) {
      states.add(state(from.readByte(), from.readLong(), from.readLong()));
    }
    return new ScanMemory(begun, manifest, listing, states, Optional.empty());
  }

  private static State state(byte flags, long inode, long changedNanos) {
    return new State((flags & KNOWN) != 0, (flags & WHOLE) != 0, inode, changedNanos);
  }

  private static int count(DataInputStream from, int most) throws IOException {
    int count = from.readInt();
    if (count < 0 || count > most) {
      throw new IOException(count + " of at most " + most);
    }
    return count;
  }

  private static byte[] bytes(DataInputStream from, int length) throws IOException {
    byte[] bytes = from.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException();
    }
    return bytes;
  }

  private static Digest digest(DataInputStream from) throws IOException {
    return Digest.read(bytes(from, Digest.BYTES), 0);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
