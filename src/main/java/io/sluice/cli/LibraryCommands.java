package io.sluice.cli;

import io.sluice.content.Library;
import io.sluice.content.Usage;
import io.sluice.failure.Failure;
import io.sluice.manifest.LibraryManifests;
import io.sluice.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** Commands about a content library itself, without a server. */
public final class LibraryCommands {
  private LibraryCommands() {}

  /** {@code sluice library} with its subcommands. */
  public static CommandLine commands(Terminal terminal, Clock clock) {
    return new CommandLine(new Group())
        .addSubcommand(new Check(terminal))
        .addSubcommand(new Scrub(terminal))
        .addSubcommand(new Stats(terminal))
        .addSubcommand(new LibraryForgetCommand(terminal, clock))
        .addSubcommand(new LibraryGcCommand(terminal, clock))
        .addSubcommand(new LibraryLimitCommand(terminal));
  }

  @Command(name = "library", description = "Look after a content library, without a server.")
  private static final class Group {}

  /** {@code sluice library check}. */
  @Command(
      name = "check",
      description = {
        "Check a content library's structure.",
        "Reads every pack's index and frames' heads and every manifest, and says which manifest"
            + " lacks which chunks. Does not read the content itself: scrub does."
      },
      sortOptions = false)
  static final class Check implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private LibraryAccess libraryAccess = new LibraryAccess();

    @Option(names = "--json", description = "print the result as one JSON object")
    private boolean json;

    Check(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public Integer call() throws Failure, InterruptedException {
      try (Library library = libraryAccess.open()) {
        return LibraryReport.of(library, library.check()).print(terminal, json, "checked");
      }
    }
  }

  /** {@code sluice library scrub}. */
  @Command(
      name = "scrub",
      description = {
        "Read every byte of a content library and compare it with its digests.",
        "What is found damaged is no longer held, so that the next capture or transfer that needs"
            + " it stores it anew."
      },
      sortOptions = false)
  static final class Scrub implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private LibraryAccess libraryAccess = new LibraryAccess();

    @Option(names = "--json", description = "print the result as one JSON object")
    private boolean json;

    Scrub(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public Integer call() throws Failure, InterruptedException {
      try (Library library = libraryAccess.open()) {
        return LibraryReport.of(library, library.scrub()).print(terminal, json, "read");
      }
    }
  }

  /** {@code sluice library stats}. */
  @Command(
      name = "stats",
      description = "Show what a content library holds, and how much of it manifests need.",
      sortOptions = false)
  static final class Stats implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private LibraryAccess libraryAccess = new LibraryAccess();

    @Option(names = "--json", description = "print the result as one JSON object")
    private boolean json;

    Stats(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public Integer call() throws Failure, InterruptedException {
      try (Library library = libraryAccess.open()) {
        LibraryManifests manifests = new LibraryManifests(library);
        List<Failure> unreadable = new ArrayList<>();
        Usage usage = library.usage(needed -> unreadable.addAll(manifests.visitReadable(needed)));
        String shown =
            json
                ? new JsonMapper().writeValueAsString(fields(library, usage, unreadable)) + "\n"
                : text(library, usage, unreadable);
        terminal.out().print(shown);
      }
      return Terminal.DONE;
    }

    /** Field names are part of the command's contract. */
    private static Map<String, Object> fields(
        Library library, Usage usage, List<Failure> unreadable) throws Failure {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("packs", usage.packs());
      fields.put("stored", fields(usage.stored()));
      fields.put("needed", fields(usage.needed()));
      fields.put("unneeded", fields(usage.unneeded()));
      fields.put("quarantined", fields(usage.quarantined()));
      fields.put("chunks_held", library.stats().chunks());
      fields.put("manifests", library.stats().documents());
      fields.put("manifest_bytes", library.stats().documentBytes());
      fields.put("chunks_wanted", usage.wanted().chunks());
      fields.put("content_bytes_wanted", usage.wanted().contentBytes());
      fields.put("unreadable", Problems.shown(unreadable));
      return fields;
    }

    private static Map<String, Object> fields(Usage.Amount amount) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("frames", amount.frames());
      fields.put("stored_bytes", amount.storedBytes());
      fields.put("chunks", amount.chunks());
      fields.put("content_bytes", amount.contentBytes());
      return fields;
    }

    private static String text(Library library, Usage usage, List<Failure> unreadable)
        throws Failure {
      TextTable table = new TextTable("", "frames", "chunks", "stored", "content");
      row(table, "in " + Quantity.count(usage.packs(), "pack"), usage.stored());
      row(table, "  needed by manifests", usage.needed());
      row(table, "  needed by none", usage.unneeded());
      row(table, "  in quarantine", usage.quarantined());
      Library.Stats stats = library.stats();
      String manifests =
          Quantity.count(stats.documents(), "manifest")
              + " of "
              + Quantity.bytes(stats.documentBytes())
              + ", whose content is "
              + Quantity.count(usage.wanted().chunks(), "chunk")
              + ", "
              + Quantity.bytes(usage.wanted().contentBytes())
              + "\n";
      return table.text() + manifests + Problems.text(unreadable, library.folder());
    }

    private static void row(TextTable table, String what, Usage.Amount amount) {
      table.row(
          what,
          Quantity.count(amount.frames()),
          Quantity.count(amount.chunks()),
          Quantity.bytes(amount.storedBytes()),
          Quantity.bytes(amount.contentBytes()));
    }
  }
}
