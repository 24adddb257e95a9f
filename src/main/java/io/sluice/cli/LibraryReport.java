package io.sluice.cli;

import io.sluice.content.Digest;
import io.sluice.content.Library;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.LibraryManifests;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/**
 * What was found when a library was looked through.
 *
 * @param problems all damage, unreadable manifests included
 * @param incomplete manifests that lack chunks
 */
record LibraryReport(
    Path folder,
    Library.Stats stats,
    List<Failure> problems,
    List<LibraryManifests.Incomplete> incomplete) {
  /** How many missing chunks of a manifest the text names; JSON names all. */
  private static final int CHUNKS_SHOWN = 20;

  /** The JSON form; field names are part of the commands' contract. */
  record Shown(
      boolean sound,
      long packs,
      long chunks,
      long manifests,
      List<Problems.Shown> problems,
      List<Lacking> incomplete) {}

  /** A manifest that lacks chunks, in the JSON form. */
  record Lacking(String manifest, int chunks, List<String> missing) {}

  /** Adds to the damage found what opening the library told and what its manifests lack. */
  static LibraryReport of(Library library, List<Failure> damage) throws Failure {
    LibraryManifests.Audit audit = new LibraryManifests(library).audit();
    List<Failure> problems = new ArrayList<>(damage);
    problems.addAll(audit.unreadable());
    Set<String> told = problems.stream().map(Failure::text).collect(Collectors.toSet());
    library.problems().stream()
        .filter(problem -> !told.contains(problem.text()))
        .forEach(problems::add);
    return new LibraryReport(library.folder(), library.stats(), problems, audit.incomplete());
  }

  /** Prints it and returns the exit status. */
  int print(Terminal terminal, boolean json, String done) {
    if (json) {
      terminal.out().println(new JsonMapper().writeValueAsString(shown()));
      return isSound() ? Terminal.DONE : Terminal.FAILED;
    }
    terminal.out().print(text(done));
    terminal.out().flush();
    return isSound() ? Terminal.DONE : terminal.report(failure());
  }

  private boolean isSound() {
    return problems.isEmpty() && incomplete.isEmpty();
  }

  private Shown shown() {
    List<Lacking> lacking =
        incomplete.stream()
            .map(
                each ->
                    new Lacking(
                        each.manifest().hex(),
                        each.chunks(),
                        each.missing().stream().map(chunk -> chunk.digest().hex()).toList()))
            .toList();
    return new Shown(
        isSound(),
        stats.packs(),
        stats.chunks(),
        stats.documents(),
        Problems.shown(problems),
        lacking);
  }

  private String text(String done) {
    StringBuilder text = new StringBuilder(Problems.text(problems, folder));
    for (LibraryManifests.Incomplete each : incomplete) {
      text.append("manifest ").append(each.manifest()).append('\n');
      text.append("  lacks ").append(Quantity.count(each.missing().size()));
      text.append(" of its ").append(Quantity.count(each.chunks(), "chunk")).append(":\n");
      for (int i = 0; i < Math.min(CHUNKS_SHOWN, each.missing().size()); i++) {
        Digest chunk = each.missing().get(i).digest();
        text.append("  ").append(chunk).append('\n');
      }
      if (each.missing().size() > CHUNKS_SHOWN) {
        int more = each.missing().size() - CHUNKS_SHOWN;
        text.append("  ... and ").append(Quantity.count(more)).append(" more (--json lists all)\n");
      }
    }
    return text.append(done)
        .append(": ")
        .append(Quantity.count(stats.packs(), "pack"))
        .append(", ")
        .append(Quantity.count(stats.chunks(), "chunk"))
        .append(", ")
        .append(Quantity.count(stats.documents(), "manifest"))
        .append("; ")
        .append(isSound() ? "all is well" : "see above")
        .append('\n')
        .toString();
  }

  private Failure failure() {
    boolean isMissing = problems.isEmpty();
    return Failure.permanent(
        isMissing ? Code.CONTENT_MISSING : Code.CONTENT_CORRUPT,
        "looking through the content library " + folder,
        Quantity.count(problems.size(), "problem")
            + ", manifests that lack chunks: "
            + Quantity.count(incomplete.size()),
        "check the disk; then run \"sluice library scrub\" and capture the sources again, or let"
            + " the site fetch the versions from its parent");
  }
}
