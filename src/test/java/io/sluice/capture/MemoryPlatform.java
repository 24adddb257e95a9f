package io.sluice.capture;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Facts;
import io.sluice.filesystem.Keep;
import io.sluice.filesystem.Platforms;
import io.sluice.filesystem.Streams;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.Name;
import io.sluice.manifest.Stream;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A tree in memory below a real, empty folder, for tests that change it many times. Whatever
 * changes an entry moves its ctime, as on Linux; time passes only then.
 */
public final class MemoryPlatform extends ForwardingPlatform {
  /** Nanoseconds by which every change moves the time: more than a cache calls recent. */
  private static final long TICK = 3_000_000_000L;

  private final Path root;
  private final Node top;
  private long now = 1_700_000_000_000_000_000L;
  private long inodes;

  /** A file or directory. */
  public static final class Node {
    final Map<Name, byte[]> streams = new TreeMap<>();
    final Map<Name, Node> children = new TreeMap<>();
    final boolean isDirectory;
    final long inode;
    byte[] bytes = new byte[0];
    long modified;
    long changed;

    private Node(boolean isDirectory, long inode) {
      this.isDirectory = isDirectory;
      this.inode = inode;
    }
  }

  public MemoryPlatform(Path root) {
    super(Platforms.ofThisMachine());
    this.root = root;
    this.top = new Node(true, ++inodes);
    touch(top);
  }

  public Node top() {
    return top;
  }

  /** All directories, parents before children. */
  List<Node> directories() {
    List<Node> all = new ArrayList<>();
    all.add(top);
    for (int i = 0; i < all.size(); i++) {
      all.get(i).children.values().stream().filter(node -> node.isDirectory).forEach(all::add);
    }
    return all;
  }

  public Node add(Node directory, Name name, boolean isDirectory) {
    Node node = new Node(isDirectory, ++inodes);
    directory.children.put(name, node);
    touch(directory);
    touch(node);
    return node;
  }

  public void remove(Node directory, Name name) {
    directory.children.remove(name);
    touch(directory);
  }

  /** Keeps inode and state, as renaming within a folder does, but moves ctime, as on Linux. */
  public void rename(Node directory, Name from, Name to) {
    Node node = directory.children.remove(from);
    directory.children.put(to, node);
    touch(directory);
    change(node);
  }

  public void write(Node file, byte[] bytes) {
    file.bytes = bytes;
    touch(file);
  }

  public void writeStream(Node node, Name name, byte[] bytes) {
    node.streams.put(name, bytes);
    change(node);
  }

  void removeStream(Node node, Name name) {
    node.streams.remove(name);
    change(node);
  }

  private void touch(Node node) {
    change(node);
    node.modified = node.changed;
  }

  private void change(Node node) {
    now += TICK;
    node.changed = now;
  }

  @Override
  public Facts facts(Path entry) throws Failure {
    if (!entry.startsWith(root)) {
      return super.facts(entry);
    }
    Node node = node(entry);
    Attributes attributes =
        new Attributes(0644, node.modified / 1_000_000_000, (int) (node.modified % 1_000_000_000));
    return new Facts(
        node.isDirectory ? Facts.Kind.DIRECTORY : Facts.Kind.FILE,
        new Facts.Size(node.bytes.length, 1),
        attributes,
        Optional.of(new Facts.Identity(1, node.inode, node.changed)),
        Optional.empty(),
        Facts.More.UNKNOWN);
  }

  @Override
  public boolean tellsEveryChange(Path directory, Path writable) {
    return true;
  }

  @Override
  public List<Name> children(Path directory) throws Failure {
    return List.copyOf(node(directory).children.keySet());
  }

  @Override
  public Path child(Path directory, Name name) {
    return directory.resolve(name.toString());
  }

  @Override
  public Streams streams(Path entry, Facts facts, Keep keep) throws Failure {
    List<Stream> streams = new ArrayList<>();
    node(entry).streams.forEach((name, bytes) -> streams.add(new Stream(name, bytes.length)));
    return new Streams(streams, List.of(), List.of());
  }

  @Override
  public InputStream read(Path file) throws Failure {
    return new ByteArrayInputStream(node(file).bytes);
  }

  @Override
  public InputStream readStream(Path entry, Name stream) throws Failure {
    return new ByteArrayInputStream(node(entry).streams.get(stream));
  }

  private Node node(Path entry) throws Failure {
    Node at = top;
    for (Path element : root.relativize(entry)) {
      if (!element.toString().isEmpty()) {
        at = at.children.get(Name.of(element.toString()));
      }
      if (at == null) {
        throw Failure.temporary(Code.SOURCE_CHANGED, "reading " + entry, "it is gone", "retry");
      }
    }
    return at;
  }
}
