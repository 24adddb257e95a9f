package io.sluice.distributionpoint;

import io.sluice.content.Digest;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Folder;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.Entry;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.Name;
import io.sluice.manifest.Stream;
import java.io.IOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Optional;

/** Writes what a file system cannot hold beside the tree (docs/formats/sidecar.md). */
final class SidecarWriter {
  private final Folder folder;
  private final Manifest manifest;
  private final SidecarPlan plan;

  /** By number; each written by one thread, all read when every one has ended. */
  private final byte[][] lines;

  SidecarWriter(Folder folder, Manifest manifest, SidecarPlan plan) {
    this.folder = folder;
    this.manifest = manifest;
    this.plan = plan;
    this.lines = new byte[plan.items().size()][];
  }

  /** The number of a stream that is kept beside. */
  Optional<Integer> number(int entry, Name stream) {
    return Optional.ofNullable(plan.numbers().get(new SidecarPlan.Key(entry, stream)));
  }

  /** Writes one stream. Any thread. */
  void write(int number, Entry entry, Stream stream, ContentCursor content)
      throws Failure, IOException, InterruptedException {
    MessageDigest sha = Digest.sha256();
    String name = Sidecar.file(number);
    try (Folder.NewFile out = folder.createFile(Name.of(name));
        DigestOutputStream digesting = new DigestOutputStream(out, sha)) {
      content.copy(stream.size(), digesting);
      out.setAttributes(attributes(0644));
    }
    Digest digest = Digest.read(sha.digest(), 0);
    lines[number] =
        Sidecar.line(new Sidecar.Line(entry.path(), stream.name(), stream.size(), digest, name));
  }

  /** Writes the list, when all streams have been written. */
  void finish() throws Failure {
    try (Folder.NewFile out = folder.createFile(Name.of(Sidecar.LIST))) {
      out.write(Sidecar.header(manifest.digest()));
      for (byte[] line : lines) {
        out.write(line);
      }
      for (SidecarPlan.Attribute attribute : plan.attributes()) {
        Entry entry = manifest.entries().get(attribute.entry());
        out.write(Sidecar.line(new Sidecar.Attribute(entry.path(), attribute.property())));
      }
      out.setAttributes(attributes(0644));
    } catch (IOException e) {
      throw TreeWriter.failure(folder.path() + "/" + Sidecar.LIST, e);
    }
    folder.setAttributes(attributes(0755));
  }

  /** Readable by whoever may enter; the time is the version's, so that two builds are the same. */
  private Attributes attributes(int mode) {
    Attributes root = ((Entry.Directory) manifest.entries().getFirst()).attributes();
    return new Attributes(mode, root.mtimeSeconds(), root.mtimeNanos());
  }
}
