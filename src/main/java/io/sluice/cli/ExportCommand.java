package io.sluice.cli;

import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.exchange.Exported;
import io.sluice.exchange.TarExport;
import io.sluice.exchange.WimExport;
import io.sluice.failure.Failure;
import io.sluice.manifest.Manifest;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/** {@code sluice export}: a version out of a content library into an archive. */
@Command(
    name = "export",
    description = "Write a captured version as an archive that other programs read.",
    sortOptions = false)
public final class ExportCommand implements Callable<Integer> {
  /** The file name that means standard output. */
  private static final String STANDARD_OUTPUT = "-";

  private final Terminal terminal;

  @Parameters(paramLabel = "VERSION", description = VersionAccess.NAMES)
  private String version = "";

  @Mixin private VersionAccess access = new VersionAccess();

  @ArgGroup(multiplicity = "1")
  private Target target = new Target();

  /** Where to and in which format: one of them. */
  static final class Target {
    @Option(
        names = "--tar",
        paramLabel = "FILE",
        description = "the pax archive to make; - is standard output")
    private String tar = "";

    @Option(
        names = "--wim",
        paramLabel = "FILE",
        description = "the WIM to make, of one image, not compressed; - is standard output")
    private String wim = "";
  }

  @Option(
      names = "--json",
      description = "print the result as one JSON object, on standard error if FILE is -")
  private boolean json;

  public ExportCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws Failure, InterruptedException {
    try (Library library = access.open()) {
      Manifest manifest = access.manifest(library, version);
      boolean tar = !target.tar.isEmpty();
      String file = tar ? target.tar : target.wim;
      NewFile.Content<Exported> archive =
          tar ? new TarExport(manifest, library)::write : new WimExport(manifest, library)::write;
      boolean piped = file.equals(STANDARD_OUTPUT);
      Exported exported =
          piped
              ? NewFile.write(terminal.out(), archive)
              : NewFile.write(new HostDisk(), Path.of(file).toAbsolutePath().normalize(), archive);
      print(manifest, exported, piped ? terminal.err() : terminal.out());
    }
    return Terminal.DONE;
  }

  private void print(Manifest manifest, Exported exported, PrintStream to) {
    if (json) {
      // Field names are part of the command's contract.
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("digest", manifest.digest().hex());
      result.put("entries", exported.entries());
      result.put("streams", exported.streams());
      result.put("bytes", exported.bytes());
      result.put("not_held", exported.notHeld());
      to.println(new JsonMapper().writeValueAsString(result));
      return;
    }
    to.println(
        "Exported "
            + Quantity.count(exported.entries(), "entry")
            + ", "
            + Quantity.count(exported.streams(), "stream")
            + ", an archive of "
            + Quantity.bytes(exported.bytes()));
    to.print(NotCaptured.text("Not held by this format:", exported.notHeld()));
  }
}
