package io.sluice.cli;

import io.sluice.content.Library;
import io.sluice.failure.Failure;
import io.sluice.fidelity.ReceiptJson;
import io.sluice.manifest.EntryPath;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.VersionDiff;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
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
    try (Library library = access.open()) {
      Manifest before = access.manifest(library, older);
      Manifest after = access.manifest(library, newer);
      VersionDiff diff = new VersionDiff(before, after, library);
      List<VersionDiff.Change> changes = diff.changes();
      if (json) {
        printJson(before, after, changes, diff.lacking());
      } else {
        printText(changes, diff.lacking());
      }
      return changes.isEmpty() ? Terminal.DONE : Terminal.FAILED;
    }
  }

  /** What lies in a directory that came or went is counted, not listed. */
  private void printText(List<VersionDiff.Change> changes, VersionDiff.Lacking lacking) {
    Set<EntryPath> whole = new HashSet<>();
    Map<VersionDiff.Kind, Long> counts = new EnumMap<>(VersionDiff.Kind.class);
    for (VersionDiff.Change change : changes) {
      counts.merge(change.kind(), 1L, Long::sum);
      if (change.kind() != VersionDiff.Kind.CHANGED) {
        whole.add(change.path());
      }
    }
    for (VersionDiff.Change change : changes) {
      EntryPath path = change.path();
      switch (change.kind()) {
        case ADDED -> within(whole, path, "+ ");
        case REMOVED -> within(whole, path, "- ");
        case CHANGED ->
            terminal.out().println("~ " + path + ": " + String.join(", ", change.what()));
      }
    }
    if (changes.isEmpty()) {
      terminal.out().println("identical");
      return;
    }
    terminal
        .out()
        .println(
            Quantity.count(counts.getOrDefault(VersionDiff.Kind.ADDED, 0L))
                + " added, "
                + Quantity.count(counts.getOrDefault(VersionDiff.Kind.REMOVED, 0L))
                + " removed, "
                + Quantity.count(counts.getOrDefault(VersionDiff.Kind.CHANGED, 0L))
                + " changed; "
                + Quantity.bytes(lacking.bytes())
                + " in "
                + Quantity.count(lacking.chunks())
                + (lacking.chunks() == 1 ? " chunk is new" : " chunks are new"));
  }

  private void within(Set<EntryPath> whole, EntryPath path, String sign) {
    if (path.isRoot() || !whole.contains(path.parent())) {
      terminal.out().println(sign + path);
    }
  }

  private void printJson(
      Manifest before,
      Manifest after,
      List<VersionDiff.Change> changes,
      VersionDiff.Lacking lacking) {
    JsonMapper mapper = new JsonMapper();
    ObjectNode head = mapper.createObjectNode();
    head.put("older", before.digest().hex()).put("newer", after.digest().hex());
    head.put("identical", changes.isEmpty());
    head.put("new_chunks", lacking.chunks()).put("new_bytes", lacking.bytes());
    String text = head.toString();
    terminal.out().print(text.substring(0, text.length() - 1) + ",\"changes\":[");
    String separator = "\n";
    for (VersionDiff.Change change : changes) {
      ObjectNode one = mapper.createObjectNode();
      one.set("path", ReceiptJson.path(change.path()));
      one.put("kind", change.kind().name().toLowerCase(Locale.ROOT));
      if (!change.what().isEmpty()) {
        change.what().forEach(one.putArray("what")::add);
      }
      terminal.out().print(separator + one);
      separator = ",\n";
    }
    terminal.out().println("]}");
  }
}
