package io.sluice.cli;

import io.sluice.distributionpoint.SidecarReturn;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Platforms;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;

/** {@code sluice sidecar ...}: what a file system could not hold. */
@Command(name = "sidecar", description = "Put back what a file system could not hold.")
public final class SidecarCommand {
  private SidecarCommand() {}

  /** The command with its subcommands. */
  public static CommandLine commands(Terminal terminal) {
    return new CommandLine(new SidecarCommand()).addSubcommand(new Apply(terminal));
  }

  @Command(
      name = "apply",
      description = {
        "Put the streams and attributes of a sidecar back to a copy of its version.",
        "The copy is on a file system that can hold them, such as NTFS. Everything is looked at"
            + " before anything is written, and read back."
      },
      sortOptions = false)
  static final class Apply implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "SIDECAR", description = "the folder beside a restored version")
    private Path sidecar = Path.of("");

    @Option(
        names = "--to",
        paramLabel = "DIR",
        required = true,
        description = "the copy of the version")
    private Path to = Path.of("");

    @Option(names = "--json", description = "print the result as one JSON object")
    private boolean json;

    Apply(Terminal terminal) {
      this.terminal = terminal;
    }

    @Override
    public Integer call() throws Failure, InterruptedException {
      SidecarReturn.Returned returned =
          new SidecarReturn(
                  Platforms.ofThisMachine(),
                  sidecar.toAbsolutePath().normalize(),
                  to.toAbsolutePath().normalize())
              .run();
      // Field names are part of the command's contract.
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("entries", returned.entries());
      result.put("streams", returned.streams());
      result.put("attributes", returned.attributes());
      terminal
          .out()
          .println(
              json
                  ? new JsonMapper().writeValueAsString(result)
                  : "Put back and read back: "
                      + Quantity.count(returned.streams(), "stream")
                      + " and "
                      + Quantity.count(returned.attributes(), "attribute")
                      + " of "
                      + Quantity.count(returned.entries(), "entry"));
      return Terminal.DONE;
    }
  }
}
