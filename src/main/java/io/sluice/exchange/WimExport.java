package io.sluice.exchange;

import io.sluice.content.ChunkStore;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.AttributeForm;
import io.sluice.filesystem.NtfsReparse;
import io.sluice.filesystem.Wtf8;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.ContentLayout;
import io.sluice.manifest.ContentLayout.Span;
import io.sluice.manifest.Entry;
import io.sluice.manifest.EntryPath;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import java.io.IOException;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Writes a version as an uncompressed WIM of one image, each byte once, with named streams,
 * security descriptors, DOS attributes, times and links. A WIM names bytes by their SHA-1 and its
 * header says where all is, so content is read twice: to know, and to write. One thread.
 */
public final class WimExport {
  /** The most metadata, which are made in memory: some 800,000 entries. */
  public static final long METADATA_BYTES_MAX = 128L << 20;

  private static final WimMetadata.Item NOTHING =
      new WimMetadata.Item(
          "",
          0,
          0,
          new WimMetadata.Times(0, 0),
          new WimMetadata.Hashes(WimTables.NO_BYTES, new TreeMap<>()));

  private final Manifest manifest;
  private final ContentLayout layout;
  private final WimResources resources;
  private final WimMetadata metadata = new WimMetadata();
  private final Map<EntryPath, WimMetadata.Folder> folders = new HashMap<>();

  /** Files that have further names, by the first one. */
  private final Map<EntryPath, Linked> linked = new HashMap<>();

  public WimExport(Manifest manifest, ChunkStore store) {
    this.manifest = manifest;
    this.layout = ContentLayout.of(manifest);
    this.resources = new WimResources(new VersionContent(store, manifest.chunks()));
  }

  /**
   * Writes the whole WIM.
   *
   * @throws Failure EXPORT_UNSUPPORTED naming everything a WIM cannot hold, before anything is
   *     written; what the store says
   * @throws IOException from {@code out}
   */
  public Exported write(OutputStream out) throws Failure, IOException, InterruptedException {
    List<String> notHeld = WimFit.of(manifest);
    WimMetadata.Folder top = metadata.folder();
    for (Entry entry : manifest.entries()) {
      if (entry instanceof Entry.Directory directory) {
        folders.put(directory.path(), metadata.folder());
      } else if (entry instanceof Entry.HardLink link) {
        linked.computeIfAbsent(link.file(), file -> new Linked(linked.size() + 1));
      }
    }
    int index = 0;
    for (Entry entry : manifest.entries()) {
      add(index++, entry, entry.path().isRoot() ? top : folder(entry.path().parent()));
      requireSpace();
    }
    long bytes = new WimWriter(manifest, resources, metadata.bytes()).write(out);
    return new Exported(manifest.entries().size(), manifest.streamCount(), bytes, notHeld);
  }

  private WimMetadata.Folder folder(EntryPath path) {
    WimMetadata.Folder folder = folders.get(path);
    if (folder == null) {
      throw new IllegalStateException(path + " is no folder");
    }
    return folder;
  }

  private void requireSpace() throws Failure {
    if (metadata.length() > METADATA_BYTES_MAX) {
      throw Failure.permanent(
          Code.EXPORT_UNSUPPORTED,
          "exporting " + manifest.digest() + " as WIM",
          "its entries take more than " + METADATA_BYTES_MAX + " bytes",
          "split the package, or export it as tar (--tar)");
    }
  }

