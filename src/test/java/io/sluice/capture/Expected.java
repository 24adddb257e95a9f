package io.sluice.capture;

import io.sluice.content.Chunker;
import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.content.Library;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Platform;
import io.sluice.manifest.Entry;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.Name;
import io.sluice.manifest.Stream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a capture must come to, by the words of docs/formats: everything in memory, nothing clever.
 */
final class Expected {
  private Expected() {}

  /** All streams of these entries, as the platform gives them, one array each, in order. */
  static List<byte[]> streams(Platform platform, Path root, List<Entry> entries)
      throws Failure, IOException {
    List<byte[]> streams = new ArrayList<>();
    for (Entry entry : entries) {
      Path path = root;
      for (Name name : entry.path().elements()) {
        path = platform.child(path, name);
      }
      if (entry instanceof Entry.File) {
        streams.add(platform.read(path).readAllBytes());
      }
      for (Stream stream : entry.streams()) {
        streams.add(platform.readStream(path, stream.name()).readAllBytes());
      }
    }
    return streams;
  }

  /** The chunks of these streams. */
  static List<Frame.Chunk> chunks(List<byte[]> streams) {
    List<Frame.Chunk> chunks = new ArrayList<>();
    ByteArrayOutputStream small = new ByteArrayOutputStream();
    for (byte[] stream : streams) {
      if (stream.length >= 262_144) {
        cut(small.toByteArray(), chunks);
        small.reset();
        cut(stream, chunks);
      } else {
        small.writeBytes(stream);
      }
    }
    cut(small.toByteArray(), chunks);
    return chunks;
  }

  /** A version's whole content sequence, out of a library. */
  static byte[] content(Library library, Manifest manifest) throws Failure {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    byte[] buffer = new byte[Frame.Chunk.BYTES_MAX];
    for (Frame.Chunk chunk : manifest.chunks()) {
      content.write(buffer, 0, library.read(chunk.digest(), buffer, 0));
    }
    return content.toByteArray();
  }

  static byte[] concatenation(List<byte[]> streams) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    streams.forEach(all::writeBytes);
    return all.toByteArray();
  }

  private static void cut(byte[] bytes, List<Frame.Chunk> into) {
    int from = 0;
    while (from < bytes.length) {
      int length = Chunker.cut(bytes, from, bytes.length, true);
      into.add(new Frame.Chunk(Digest.of(bytes, from, length), length));
      from += length;
    }
  }
}
