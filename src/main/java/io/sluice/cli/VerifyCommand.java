package io.sluice.cli;

import io.sluice.content.Digest;
import io.sluice.content.Frame;
import io.sluice.content.Library;
import io.sluice.distributionpoint.Difference;
import io.sluice.distributionpoint.Verifier;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Platforms;
import io.sluice.manifest.Manifest;
import io.sluice.parallel.OsThreads;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/** {@code sluice verify}: a version's content in the library, or a folder against a version. */
@Command(
    name = "verify",
    description = {
      "Check a version in a library, or a folder against a version.",
      "Reads every byte of the version in the library and compares it with its digests; with"
          + " --against, reads the folder instead and lists every difference."
    },
    sortOptions = false)
public final class VerifyCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(paramLabel = "DIGEST", description = "the version, or 12 and more digits of it")
  private String digest = "";

  @Mixin private LibraryAccess libraryAccess = new LibraryAccess();

  @Option(
      names = "--against",
      paramLabel = "DIR",
      description = "a folder to compare with (its streams kept beside are in DIR.sidecar)")
  private @Nullable Path against;

  @Option(names = "--json", description = "print the result as one JSON object")
  private boolean json;

  public VerifyCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /** The JSON form; field names are part of the command's contract. */
  record Result(String digest, boolean identical, long bytes, List<String> differences) {}

  @Override
  public Integer call() throws Failure, InterruptedException {
    try (Library library = libraryAccess.open()) {
      Manifest manifest = LibraryAccess.manifest(library, digest);
      List<String> problems =
          against == null
              ? damaged(library, manifest)
              : differences(library, manifest, against.toAbsolutePath().normalize());
      return print(manifest, problems);
    }
  }

  private static List<String> damaged(Library library, Manifest manifest) throws Failure {
    List<String> problems = new ArrayList<>();
    Set<Digest> seen = new HashSet<>();
    byte[] plain = new byte[Frame.Chunk.BYTES_MAX];
    for (Frame.Chunk chunk : manifest.chunks()) {
      if (seen.add(chunk.digest())) {
        try {
          library.read(chunk.digest(), plain, 0);
        } catch (Failure failure) {
          if (failure.code() != Code.CONTENT_CORRUPT && failure.code() != Code.CONTENT_MISSING) {
            throw failure;
          }
          problems.add(failure.getMessage());
        }
      }
    }
    return problems;
  }

  private static List<String> differences(Library library, Manifest manifest, Path folder)
      throws Failure, InterruptedException {
    if (!Files.isDirectory(folder)) {
      throw Failure.permanent(
          Code.NOT_FOUND, "verifying " + folder, "there is no such folder", "name a folder");
    }
    Path beside = folder.resolveSibling(folder.getFileName() + ".sidecar");
    boolean besideExists = Files.exists(beside, LinkOption.NOFOLLOW_LINKS);
    return new Verifier(Platforms.ofThisMachine(), new OsThreads(), library)
        .compare(manifest, folder, besideExists ? Optional.of(beside) : Optional.empty()).stream()
            .map(Difference::toString)
            .toList();
  }

  private int print(Manifest manifest, List<String> problems) throws Failure {
    if (json) {
      Result result =
          new Result(
              manifest.digest().hex(), problems.isEmpty(), manifest.contentBytes(), problems);
      terminal.out().println(new JsonMapper().writeValueAsString(result));
      return problems.isEmpty() ? Terminal.DONE : Terminal.FAILED;
    }
    if (!problems.isEmpty()) {
      throw Failure.permanent(
              against == null ? Code.CONTENT_CORRUPT : Code.DIFFERS,
              "verifying " + manifest.digest(),
              problems.size() + (problems.size() == 1 ? " difference" : " differences"),
              against == null
                  ? "capture the source again with --verify, or fetch it from another library"
                  : "restore it again, or capture the folder as a new version")
          .about(problems);
    }
    terminal
        .out()
        .println(
            "identical: "
                + Quantity.count(manifest.entries().size())
                + " entries, "
                + Quantity.bytes(manifest.contentBytes())
                + (against == null ? " in the library" : " in " + against));
    return Terminal.DONE;
  }
}
