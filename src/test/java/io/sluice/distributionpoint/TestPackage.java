package io.sluice.distributionpoint;

import io.sluice.content.ChunkStore;
import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.content.FrameBuilder;
import io.sluice.content.FrameCodec;
import io.sluice.content.TestContent;
import io.sluice.failure.Failure;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.Entry;
import io.sluice.manifest.EntryPath;
import io.sluice.manifest.LinkTarget;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.ManifestWriter;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import io.sluice.manifest.Stream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** A package made up for a test, put into a store as capture would. */
final class TestPackage {
  private final Node root = new Node();

  private static final class Node {
    Attributes attributes = new Attributes(0755, 1_600_000_000, 987_654_300);
    byte[] bytes = new byte[0];
    boolean file;
    LinkTarget target;
    EntryPath sameAs;
    final TreeMap<Name, byte[]> streams = new TreeMap<>();
    final TreeMap<Name, Node> children = new TreeMap<>();
  }

  static Name name(String text) {
    // Latin-1 stands for raw bytes where a test wants a name that is not UTF-8.
    return text.indexOf('\u00ff') >= 0
        ? Name.of(text.getBytes(StandardCharsets.ISO_8859_1))
        : Name.of(text);
  }

  static EntryPath path(String text) {
    EntryPath path = EntryPath.ROOT;
    for (String element : text.split("/", -1)) {
      path = path.child(name(element));
    }
    return path;
  }

  private Node node(String path) {
    Node at = root;
    if (!path.equals(".")) {
      for (String element : path.split("/", -1)) {
        at = at.children.computeIfAbsent(name(element), n -> new Node());
      }
    }
    return at;
  }

  TestPackage directory(String path) {
    node(path);
    return this;
  }

  TestPackage file(String path, byte[] bytes) {
    node(path).file = true;
    node(path).bytes = bytes;
    return this;
  }

  TestPackage stream(String path, String stream, byte[] bytes) {
    node(path).streams.put(name(stream), bytes);
    return this;
  }

  TestPackage link(String path, String target) {
    node(path).target = LinkTarget.of(target.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  TestPackage hardLink(String path, String file) {
    node(path).sameAs = path(file);
    return this;
  }

  TestPackage attributes(String path, int mode, long seconds, int nanos) {
    node(path).attributes = new Attributes(mode, seconds, nanos);
    return this;
  }

  /** Says where a file has data, as {@code OFFSET+LENGTH,...}; elsewhere it has holes. */
  TestPackage sparse(String path, String extents) {
    Property holes = Property.of(Property.SPARSE, extents);
    node(path).attributes = node(path).attributes.with(List.of(holes));
    return this;
  }

  /** Of everything there is a bit; times are whole hundreds of nanoseconds. */
  static TestPackage rich(int version) {
    return new TestPackage()
            .attributes(".", 0755, 1_700_000_000L + version, 100)
            .file("readme.txt", TestContent.text(version, 1_000))
            .stream("readme.txt", "Zone.Identifier", TestContent.text(1, 26))
            .attributes("readme.txt", 0644, 1_500_000_000, 123_456_700)
            .file("empty", new byte[0])
            .stream("empty", "zero", new byte[0])
            .stream("empty", "one", new byte[] {(byte) version})
            .file("big.bin", TestContent.noise(version, 700_001))
            .attributes("big.bin", 0400, -1_000_000, 999_999_900)
            .directory("empty directory")
            .attributes("empty directory", 0700, 0, 0)
            .stream("sub", "of the directory \u4e2d", TestContent.noise(3, 300))
            .attributes("sub", 0555, -86_400, 100)
            .file("sub/\u00fcn\u00efcode \u4e2d\u6587", TestContent.text(version, 70_000))
            .file("sub/deep/er/x", TestContent.noise(9, 3))
            .attributes("sub/deep", 0711, 1_000_000_000, 0)
            .link("sub/link", "../../outside/x")
            .attributes("sub/link", 0777, -3, 999_999_900)
            .link("to directory", "sub")
            .attributes("to directory", 0777, 5, 0)
            .hardLink("sub/same as readme", "readme.txt")
            .hardLink("sub/zz", "readme.txt");
  }

  Manifest store(ChunkStore store) throws Failure, InterruptedException {
    List<Entry> entries = new ArrayList<>();
    Content content = new Content();
    add(EntryPath.ROOT, root, entries, content);
    content.cut();
    byte[] bytes = content.bytes.toByteArray();
    List<Frame.Chunk> chunks = content.chunks;
    try (ChunkStore.Intake intake = store.intake();
        FrameCodec codec = new FrameCodec()) {
      FrameBuilder builder = new FrameBuilder(codec, intake::append);
      int at = 0;
      for (Frame.Chunk chunk : chunks) {
        if (intake.claim(chunk.digest())) {
          builder.add(chunk, bytes, at);
        }
        at += chunk.length();
      }
      builder.flush();
      intake.commit();
    }
    return new Manifest(Digest.of(ManifestWriter.plain(entries, chunks)), entries, chunks);
  }

  /** The content sequence: cut before and after large streams, as capture does. */
  private static final class Content {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    final List<Frame.Chunk> chunks = new ArrayList<>();
    private final ByteArrayOutputStream waiting = new ByteArrayOutputStream();

    void add(byte[] stream) {
      boolean large = stream.length >= Frame.Chunk.BYTES_MAX;
      if (large) {
        cut();
      }
      waiting.writeBytes(stream);
      if (large) {
        cut();
      }
    }

    void cut() {
      chunks.addAll(TestContent.chunks(waiting.toByteArray()));
      bytes.writeBytes(waiting.toByteArray());
      waiting.reset();
    }
  }

  private static void add(EntryPath path, Node node, List<Entry> entries, Content content) {
    List<Stream> streams =
        node.streams.entrySet().stream()
            .map(stream -> new Stream(stream.getKey(), stream.getValue().length))
            .toList();
    if (node.sameAs != null) {
      entries.add(new Entry.HardLink(path, node.sameAs));
      return;
    } else if (node.target != null) {
      entries.add(new Entry.Symlink(path, node.attributes, node.target));
      return;
    } else if (node.file) {
      entries.add(new Entry.File(path, node.attributes, node.bytes.length, streams));
      content.add(node.bytes);
    } else {
      entries.add(new Entry.Directory(path, node.attributes, streams));
    }
    node.streams.values().forEach(content::add);
    for (boolean directories : new boolean[] {false, true}) {
      node.children.forEach(
          (name, child) -> {
            boolean directory = !child.file && child.target == null && child.sameAs == null;
            if (directory == directories) {
              add(path.child(name), child, entries, content);
            }
          });
    }
  }
}
