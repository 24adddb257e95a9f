package io.sluice.cli;

import io.sluice.content.Library;
import io.sluice.failure.Failure;
import io.sluice.fidelity.ReceiptJson;
import io.sluice.manifest.EntryPath;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.VersionDiff;
import java.io.PrintStream;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code sluice diff}: what differs between two versions. */
@Command(
    name = "diff",
    description = {
      "Show what differs between two versions: entries, streams, attributes, bytes.",
      "Exit status 0 if nothing differs, 1 if something does."
    },
    sortOptions = false)
public final class DiffCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(index = "0", paramLabel = "OLDER", description = VersionAccess.NAMES)
  private String older = "";

  @Parameters(index = "1", paramLabel = "NEWER", description = "the same")
  private String newer = "";

  @Mixin private VersionAccess access = new VersionAccess();

  @Option(names = "--json", description = "print the result as one JSON object")
  private boolean json;

  public DiffCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws Failure, InterruptedException {
    try (Library library = access.openForReading()) {
      Manifest before = access.manifest(library, older);
      Manifest after = access.manifest(library, newer);
      VersionDiff diff = new VersionDiff(before, after, library);
      Shown shown = json ? new AsJson(terminal.out()) : new AsText(terminal.out());
      shown.begin(before, after);
      Map<VersionDiff.Kind, Long> counts = new EnumMap<>(VersionDiff.Kind.class);
      diff.changes(
          change -> {
            counts.merge(change.kind(), 1L, Long::sum);
            shown.change(change);
          });
      shown.end(counts, diff.lacking());
      return counts.isEmpty() ? Terminal.DONE : Terminal.FAILED;
    }
  }

  /** How changes are printed, as they are found: there may be millions. */
  private sealed interface Shown {
    void begin(Manifest before, Manifest after);

    void change(VersionDiff.Change change);

    void end(Map<VersionDiff.Kind, Long> counts, VersionDiff.Lacking lacking);
  }

  /** A line each; what lies in a directory that came or went is counted, not listed. */
  private static final class AsText implements Shown {
    private final PrintStream out;

    /** The directory that came or went last: what is in it comes directly after it. */
    private EntryPath whole = EntryPath.ROOT;

    AsText(PrintStream out) {
      this.out = out;
    }

    @Override
    public void begin(Manifest before, Manifest after) {}

    @Override
    public void change(VersionDiff.Change change) {
      EntryPath path = change.path();
      if (change.kind() == VersionDiff.Kind.CHANGED) {
        out.println("~ " + path + ": " + String.join(", ", change.what()));
      } else if (whole.isRoot() || !isIn(path, whole)) {
        out.println((change.kind() == VersionDiff.Kind.ADDED ? "+ " : "- ") + path);
        whole = path;
      }
    }

    private static boolean isIn(EntryPath path, EntryPath directory) {
      if (path.depth() <= directory.depth()) {
        return false;
      }
      EntryPath at = path;
      while (at.depth() > directory.depth()) {
        at = at.parent();
      }
      return at.equals(directory);
    }

    @Override
    public void end(Map<VersionDiff.Kind, Long> counts, VersionDiff.Lacking lacking) {
      out.println(
          counts.isEmpty()
              ? "identical"
              : Quantity.count(counts.getOrDefault(VersionDiff.Kind.ADDED, 0L))
                  + " added, "
                  + Quantity.count(counts.getOrDefault(VersionDiff.Kind.REMOVED, 0L))
                  + " removed, "
                  + Quantity.count(counts.getOrDefault(VersionDiff.Kind.CHANGED, 0L))
                  + " changed; "
                  + Quantity.bytes(lacking.bytes())
                  + " in "
                  + Quantity.count(lacking.chunks(), "chunk")
                  + (lacking.chunks() == 1 ? " is new" : " are new"));
    }
  }

  /** One object; field names are part of the command's contract. */
  private static final class AsJson implements Shown {
    private final JsonMapper mapper = new JsonMapper();
    private final PrintStream out;
    private String separator = "\n";

    AsJson(PrintStream out) {
      this.out = out;
    }

    @Override
    public void begin(Manifest before, Manifest after) {
      ObjectNode head = mapper.createObjectNode();
      head.put("older", before.digest().hex()).put("newer", after.digest().hex());
      String text = head.toString();
      out.print(text.substring(0, text.length() - 1) + ",\"changes\":[");
    }

    @Override
    public void change(VersionDiff.Change change) {
      ObjectNode one = mapper.createObjectNode();
      one.set("path", ReceiptJson.path(change.path()));
      one.put("kind", change.kind().name().toLowerCase(Locale.ROOT));
      if (!change.what().isEmpty()) {
        change.what().forEach(one.putArray("what")::add);
      }
      out.print(separator + one);
      separator = ",\n";
    }

    @Override
    public void end(Map<VersionDiff.Kind, Long> counts, VersionDiff.Lacking lacking) {
      ObjectNode rest = mapper.createObjectNode();
      rest.put("identical", counts.isEmpty());
      rest.put("new_chunks", lacking.chunks()).put("new_bytes", lacking.bytes());
      out.println("]," + rest.toString().substring(1));
    }
  }
}
