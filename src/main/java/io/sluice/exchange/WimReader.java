package io.sluice.exchange;

import io.sluice.failure.Failure;
import io.sluice.filesystem.AttributeForm;
import io.sluice.filesystem.Facts;
import io.sluice.filesystem.NtfsReparse;
import io.sluice.filesystem.Wtf8;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.LinkTarget;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Reads what one image of an uncompressed WIM holds, as ntfs-3g shows a volume it was applied to.
 * Only tables are read, through a window; what is wrong with an entry is remembered, so that all of
 * it is told.
 */
final class WimReader {
  /** What ntfs-3g shows of every entry of a volume mounted without permissions. */
  private static final int MODE = 0777;

  private static final int LINK_BYTES_MAX = 16 * 1024;

  private final ArchiveFile file;
  private final ArchiveProblems problems;
  private final ArchiveTree tree = new ArchiveTree();
  private final Map<Long, Linked> linked = new HashMap<>();
  private final WimTables tables;

  /** The first name of a file that has several. */
  private record Linked(List<Name> path, String sha1) {}

  /** A folder whose entries are to be read, from a place in the metadata on. */
  private record Folder(List<Name> path, long at) {}

  private WimReader(ArchiveFile file, ArchiveProblems problems, WimTables tables) {
    this.file = file;
    this.problems = problems;
    this.tables = tables;
  }

  /**
   * What an image holds.
   *
   * @throws Failure ARCHIVE_CORRUPT, ARCHIVE_UNSUPPORTED naming everything found
   */
  static ArchiveTree read(ArchiveFile file, int image) throws Failure {
    ArchiveProblems problems = new ArchiveProblems(file.path());
    ArchiveTree tree = new ArchiveTree();
    try {
      WimReader reader = new WimReader(file, problems, WimTables.read(file, image));
      tree = reader.tree;
      reader.entries();
    } catch (Wrong wrong) {
      problems.corrupt("the WIM", wrong.why());
    }
    problems.requireNone();
    return tree;
  }

  private void entries() throws Failure, Wrong {
    Deque<Folder> folders = new ArrayDeque<>();
    WimEntry root = WimEntry.read(file, tables, tables.rootAt());
    put(List.of(), root, folders);
    long read = root.bytes();
    while (!folders.isEmpty()) {
      Folder folder = folders.removeFirst();
      long at = folder.at;
      while (!WimEntry.isEnd(file, tables, at)) {
        WimEntry entry = WimEntry.read(file, tables, at);
        at += entry.bytes();
        read += entry.bytes();
        if (read > tables.metadataBytes()) {
          throw new Wrong("folders share their entries or hold themselves");
        }
        child(folder.path, entry, folders);
      }
    }
  }

  private void child(List<Name> folder, WimEntry entry, Deque<Folder> folders)
      throws Failure, Wrong {
    byte[] shown = Wtf8.encode(entry.name());
    try {
      List<Name> path = new ArrayList<>(folder);
      path.add(Name.of(Wtf8.encode(entry.name())));
      put(path, entry, folders);
    } catch (IllegalArgumentException e) {
      problems.unsupported(shown, "it has " + e.getMessage());
    }
  }

  private void put(List<Name> path, WimEntry entry, Deque<Folder> folders) throws Failure, Wrong {
    byte[] shown = shown(path);
    if ((entry.attributes() & WimFormat.ATTRIBUTE_ENCRYPTED) != 0) {
      problems.unsupported(shown, "it is encrypted");
      return;
    }
    boolean folder = (entry.attributes() & WimFormat.ATTRIBUTE_DIRECTORY) != 0;
    boolean reparse = (entry.attributes() & WimFormat.ATTRIBUTE_REPARSE) != 0;
    long group = entry.linkGroup();
    Linked first = group == 0 || folder || reparse ? null : linked.get(group);
    Optional<String> refused;
    if (first != null) {
      refused =
          first.sha1.equals(entry.unnamed())
              ? tree.link(path, first.path)
              : Optional.of("its names have different contents");
    } else {
      refused = add(path, entry);
      if (group != 0 && !reparse) {
        linked.put(group, new Linked(path, entry.unnamed()));
      }
    }
    refused.ifPresent(why -> problems.unsupported(shown, why));
    if (refused.isEmpty() && folder && !reparse && entry.childrenAt() != 0) {
      folders.add(new Folder(path, entry.childrenAt()));
    }
  }

