package io.sluice.exchange;

import io.sluice.failure.Failure;
import io.sluice.filesystem.Extents;
import io.sluice.filesystem.Facts;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.LinkTarget;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reads what a tar archive holds: ustar, pax and GNU's forms, as GNU tar, libarchive and others
 * write them. Only headers are read. What is wrong with the archive's form ends the reading; what
 * is wrong with an entry is remembered, so that all of it is told.
 */
final class TarReader {
  /** The longest extended header or long name. */
  static final int HEADER_BYTES_MAX = 4 << 20;

  private static final char PAX_GLOBAL = 'g';
  private static final char PAX_SOLARIS = 'X';
  private static final char GNU_LONG_NAME = 'L';
  private static final char GNU_LONG_LINK = 'K';
  private static final char GNU_SPARSE = 'S';
  private static final char GNU_FOLDER = 'D';
  private static final char GNU_LABEL = 'V';

  private final ArchiveFile file;
  private final ArchiveProblems problems;
  private final ArchiveTree tree = new ArchiveTree();
  private PaxHeader global = new PaxHeader();
  private Pending pending;
  private List<Property> properties = List.of();
  private long at;

  /** What headers before an entry say of it. */
  private static final class Pending {
    final PaxHeader pax;
    Optional<byte[]> name = Optional.empty();
    Optional<byte[]> link = Optional.empty();
    boolean said;

    Pending(PaxHeader global) {
      this.pax = new PaxHeader(global);
    }
  }

  private TarReader(ArchiveFile file) {
    this.file = file;
    this.problems = new ArchiveProblems(file.path());
    this.pending = new Pending(global);
  }

  /**
   * What the archive holds.
   *
   * @throws Failure ARCHIVE_CORRUPT, ARCHIVE_UNSUPPORTED naming everything found
   */
  static ArchiveTree read(ArchiveFile file) throws Failure {
    TarReader reader = new TarReader(file);
    try {
      boolean more = true;
      while (more) {
        more = reader.next();
      }
    } catch (Wrong wrong) {
      reader.problems.corrupt("at byte " + reader.at, wrong.why());
    }
    reader.problems.requireNone();
    return reader.tree;
  }

  /** Reads one header and what belongs to it; false at the end. */
  private boolean next() throws Failure, Wrong {
    TarBlock block = new TarBlock(file.bytes(at, TarFormat.BLOCK_BYTES));
    if (block.bytes().length < TarFormat.BLOCK_BYTES) {
      throw new Wrong("it ends without the empty block that ends an archive: it was cut off");
    }
    if (block.isEmpty()) {
      requireNothing(at);
      return false;
    }
    block.requireChecksum();
    switch (block.type()) {
      case TarFormat.PAX, PAX_SOLARIS -> {
        long from = at + TarFormat.BLOCK_BYTES;
        pending.pax.add(header(block), from);
        pending.said = true;
      }
      case PAX_GLOBAL -> {
        long from = at + TarFormat.BLOCK_BYTES;
        byte[] records = header(block);
        global = new PaxHeader(global);
        global.add(records, from);
        pending = new Pending(global);
      }
      case GNU_LONG_NAME -> {
        pending.name = Optional.of(untilZero(header(block)));
        pending.said = true;
      }
      case GNU_LONG_LINK -> {
        pending.link = Optional.of(untilZero(header(block)));
        pending.said = true;
      }
      default -> {
        entry(block);
        pending = new Pending(global);
      }
    }
    return true;
  }

  /** After the end an archive is filled up with zeros; anything else would be lost. */
  private void requireNothing(long from) throws Failure, Wrong {
    if (pending.said) {
      throw new Wrong("it ends where an entry should follow its extended header");
    }
    for (long each = from; each < file.size(); each += TarFormat.BLOCK_BYTES) {
      if (!new TarBlock(file.bytes(each, TarFormat.BLOCK_BYTES)).isEmpty()) {
        throw new Wrong("something follows the end of the archive, at byte " + each);
      }
    }
  }

  /** The bytes of a header that describes another; goes on behind them. */
  private byte[] header(TarBlock block) throws Failure, Wrong {
    long size = block.number(124, 12, "the size");
    if (size < 0 || size > HEADER_BYTES_MAX) {
      throw new Wrong("an extended header of " + size + " bytes, at most " + HEADER_BYTES_MAX);
    }
    byte[] bytes = file.bytes(at + TarFormat.BLOCK_BYTES, (int) size);
    if (bytes.length < size) {
      throw new Wrong("it ends within an extended header: it was cut off");
    }
    at += TarFormat.BLOCK_BYTES + TarFormat.padded(size);
    return bytes;
  }

  private static byte[] untilZero(byte[] bytes) {
    int end = 0;
    while (end < bytes.length && bytes[end] != 0) {
      end++;
    }
    return Arrays.copyOf(bytes, end);
  }

