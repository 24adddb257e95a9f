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
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * Packs and documents that were taken out of the library, kept for a while: {@code
 * trash/TIME-NAME}, the time being when, the name the one the file had. What is there under another
 * name is not ours and is left alone.
 */
final class Trash {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private static final int STAMP_CHARACTERS = 16;

  private final LibraryFiles files;

  Trash(LibraryFiles files) {
    this.files = files;
  }

  /** Something in the trash, and since when. */
  record Item<T>(T what, Instant since, Path file) {
    /** The trash. */
    Path folder() {
      return Objects.requireNonNull(file.getParent());
    }
  }

  Path folder() {
    return files.folder().resolve("trash");
  }

  /** Where a file of this name goes that is taken out at a time. */
  Path file(String name, Instant now) {
    return folder().resolve(STAMP.format(now) + "-" + name);
  }

  /** The packs here, by number. */
  List<Item<Long>> packs() throws Failure {
    return items(name -> PackNames.number(name, PackNames.SEALED));
  }

  /** The documents here, by file name. */
  List<Item<String>> documents() throws Failure {
    return items(name -> Documents.digest(name).map(document -> name));
  }

  /** Bytes of all that is here. */
  long bytes() throws Failure {
    long sum = 0;
    for (Item<Long> pack : packs()) {
      sum += files.sizeIfThere(pack.file());
    }
    for (Item<String> document : documents()) {
      sum += files.sizeIfThere(document.file());
    }
    return sum;
  }

  private <T> List<Item<T>> items(Function<String, Optional<T>> named) throws Failure {
    List<Item<T>> items = new ArrayList<>();
    for (String name : files.disk().list(folder())) {
      if (name.length() > STAMP_CHARACTERS && name.charAt(STAMP_CHARACTERS) == '-') {
        Optional<Instant> since = since(name.substring(0, STAMP_CHARACTERS));
        Optional<T> what = named.apply(name.substring(STAMP_CHARACTERS + 1));
        if (since.isPresent() && what.isPresent()) {
          items.add(new Item<>(what.get(), since.get(), folder().resolve(name)));
        }
      }
    }
    return items;
  }

  private static Optional<Instant> since(String stamp) {
    try {
      return Optional.of(Instant.from(STAMP.parse(stamp)));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
