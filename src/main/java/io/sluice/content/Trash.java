package io.sluice.content;

import io.sluice.failure.Failure;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Packs that a collection took out of the library, kept for a while: {@code trash/TIME-N.pack}, the
 * time being when. What is there under another name is not ours and is left alone.
 */
final class Trash {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private static final int STAMP_CHARACTERS = 16;

  private final LibraryFiles files;

  Trash(LibraryFiles files) {
    this.files = files;
  }

  /** A pack in the trash. */
  record Item(long pack, Instant since, Path file) {}

  Path folder() {
    return files.folder().resolve("trash");
  }

  /** Where a pack goes that is taken out at a time. */
  Path file(long pack, Instant now) {
    return folder().resolve(STAMP.format(now) + "-" + PackNames.sealed(pack));
  }

  List<Item> items() throws Failure {
    List<Item> items = new ArrayList<>();
    for (String name : files.disk().list(folder())) {
      item(name).ifPresent(items::add);
    }
    return items;
  }

  /** Bytes of all packs here. */
  long bytes() throws Failure {
    long sum = 0;
    for (Item item : items()) {
      try (Disk.Reader reader = files.disk().open(item.file())) {
        sum += reader.size();
      }
    }
    return sum;
  }

  private Optional<Item> item(String name) {
    if (name.length() <= STAMP_CHARACTERS || name.charAt(STAMP_CHARACTERS) != '-') {
      return Optional.empty();
    }
    try {
      Instant since = Instant.from(STAMP.parse(name.substring(0, STAMP_CHARACTERS)));
      return PackNames.number(name.substring(STAMP_CHARACTERS + 1), PackNames.SEALED)
          .map(pack -> new Item(pack, since, folder().resolve(name)));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