  private Optional<String> add(List<Name> path, WimEntry entry) throws Failure, Wrong {
    boolean folder = (entry.attributes() & WimFormat.ATTRIBUTE_DIRECTORY) != 0;
    List<String> dropped = new ArrayList<>(entry.dropped());
    SortedMap<Name, Blob> streams = new TreeMap<>();
    for (Map.Entry<String, String> stream : entry.streams().entrySet()) {
      streams.put(Name.of(Wtf8.encode(stream.getKey())), tables.blob(stream.getValue()));
    }
    Blob content = tables.blob(entry.unnamed());
    Optional<byte[]> data = reparse(entry);
    Optional<NtfsReparse> point = data.flatMap(NtfsReparse::parse);
    if (data.isPresent() && point.isEmpty()) {
      return Optional.of("a reparse point (%s)".formatted(NtfsReparse.kind(entry.reparseTag())));
    }
    Optional<LinkTarget> target =
        point.isPresent() ? point.map(NtfsReparse::target) : interix(entry, content);
    Optional<Property> told =
        point
            .filter(leads -> !leads.relative())
            .map(leads -> NtfsReparse.property(data.get(), folder));
    if (target.isPresent()) {
      streams.keySet().forEach(name -> dropped.add("stream " + name));
      if (point.isPresent() && content.size() > 0) {
        dropped.add("content");
      }
      streams.clear();
    }
    Facts.Kind kind = folder ? Facts.Kind.DIRECTORY : Facts.Kind.FILE;
    return tree.add(
        path,
        new ArchiveEntry(
            target.isPresent() ? Facts.Kind.SYMLINK : kind,
            attributes(entry, told, target.isPresent() && told.isEmpty()),
            target.isPresent() || folder ? Blob.EMPTY : content,
            streams,
            target,
            dropped));
  }

  private Attributes attributes(WimEntry entry, Optional<Property> told, boolean bare)
      throws Failure, Wrong {
    SortedMap<Name, Property> properties = new TreeMap<>();
    told.ifPresent(property -> properties.put(property.key(), property));
    if (!bare) {
      long birth = entry.created() - WimFormat.TICKS_TO_1970;
      String text = "%d.%09d".formatted(seconds(birth), nanos(birth));
      properties.put(Property.BIRTH, Property.of(Property.BIRTH, text));
      properties.put(Property.DOS, AttributeForm.dos(entry.attributes()));
      tables
          .descriptor(file, entry.securityId())
          .ifPresent(descriptor -> properties.put(Property.SECURITY_DESCRIPTOR, descriptor));
    }
    long written = entry.written() - WimFormat.TICKS_TO_1970;
    return new Attributes(
        MODE, seconds(written), nanos(written), new ArrayList<>(properties.values()));
  }

  private static long seconds(long ticks) {
    return Math.floorDiv(ticks, WimFormat.TICKS_PER_SECOND);
  }

  private static int nanos(long ticks) {
    return (int) Math.floorMod(ticks, WimFormat.TICKS_PER_SECOND) * WimFormat.TICK_NANOS;
  }

  /** A reparse point's data with the head NTFS has before them; empty if it is none. */
  private Optional<byte[]> reparse(WimEntry entry) throws Failure, Wrong {
    if ((entry.attributes() & WimFormat.ATTRIBUTE_REPARSE) == 0) {
      return Optional.empty();
    }
    byte[] bytes = bytes(tables.blob(entry.reparse()));
    return Optional.of(NtfsReparse.data(entry.reparseTag(), entry.reparseReserved(), bytes));
  }

  /** Where a symbolic link in Interix's form leads; empty if it is none. */
  private Optional<LinkTarget> interix(WimEntry entry, Blob content) throws Failure, Wrong {
    boolean system = (entry.attributes() & WimFormat.ATTRIBUTE_SYSTEM) != 0;
    int lead = WimFormat.INTERIX_LINK.length;
    if (!system || content.size() <= lead || content.size() > lead + 2L * LinkTarget.BYTES_MAX) {
      return Optional.empty();
    }
    byte[] bytes = bytes(content);
    if (!Arrays.equals(bytes, 0, lead, WimFormat.INTERIX_LINK, 0, lead) || bytes.length % 2 != 0) {
      return Optional.empty();
    }
    String text = WimFormat.text(WimFormat.little(bytes), lead, bytes.length - lead);
    return Optional.of(LinkTarget.of(Wtf8.encode(text)));
  }

  /** The bytes of a link; what is longer than any link's is not read. */
  private byte[] bytes(Blob blob) throws Wrong {
    if (blob.size() > LINK_BYTES_MAX) {
      throw new Wrong("a link of " + blob.size() + " bytes");
    }
    try (InputStream in = file.open(blob)) {
      return in.readNBytes((int) blob.size());
    } catch (IOException e) {
      throw new Wrong("a link cannot be read: " + e.getMessage());
    }
  }

  private static byte[] shown(List<Name> path) {
    StringBuilder text = new StringBuilder();
    path.forEach(name -> text.append(text.isEmpty() ? "" : "/").append(name));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }
}
