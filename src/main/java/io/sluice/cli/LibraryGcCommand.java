package io.sluice.cli;

import io.sluice.api.Requests;
import io.sluice.api.SiteClient;
import io.sluice.api.Views;
import io.sluice.content.Garbage;
import io.sluice.content.Library;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.LibraryManifests;
import io.sluice.time.Clock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** {@code sluice library gc}: what no manifest needs, out of a content library. */
@Command(
    name = "gc",
    description = {
      "Take out of a content library what no manifest in it needs.",
      "Packs that nothing is needed of go to the library's trash, and can be put back until they"
          + " are deleted by a later gc. Packs that little is needed of are rewritten first."
    },
    sortOptions = false)
final class LibraryGcCommand implements Callable<Integer> {
  private final Terminal terminal;
  private final Clock clock;

  @Option(
      names = "--library",
      paramLabel = "DIR",
      description = "the content library's folder (else that of the running server)")
  private @Nullable Path folder;

  @Mixin private ServerAccess server = new ServerAccess();

  @Option(names = "--plan", description = "say what would be done, and do nothing")
  private boolean planOnly;

  @Option(names = "--undo", description = "put back everything that is in the trash")
  private boolean undo;

  @Option(
      names = "--window",
      paramLabel = "HOURS",
      description =
          "delete what has been in the trash for so long (default: ${DEFAULT-VALUE}); with 0 what"
              + " is taken out is deleted at once")
  private long windowHours = Garbage.WINDOW.toHours();

  @Option(names = "--json", description = "print the result as one JSON object")
  private boolean json;

  LibraryGcCommand(Terminal terminal, Clock clock) {
    this.terminal = terminal;
    this.clock = clock;
  }

  @Override
  public Integer call() throws Failure, InterruptedException {
    requireOneWish();
    if (folder == null) {
      askServer();
      return Terminal.DONE;
    }
    try (Library library = LibraryAccess.open(folder.toAbsolutePath())) {
      Garbage garbage = new Garbage(library, new LibraryManifests(library));
      if (undo) {
        print(garbage.undo());
      } else if (planOnly) {
        Garbage.Plan plan = garbage.plan();
        print(
            fields(plan, Garbage.Amount.NONE, garbage.trashBytes()),
            text(plan, "to take out", "to rewrite"));
      } else {
        collect(garbage);
      }
    }
    return Terminal.DONE;
  }

  /** A library that a server has open is collected by that server, beside its work. */
  private void askServer() throws Failure, InterruptedException {
    try (SiteClient client = server.connect()) {
      Requests.NewCollection wish = new Requests.NewCollection(planOnly, undo, windowHours);
      Views.CollectionView done =
          client.post("/v0/library/collections", wish, Views.CollectionView.class);
      String text =
          undo
              ? "Put back: " + Quantity.count(done.packsPutBack(), "pack") + "\n"
              : (planOnly ? "Packs to take out: " : "Packs taken out: ")
                  + Quantity.count(done.packsTakenOut())
                  + (planOnly ? ", to rewrite: " : ", rewritten: ")
                  + Quantity.count(done.packsRewritten())
                  + "\nWon: "
                  + Quantity.bytes(done.bytesWon())
                  + "\n"
                  + rest(new Garbage.Amount(done.packsDeleted(), 0), done.trashBytes());
      terminal.out().print(json ? new JsonMapper().writeValueAsString(done) + "\n" : text);
      terminal.out().flush();
    }
  }

  private void requireOneWish() throws Failure {
    if ((undo && planOnly) || windowHours < 0) {
      throw Failure.permanent(
          Code.USAGE,
          "reading the options of gc",
          windowHours < 0 ? "hours below zero" : "--plan and --undo exclude each other",
          "give one of them, and hours from 0 on");
    }
  }

  private void collect(Garbage garbage) throws Failure, InterruptedException {
    Instant now = clock.now();
    Garbage.Plan done = garbage.collect(now);
    Garbage.Amount deleted = garbage.purge(now.minus(Duration.ofHours(windowHours)));
    long trash = garbage.trashBytes();
    String text = text(done, "taken out", "rewritten") + rest(deleted, trash);
    print(fields(done, deleted, trash), text);
  }

  private void print(Garbage.Amount back) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("packs_put_back", back.packs());
    fields.put("manifests_put_back", back.documents());
    print(fields, "Put back: " + text(back));
  }

  private static String text(Garbage.Amount amount) {
    return Quantity.count(amount.packs(), "pack")
        + ", "
        + Quantity.count(amount.documents(), "manifest")
        + "\n";
  }

  private static String rest(Garbage.Amount deleted, long trash) {
    return (deleted.equals(Garbage.Amount.NONE) ? "" : "Deleted from the trash: " + text(deleted))
        + (trash == 0
            ? ""
            : "In the trash: "
                + Quantity.bytes(trash)
                + ", put back by \"sluice library gc --undo\"\n");
  }

  private void print(Map<String, Object> fields, String text) {
    terminal.out().print(json ? new JsonMapper().writeValueAsString(fields) + "\n" : text);
    terminal.out().flush();
  }

  private static String text(Garbage.Plan plan, String dropped, String rewritten) {
    TextTable table = new TextTable("packs", "number", "bytes", "needed");
    row(table, dropped, plan.with(Garbage.Action.DROP));
    row(table, rewritten, plan.with(Garbage.Action.REWRITE));
    row(table, "kept", plan.with(Garbage.Action.KEEP));
    row(table, "left alone", plan.with(Garbage.Action.LEAVE));
    return table.text() + "Won: " + Quantity.bytes(plan.bytesWon()) + "\n";
  }

  private static void row(TextTable table, String what, List<Garbage.PackPlan> packs) {
    table.row(
        what,
        Quantity.count(packs.size()),
        Quantity.bytes(packs.stream().mapToLong(Garbage.PackPlan::bytes).sum()),
        Quantity.bytes(packs.stream().mapToLong(Garbage.PackPlan::neededBytes).sum()));
  }

  /** Field names are part of the command's contract. */
  private static Map<String, Object> fields(
      Garbage.Plan plan, Garbage.Amount deleted, long trashBytes) {
    List<Map<String, Object>> packs = plan.packs().stream().map(LibraryGcCommand::fields).toList();
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("packs", packs);
    fields.put("bytes_won", plan.bytesWon());
    fields.put("packs_deleted", deleted.packs());
    fields.put("manifests_deleted", deleted.documents());
    fields.put("trash_bytes", trashBytes);
    return fields;
  }

  private static Map<String, Object> fields(Garbage.PackPlan pack) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("pack", HexFormat.of().toHexDigits(pack.pack()));
    fields.put("action", pack.action().name().toLowerCase(Locale.ROOT));
    fields.put("bytes", pack.bytes());
    fields.put("needed_bytes", pack.neededBytes());
    return fields;
  }
}
