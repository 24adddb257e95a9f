package io.sluice.exchange;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.fidelity.Remark;
import io.sluice.filesystem.Facts;
import io.sluice.filesystem.Keep;
import io.sluice.filesystem.NameCapacity;
import io.sluice.filesystem.NtfsReparse;
import io.sluice.filesystem.Platform;
import io.sluice.filesystem.StreamCapacity;
import io.sluice.filesystem.Streams;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.LinkTarget;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import io.sluice.manifest.Stream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * An archive as a file system that can only be read: whatever captures a folder captures it. The
 * archive's path is the root; the paths of all other entries are handles, made of a number, that
 * lead nowhere on this machine's disks.
 */
public final class ArchivePlatform implements Platform {
  private final ArchiveFile file;
  private final ArchiveTree tree;
  private final Platform disk;
  private final Facts opened;

  private ArchivePlatform(ArchiveFile file, ArchiveTree tree, Platform disk, Facts opened) {
    this.file = file;
    this.tree = tree;
    this.disk = disk;
    this.opened = opened;
  }

  /**
   * Reads what a tar archive holds; its contents are read when they are asked for.
   *
   * @param disk the file system the archive lies on, which tells if it changes
   * @throws Failure ARCHIVE_CORRUPT or ARCHIVE_UNSUPPORTED, naming everything wrong with it
   */
  public static ArchivePlatform ofTar(ArchiveFile file, Platform disk) throws Failure {
    Facts opened = disk.facts(file.path());
    return new ArchivePlatform(file, TarReader.read(file), disk, opened);
  }

  /**
   * The same of one image of a WIM that is not compressed.
   *
   * @param image from 1 on
   */
  public static ArchivePlatform ofWim(ArchiveFile file, int image, Platform disk) throws Failure {
    Facts opened = disk.facts(file.path());
    return new ArchivePlatform(file, WimReader.read(file, image), disk, opened);
  }

  private ArchiveTree.Node node(Path path) throws Failure {
    if (path.equals(file.path())) {
      return tree.root();
    }
    try {
      if (file.path().equals(path.getParent())) {
        int number = Integer.parseInt(path.getFileName().toString());
        return tree.node(number).orElseThrow(() -> gone(path));
      }
    } catch (NumberFormatException e) {
      throw gone(path).because(e);
    }
    throw gone(path);
  }

  private static Failure gone(Path path) {
    return Failure.permanent(
        Code.SOURCE_UNREADABLE, "reading " + path, "the archive has no such entry", "name another");
  }

  @Override
  public Facts facts(Path path) throws Failure {
    ArchiveTree.Node node = node(path);
    if (node.number() == 0 && !disk.facts(file.path()).equals(opened)) {
      throw Failure.temporary(
          Code.SOURCE_CHANGED,
          "reading " + file.path(),
          "the archive changed meanwhile",
          "import it again when it is complete");
    }
    ArchiveEntry entry = node.entry();
    Attributes all = entry.attributes();
    int special = all.mode() & ~0777;
    return new Facts(
        entry.kind(),
        new Facts.Size(entry.content().size(), node.names()),
        new Attributes(all.mode() & 0777, all.mtimeSeconds(), all.mtimeNanos()),
        java.util.Optional.of(new Facts.Identity(0, node.number(), 0)),
        entry.target(),
        Facts.More.ofMode(special));
  }

  @Override
  public List<Name> children(Path directory) throws Failure {
    return List.copyOf(node(directory).children().keySet());
  }

  @Override
  public Path child(Path directory, Name name) throws Failure {
    ArchiveTree.Node child = node(directory).children().get(name);
    if (child == null) {
      throw gone(directory);
    }
    return file.path().resolve(Integer.toString(child.number()));
  }

  @Override
  public Streams streams(Path path, Facts facts, Keep keep) throws Failure {
    ArchiveEntry entry = node(path).entry();
    List<Stream> named = new ArrayList<>();
    entry.streams().forEach((name, blob) -> named.add(new Stream(name, blob.size())));
    List<Property> kept = new ArrayList<>();
    List<Remark> remarks = new ArrayList<>();
    for (String what : entry.dropped()) {
      remarks.add(Remark.refused(what, "nothing can be made of it"));
    }
    boolean justLink = isJustLink(entry, keep);
    for (Property property : entry.attributes().properties()) {
      if (justLink && !NtfsReparse.isData(property.key())) {
        continue;
      }
      if (keep.keeps(property.key()) || isOnlyForSamba(property)) {
        kept.add(property);
      } else if (isTold(property.key())) {
        remarks.add(Remark.dropped(shown(property.key())));
      }
    }
    return new Streams(named, kept, remarks);
  }

  /** True if all that makes an entry more than a link is left out. */
  private static boolean isJustLink(ArchiveEntry entry, Keep keep) {
    return NtfsReparse.in(entry.attributes()).isPresent() && !keep.keeps(Property.REPARSE);
  }

  /** What Samba wrote is kept as it is, as a capture keeps it, so that Samba finds it again. */
  private static boolean isOnlyForSamba(Property property) {
    return property.key().toString().equals(Property.XATTR + "user.DOSATTRIB");
  }

  /** Every entry has an owner and many have a birth: that these are not kept is no news. */
  private static boolean isTold(Name key) {
    return !key.equals(Property.OWNER) && !key.equals(Property.BIRTH);
  }

  private static String shown(Name key) {
    String text = key.toString();
    return text.startsWith(Property.XATTR) ? text.substring(Property.XATTR.length()) : text;
  }

  @Override
  public InputStream read(Path path) throws Failure {
    return file.open(node(path).entry().content());
  }

  @Override
  public InputStream readStream(Path path, Name stream) throws Failure {
    Blob blob = node(path).entry().streams().get(stream);
    if (blob == null) {
      throw gone(path);
    }
    return file.open(blob);
  }

  @Override
  public StreamCapacity streamCapacity(Path directory) throws Failure {
    throw readOnly();
  }

  @Override
  public NameCapacity nameCapacity(Path directory) throws Failure {
    throw readOnly();
  }

  @Override
  public List<Name> unsupportedNames(Path directory, Collection<Name> names) throws Failure {
    throw readOnly();
  }

  @Override
  public void createDirectory(Path directory) throws Failure {
    throw readOnly();
  }

  @Override
  public OutputStream createFile(Path path) throws Failure {
    throw readOnly();
  }

  @Override
  public void createSymlink(Path link, LinkTarget target) throws Failure {
    throw readOnly();
  }

  @Override
  public void createHardLink(Path link, Path path) throws Failure {
    throw readOnly();
  }

  @Override
  public OutputStream writeStream(Path entry, Stream stream) throws Failure {
    throw readOnly();
  }

  @Override
  public void setAttributes(Path entry, Attributes attributes) throws Failure {
    throw readOnly();
  }

  @Override
  public Barrier barrier(Path directory) throws Failure {
    throw readOnly();
  }

  private Failure readOnly() {
    return Failure.permanent(
        Code.PLACE_UNAVAILABLE,
        "writing into " + file.path(),
        "an archive is only read",
        "export a version as a new archive");
  }
}
