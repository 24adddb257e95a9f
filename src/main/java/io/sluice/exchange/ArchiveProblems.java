package io.sluice.exchange;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Everything found wrong with an archive, so that it is told at once. */
final class ArchiveProblems {
  /** Beyond this many problems only their number is kept. */
  private static final int KEPT_MAX = 2 * Failure.ITEMS_MAX;

  private final Path archive;
  private final List<String> items = new ArrayList<>();
  private boolean corrupt;
  private long count;

  ArchiveProblems(Path archive) {
    this.archive = archive;
  }

  /** The archive is not of the form it claims. */
  void corrupt(String where, String why) {
    corrupt = true;
    // First: it may be why the others are there.
    items.addFirst(where + ": " + why);
    count++;
  }

  /** An entry cannot become part of a version. */
  void unsupported(byte[] name, String why) {
    count++;
    if (items.size() < KEPT_MAX) {
      items.add(Printable.of(name) + ": " + why);
    }
  }

  void requireNone() throws Failure {
    if (count == 0) {
      return;
    }
    Code code = corrupt ? Code.ARCHIVE_CORRUPT : Code.ARCHIVE_UNSUPPORTED;
    throw Failure.permanent(
            code,
            "importing " + archive,
            code.summary() + " (" + count + " problem" + (count == 1 ? ")" : "s)"),
            corrupt
                ? "fetch or make the archive again; a compressed one is unpacked first, such as"
                    + " \"zstd -dc FILE | sluice import -\""
                : "extract it where that is safe, put right what is named, and capture the folder")
        .about(items);
  }
}