  private void entry(TarBlock block) throws Failure, Wrong {
    byte[] name =
        pending
            .pax
            .bytes(TarFormat.SPARSE_NAME)
            .or(() -> pending.pax.bytes("path"))
            .or(() -> pending.name)
            .orElse(block.name());
    char type = type(block, name);
    long size = pending.pax.number("size").orElse(block.number(124, 12, "the size"));
    if (size < 0) {
      throw new Wrong("an entry of " + size + " bytes");
    }
    TarSparse.Content content = content(block, type, size);
    if (content.next() > file.size()) {
      throw new Wrong("it ends within " + Printable.of(name) + ": it was cut off");
    }
    try {
      Optional<List<Name>> path = path(name);
      if (path.isPresent() && type != GNU_LABEL) {
        put(path.get(), name, type, block, content.blob());
      }
    } catch (IllegalArgumentException e) {
      problems.unsupported(name, "it has " + e.getMessage());
    }
    at = content.next();
  }

  /** The oldest form knows folders by their names only. */
  private static char type(TarBlock block, byte[] name) {
    char type = block.type();
    if (type == 0 || type == '7' || type == TarFormat.FILE) {
      boolean folder = name.length > 0 && name[name.length - 1] == '/';
      return folder ? TarFormat.DIRECTORY : TarFormat.FILE;
    }
    return type;
  }

  /** An entry's bytes, and where the next one begins. */
  private TarSparse.Content content(TarBlock block, char type, long size) throws Failure, Wrong {
    long after = at + TarFormat.BLOCK_BYTES;
    PaxHeader pax = pending.pax;
    boolean sparse =
        pax.bytes(TarFormat.SPARSE_MAJOR).isPresent()
            || pax.bytes("GNU.sparse.map").isPresent()
            || pax.bytes("GNU.sparse.size").isPresent();
    if (type == GNU_SPARSE) {
      return TarSparse.old(file, block, after, size);
    }
    if (type == TarFormat.FILE && sparse) {
      return TarSparse.pax(file, pax, after, size);
    }
    if (type >= TarFormat.HARD_LINK && type <= '6' && size > 0) {
      throw new Wrong("it says that " + size + " bytes follow what is no file");
    }
    return new TarSparse.Content(Blob.of(after, size), after + TarFormat.padded(size));
  }

  private void put(List<Name> path, byte[] name, char type, TarBlock block, Blob content)
      throws Wrong {
    if (type == TarFormat.HARD_LINK) {
      Optional<List<Name>> file = path(link(block));
      file.flatMap(target -> tree.link(path, target))
          .ifPresent(why -> problems.unsupported(name, why));
      return;
    }
    Optional<Facts.Kind> kind = kind(type);
    if (kind.isEmpty()) {
      problems.unsupported(name, "an entry of type " + Printable.of(String.valueOf(type)));
      return;
    }
    TarAttributes attributes = new TarAttributes(block, pending.pax);
    boolean isFile = kind.get() == Facts.Kind.FILE;
    if (isFile && content instanceof Blob.Located located) {
      List<Extents.Extent> data =
          located.pieces().stream()
              .map(piece -> new Extents.Extent(piece.at(), piece.length()))
              .toList();
      Extents.property(data, located.size()).ifPresent(attributes::put);
    }
    ArchiveEntry entry =
        new ArchiveEntry(
            kind.get(),
            shared(attributes.attributes()),
            isFile ? content : Blob.EMPTY,
            attributes.streams(),
            kind.get() == Facts.Kind.SYMLINK
                ? Optional.of(LinkTarget.of(link(block)))
                : Optional.empty(),
            attributes.dropped());
    tree.add(path, entry).ifPresent(why -> problems.unsupported(name, why));
  }

  /** With the properties of the entry before, if they are the same: one owner has most of them. */
  private Attributes shared(Attributes attributes) {
    if (attributes.properties().equals(properties)) {
      return attributes.with(properties);
    }
    properties = attributes.properties();
    return attributes;
  }

  private static Optional<Facts.Kind> kind(char type) {
    return switch (type) {
      case TarFormat.FILE, GNU_SPARSE -> Optional.of(Facts.Kind.FILE);
      case TarFormat.SYMLINK -> Optional.of(Facts.Kind.SYMLINK);
      case '3', '4', '6' -> Optional.of(Facts.Kind.SPECIAL);
      case TarFormat.DIRECTORY, GNU_FOLDER -> Optional.of(Facts.Kind.DIRECTORY);
      default -> Optional.empty();
    };
  }

  private byte[] link(TarBlock block) {
    return pending.pax.bytes("linkpath").or(() -> pending.link).orElse(block.link());
  }

  /** The elements of a name below the root; empty, and a problem, if it leads elsewhere. */
  private Optional<List<Name>> path(byte[] name) {
    if (name.length == 0 || name[0] == '/') {
      problems.unsupported(name, name.length == 0 ? "no name" : "an absolute name");
      return Optional.empty();
    }
    List<Name> path = new ArrayList<>();
    int from = 0;
    for (int i = 0; i <= name.length; i++) {
      if (i == name.length || name[i] == '/') {
        byte[] element = Arrays.copyOfRange(name, from, i);
        from = i + 1;
        if (element.length == 2 && element[0] == '.' && element[1] == '.') {
          problems.unsupported(name, "a name that leads out of its folder");
          return Optional.empty();
        }
        if (element.length > 1 || (element.length == 1 && element[0] != '.')) {
          path.add(Name.of(element));
        }
      }
    }
    return Optional.of(path);
  }
}
