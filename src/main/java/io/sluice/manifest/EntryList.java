package io.sluice.manifest;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.RandomAccess;

/**
 * Entries in canonical order, held as bytes: some forty bytes an entry where objects take a hundred
 * and forty. An entry is made anew whenever it is asked for; entries of one directory share its
 * path's object. Immutable.
 */
public final class EntryList extends AbstractList<Entry> implements RandomAccess {
  private static final int BLOCK_BITS = 16;
  private static final int OFFSET = (1 << BLOCK_BITS) - 1;
  private static final int BLOCKS_MAX = 1 << (Integer.SIZE - BLOCK_BITS);

  private static final byte DIRECTORY = 0;
  private static final byte FILE = 1;
  private static final byte SYMLINK = 2;
  private static final byte HARD_LINK = 3;

  private static final EntryList NONE = new Builder().build();

  /** Each holds entries from its start; one longer than a block has a block of its own. */
  private final List<byte[]> blocks;

  private final List<EntryPath> directories;

  /** Where each entry begins: the block's index above, the offset in it below. */
  private final int[] places;

  private EntryList(List<byte[]> blocks, List<EntryPath> directories, int[] places) {
    this.blocks = blocks;
    this.directories = directories;
    this.places = places;
  }

  /** These entries; they stand in canonical order. */
  public static EntryList of(List<Entry> entries) {
    if (entries instanceof EntryList list) {
      return list;
    }
    if (entries.isEmpty()) {
      return NONE;
    }
    Builder builder = new Builder();
    entries.forEach(builder::add);
    return builder.build();
  }

  @Override
  public Entry get(int index) {
    return entry(blocks, directories, places[index]);
  }

  @Override
  public int size() {
    return places.length;
  }

  /** The same as to look which kind of entry this is, without making it. */
  public boolean isDirectory(int index) {
    int place = places[index];
    return blocks.get(place >>> BLOCK_BITS)[place & OFFSET] == DIRECTORY;
  }

  private static Entry entry(List<byte[]> blocks, List<EntryPath> directories, int place) {
    byte[] block = blocks.get(place >>> BLOCK_BITS);
    Unpacker from = new Unpacker(block, place & OFFSET);
    byte kind = from.one();
    EntryPath directory = directories.get((int) from.number());
    if (kind == DIRECTORY) {
      return new Entry.Directory(directory, from.attributes(), from.streams());
    }
    EntryPath path = directory.child(from.name());
    return switch (kind) {
      case FILE -> new Entry.File(path, from.attributes(), from.number(), from.streams());
      case SYMLINK -> new Entry.Symlink(path, from.attributes(), LinkTarget.of(from.bytes()));
      default -> {
        EntryPath other = directories.get((int) from.number());
        yield new Entry.HardLink(path, other.child(from.name()));
      }
    };
  }

  /** Takes entries one after the other, in canonical order, for one thread. */
  public static final class Builder {
    private static final int FIRST = 64;

    private final List<byte[]> blocks = new ArrayList<>();
    private final List<EntryPath> directories = new ArrayList<>();

    /** The index of each directory's path; filled when a hard link needs it. */
    private final Map<EntryPath, Integer> indexes = new HashMap<>();

    private final Packer packer = new Packer();
    private int[] places = new int[FIRST];
    private int filled;
    private int size;

    /** Adds the next entry. */
    public void add(Entry entry) {
      packer.clear();
      switch (entry) {
        case Entry.Directory directory -> {
          directories.add(directory.path());
          packer.one(DIRECTORY).number(directories.size() - 1).attributes(directory.attributes());
          packer.streams(directory.streams());
        }
        case Entry.File file -> {
          child(FILE, file.path()).attributes(file.attributes()).number(file.size());
          packer.streams(file.streams());
        }
        case Entry.Symlink link ->
            child(SYMLINK, link.path()).attributes(link.attributes()).bytes(link.target().raw());
        case Entry.HardLink link ->
            child(HARD_LINK, link.path())
                .number(index(link.file().parent()))
                .bytes(link.file().name().raw());
      }
      append();
    }

    /** An entry that was added. */
    public Entry get(int index) {
      return entry(blocks, directories, places[java.util.Objects.checkIndex(index, size)]);
    }

    public int size() {
      return size;
    }

    /** What was added so far; what is added later does not show in it. */
    public EntryList build() {
      return new EntryList(
          List.copyOf(blocks), List.copyOf(directories), Arrays.copyOf(places, size));
    }

    private Packer child(byte kind, EntryPath path) {
      int last = directories.size() - 1;
      if (last < 0 || !directories.get(last).equals(path.parent())) {
        throw new IllegalArgumentException(path + " does not follow its directory");
      }
      return packer.one(kind).number(last).bytes(path.name().raw());
    }

    private int index(EntryPath directory) {
      for (int i = indexes.size(); i < directories.size(); i++) {
        indexes.put(directories.get(i), i);
      }
      Integer index = indexes.get(directory);
      if (index == null) {
        throw new IllegalArgumentException("no earlier directory " + directory);
      }
      return index;
    }

    private void append() {
      int length = packer.length();
      if (blocks.isEmpty() || blocks.getLast().length - filled < length) {
        if (blocks.size() == BLOCKS_MAX) {
          throw new IllegalStateException("more entries than any manifest may have");
        }
        blocks.add(new byte[Math.max(length, 1 << BLOCK_BITS)]);
        filled = 0;
      }
      System.arraycopy(packer.array(), 0, blocks.getLast(), filled, length);
      if (size == places.length) {
        places = Arrays.copyOf(places, size + size / 2);
      }
      places[size++] = (blocks.size() - 1) << BLOCK_BITS | filled;
      filled += length;
    }
  }
}
