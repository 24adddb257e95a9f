package io.sluice.cli;

import io.sluice.content.Digest;
import io.sluice.content.Garbage;
import io.sluice.content.Library;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.LibraryManifests;
import io.sluice.time.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/** {@code sluice library forget}: versions that a content library need not keep any longer. */
@Command(
    name = "forget",
    description = {
      "Give up versions in a content library.",
      "Their manifests go to the library's trash, from where \"sluice library gc --undo\" puts"
          + " them back; what only they needed is taken out by the next \"sluice library gc\"."
          + " Not for the library of a site."
    },
    sortOptions = false)
final class LibraryForgetCommand implements Callable<Integer> {
  /** What lies beside a site's library (docs/formats/data-folder.md). */
  private static final List<String> SITE_FILES = List.of("FORMAT", "site.json");

  private final Terminal terminal;
  private final Clock clock;

  @Parameters(
      paramLabel = "VERSION",
      arity = "1..*",
      description = "a version's digest, or 12 and more digits of it")
  private List<String> versions = List.of();

  @Mixin private LibraryAccess libraryAccess = new LibraryAccess();

  @Option(names = "--json", description = "print the result as one JSON object")
  private boolean json;

  LibraryForgetCommand(Terminal terminal, Clock clock) {
    this.terminal = terminal;
    this.clock = clock;
  }

  @Override
  public Integer call() throws Failure, InterruptedException {
    requireNoSite();
    try (Library library = libraryAccess.open()) {
      Garbage garbage = new Garbage(library, new LibraryManifests(library));
      Set<Digest> forgotten = garbage.forget(versions, clock.now());
      List<String> names = forgotten.stream().map(Digest::hex).toList();
      // Field names are part of the command's contract.
      String text =
          json
              ? new JsonMapper().writeValueAsString(Map.of("forgotten", names)) + "\n"
              : "Forgotten, until put back by \"sluice library gc --undo\":\n"
                  + String.join("\n", names)
                  + "\n";
      terminal.out().print(text);
      terminal.out().flush();
    }
    return Terminal.DONE;
  }

  /** What a site's library is to keep its catalog says, which is not known here. */
  private void requireNoSite() throws Failure {
    Path named = libraryAccess.folder().normalize();
    for (Path folder : List.of(named, real(named))) {
      if (SITE_FILES.stream().anyMatch(name -> Files.exists(folder.resolveSibling(name)))) {
        throw Failure.permanent(
            Code.LIBRARY_OF_SITE,
            "forgetting versions in the content library " + named,
            "it is the library of the site in " + folder.getParent() + ", which may need them",
            "leave it to the site: only its server knows which versions are needed");
      }
    }
  }

  private static Path real(Path folder) {
    try {
      return folder.toRealPath();
    } catch (IOException e) {
      // It is not there, which is told when it is opened.
      return folder;
    }
  }
}