  private void add(int index, Entry entry, WimMetadata.Folder in)
      throws Failure, IOException, InterruptedException {
    String name = entry.path().isRoot() ? "" : utf16(entry.path().name());
    switch (entry) {
      case Entry.Directory directory -> {
        int kind = WimFormat.ATTRIBUTE_DIRECTORY;
        put(in, item(name, kind, 0, directory.attributes(), hashes(index)), directory.attributes());
        metadata.children(in, folder(directory.path()));
      }
      case Entry.File file -> {
        Linked names = linked.getOrDefault(file.path(), new Linked(0));
        names.item = item(name, 0, names.group, file.attributes(), hashes(index));
        names.attributes = file.attributes();
        put(in, names.item, file.attributes());
      }
      case Entry.Symlink link -> {
        WimLink form = WimLink.of(link, folders.keySet()).orElseThrow();
        WimMetadata.Hashes hashes =
            new WimMetadata.Hashes(resources.add(form.bytes()), new TreeMap<>());
        // A link the version tells no more of has none of them, as ntfs-3g shows it.
        boolean told = NtfsReparse.in(link.attributes()).isPresent();
        Attributes own = told ? link.attributes() : link.attributes().with(List.of());
        put(in, item(name, form.attributes(), form.union(), own, hashes), own);
      }
      case Entry.HardLink link -> {
        Linked names = linked.getOrDefault(link.file(), new Linked(0));
        put(in, names.item.called(name), names.attributes);
      }
    }
  }

  private void put(WimMetadata.Folder in, WimMetadata.Item item, Attributes attributes) {
    metadata.add(in, item, attributes.property(Property.SECURITY_DESCRIPTOR));
    resources.refer(item.hashes().unnamed());
    item.hashes().streams().values().forEach(resources::refer);
  }

  private static WimMetadata.Item item(
      String name, int kind, long union, Attributes attributes, WimMetadata.Hashes hashes) {
    int bits = kind | dos(attributes);
    return new WimMetadata.Item(
        name, bits == 0 ? WimFormat.ATTRIBUTE_NORMAL : bits, union, times(attributes), hashes);
  }

  private WimMetadata.Hashes hashes(int index) throws Failure, IOException, InterruptedException {
    String unnamed = WimTables.NO_BYTES;
    Map<String, String> streams = new TreeMap<>();
    for (Span span : layout.ofEntry(index)) {
      String hash = resources.add(span.offset(), span.end());
      if (span.stream().isPresent()) {
        streams.put(utf16(span.stream().get()), hash);
      } else {
        unnamed = hash;
      }
    }
    return new WimMetadata.Hashes(unnamed, streams);
  }

  /** It was looked at before that every name is one. */
  private static String utf16(Name name) {
    return Wtf8.decode(name.bytes()).orElseThrow();
  }

  private static int dos(Attributes attributes) {
    String hex = attributes.property(Property.DOS).map(Property::text).orElse("0");
    try {
      return Integer.parseInt(hex, 16) & AttributeForm.DOS_SETTABLE;
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static WimMetadata.Times times(Attributes attributes) {
    long written = ticks(attributes.mtimeSeconds(), attributes.mtimeNanos()).orElseThrow();
    String[] birth =
        attributes.property(Property.BIRTH).map(Property::text).orElse("").split("\\.", 2);
    try {
      long seconds = Long.parseLong(birth[0]);
      int nanos = Integer.parseInt(birth[birth.length - 1]);
      return new WimMetadata.Times(ticks(seconds, nanos).orElse(written), written);
    } catch (NumberFormatException e) {
      // Not kept: nothing can have been made after it was last changed.
      return new WimMetadata.Times(written, written);
    }
  }

  /** Hundreds of nanoseconds since 1601; empty before that, and after 30828. */
  static OptionalLong ticks(long seconds, int nanos) {
    try {
      long ticks =
          Math.addExact(
              Math.multiplyExact(seconds, WimFormat.TICKS_PER_SECOND),
              WimFormat.TICKS_TO_1970 + nanos / WimFormat.TICK_NANOS);
      return ticks < 0 ? OptionalLong.empty() : OptionalLong.of(ticks);
    } catch (ArithmeticException e) {
      return OptionalLong.empty();
    }
  }

  /** A file with several names, what they have in common, and its entry once it is known. */
  private static final class Linked {
    private final long group;
    private WimMetadata.Item item = NOTHING;
    private Attributes attributes = new Attributes(0, 0, 0);

    Linked(long group) {
      this.group = group;
    }
  }
}
