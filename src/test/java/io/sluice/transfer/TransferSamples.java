package io.sluice.transfer;

import io.sluice.content.ChunkStore;
import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.content.FrameBuilder;
import io.sluice.content.FrameCodec;
import io.sluice.content.Library;
import io.sluice.content.TestContent;
import io.sluice.failure.Failure;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.Entry;
import io.sluice.manifest.EntryPath;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.ManifestReader;
import io.sluice.manifest.ManifestWriter;
import io.sluice.manifest.Name;
import io.sluice.manifest.PackageId;
import io.sluice.trust.GoldenKeys;
import io.sluice.trust.Signatures;
import io.sluice.trust.TrustedVersion;
import io.sluice.trust.VersionRecord;
import java.util.List;

/** Versions of one file each, stored in a library as a capture stores them. */
public final class TransferSamples {
  private TransferSamples() {}

  /** Half text, half noise: frames of both codecs. */
  public static byte[] content(long seed, int length) {
    byte[] content = TestContent.text(seed, length);
    byte[] noise = TestContent.noise(seed + 1, length / 2);
    System.arraycopy(noise, 0, content, length / 4, noise.length);
    return content;
  }

  /** Stores content and its manifest, both durable. */
  public static Manifest store(Library library, byte[] content)
      throws Failure, InterruptedException {
    storeChunks(library, content);
    byte[] plain = plain(content);
    library.putDocument(plain);
    return ManifestReader.parse(plain);
  }

  /** Stores the chunks of some content that are not there yet. */
  public static void storeChunks(Library library, byte[] content)
      throws Failure, InterruptedException {
    try (ChunkStore.Intake intake = library.intake();
        FrameCodec codec = new FrameCodec()) {
      FrameBuilder builder = new FrameBuilder(codec, intake::append);
      int at = 0;
      for (Frame.Chunk chunk : TestContent.chunks(content)) {
        if (intake.claim(chunk.digest())) {
          builder.add(chunk, content, at);
        }
        at += chunk.length();
      }
      builder.flush();
      intake.commit();
    }
  }

  /** A manifest's plain bytes: one file with this content. */
  public static byte[] plain(byte[] content) throws Failure {
    Attributes attributes = new Attributes(0644, 1_700_000_000L, 5);
    EntryPath file = EntryPath.ROOT.child(Name.of("data.bin"));
    return ManifestWriter.plain(
        List.of(
            new Entry.Directory(EntryPath.ROOT, attributes, List.of()),
            new Entry.File(file, attributes, content.length, List.of())),
        TestContent.chunks(content));
  }

  /** Version 1 of package CEN-12, signed with the golden key. */
  public static TrustedVersion signed(Digest manifest) throws Failure {
    return Signatures.sign(
        new VersionRecord(
            new VersionRecord.PackageRef(PackageId.parse("CEN-12"), "Sample"),
            1,
            manifest,
            GoldenKeys.CEN,
            1,
            1),
        GoldenKeys.signing());
  }

  /** The content a manifest describes, read back from a library. */
  public static byte[] readBack(Library library, Manifest manifest) throws Failure {
    byte[] content = new byte[(int) manifest.contentBytes()];
    int at = 0;
    for (Frame.Chunk chunk : manifest.chunks()) {
      at += library.read(chunk.digest(), content, at);
    }
    return content;
  }
}
