package io.sluice.cli;

import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.distributionpoint.PlacedVersions;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Platforms;
import io.sluice.manifest.Manifest;
import io.sluice.parallel.OsThreads;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code sluice verify}: a version's content in a library, or folders against versions. */
@Command(
    name = "verify",
    description = {
      "Check a version in a library, or a folder against a version.",
      "A VERSION: reads every byte of it in the library and compares it with its digests; with"
          + " --against, reads the folder instead.",
      "A distribution point's folder: reads every version placed in it. Another folder: finds the"
          + " version it is most like, or take it from --against."
    },
    sortOptions = false)
public final class VerifyCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(
      paramLabel = "VERSION|DIR",
      description = "a version: " + VersionAccess.NAMES + "; or a folder (as ./NAME if in doubt)")
  private String target = "";

  @Mixin private VersionAccess access = new VersionAccess();

  @Option(
      names = "--against",
      paramLabel = "DIR|VERSION",
      description =
          "what to compare with: a folder for a version, a version for a folder (streams kept"
              + " beside are in DIR.sidecar)")
  private @Nullable String against;

  @Option(
      names = "--as-held",
      description =
          "leave out what the folder's file system does not hold, found by trying in the folder")
  private boolean asHeld;

  @Option(names = "--json", description = "print the result as one JSON object")
  private boolean json;

  public VerifyCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws Failure, InterruptedException {
    try (Library library = access.open()) {
      List<Verified> all = new ArrayList<>();
      FolderChecks folders =
          new FolderChecks(Platforms.ofThisMachine(), new OsThreads(), library, asHeld);
      if (VersionAccess.isVersion(target)) {
        Manifest manifest = access.manifest(library, target);
        all.add(
            against == null
                ? FolderChecks.inLibrary(library, manifest)
                : folders.check(manifest, folder(against)));
      } else if (against != null) {
        all.add(folders.check(access.manifest(library, against), folder(target)));
      } else {
        all.addAll(unnamed(folders, library, folder(target)));
      }
      return json ? printJson(all) : print(all);
    }
  }

  private static List<Verified> unnamed(FolderChecks folders, Library library, Path folder)
      throws Failure, InterruptedException {
    HostDisk disk = new HostDisk();
    if (!PlacedVersions.isPlace(disk, folder)) {
      return List.of(folders.check(folders.mostLike(folder), folder));
    }
    List<Verified> all = new ArrayList<>();
    for (PlacedVersions.One one : PlacedVersions.of(disk, folder)) {
      all.add(folders.check(LibraryAccess.manifest(library, one.manifest().hex()), one));
    }
    return all;
  }

  private static Path folder(String named) throws Failure {
    try {
      Path folder = Path.of(named).toAbsolutePath().normalize();
      if (Files.isDirectory(folder)) {
        return folder;
      }
    } catch (InvalidPathException impossible) {
      // Then there is no such folder either.
    }
    throw Failure.permanent(
        Code.NOT_FOUND,
        "verifying " + named,
        "there is no such folder, and it is no name of a version",
        "name a folder, or a version as " + VersionAccess.NAMES);
  }

  private int printJson(List<Verified> all) {
    JsonMapper mapper = new JsonMapper();
    ArrayNode results = mapper.createArrayNode();
    for (Verified one : all) {
      // Field names are part of the command's contract.
      ObjectNode result = results.addObject();
      result.put("digest", one.manifest().digest().hex()).put("identical", one.isIdentical());
      result.put("bytes", one.manifest().contentBytes()).put("where", one.where());
      one.differences().forEach(result.putArray("differences")::add);
    }
    // One thing verified is one object; a distribution point has a list of them.
    terminal.out().println(all.size() == 1 ? results.get(0) : results);
    return all.stream().allMatch(Verified::isIdentical) ? Terminal.DONE : Terminal.FAILED;
  }

  private int print(List<Verified> all) throws Failure {
    List<String> problems = new ArrayList<>();
    Optional<Code> code = Optional.empty();
    for (Verified one : all) {
      if (one.isIdentical()) {
        terminal.out().println(one.sentence());
      } else {
        code = code.isEmpty() ? Optional.of(one.code()) : code;
        String head = all.size() > 1 ? one.where() + ": " : "";
        one.differences().forEach(difference -> problems.add(head + difference));
      }
    }
    if (all.isEmpty()) {
      terminal.out().println("nothing is placed in " + target);
    }
    if (code.isPresent()) {
      String what = all.size() == 1 ? all.getFirst().title() : target;
      throw Failure.permanent(
              code.get(),
              "verifying " + what,
              Quantity.count(problems.size(), "difference"),
              code.get() == Code.CONTENT_CORRUPT
                  ? "capture the source again with --verify, or fetch it from another library"
                  : "restore it again, or capture the folder as a new version")
          .about(problems);
    }
    return Terminal.DONE;
  }
}
