package io.sluice.cli;

import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.content.Limits;
import io.sluice.failure.Failure;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** {@code sluice library limit}: how much a content library may take. */
@Command(
    name = "limit",
    description = {
      "Show or set how much a content library may take.",
      "Captures and transfers that would break a limit are refused, for now: they go on when there"
          + " is room again. What is stored already stays."
    },
    sortOptions = false)
final class LibraryLimitCommand implements Callable<Integer> {
  private static final String NONE = "none";

  private final Terminal terminal;

  @Mixin private LibraryAccess libraryAccess = new LibraryAccess();

  @Option(
      names = "--quota",
      paramLabel = "SIZE",
      description = "the most bytes of packs, manifests and trash, such as 500GB; or none")
  private String quota = "";

  @Option(
      names = "--reserve",
      paramLabel = "SIZE",
      description = "bytes of the file system that the library never takes, such as 20GB")
  private String reserve = "";

  @Option(names = "--json", description = "print the result as one JSON object")
  private boolean json;

  LibraryLimitCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws Failure {
    if (!quota.isEmpty() || !reserve.isEmpty()) {
      try (Library library = libraryAccess.openForReading()) {
        wanted(library.limits()).write(new HostDisk(), library.folder());
      }
    }
    try (Library library = libraryAccess.openForReading()) {
      Limits limits = library.limits();
      boolean hasQuota = limits.quotaBytes() != Limits.NO_QUOTA;
      // Field names are part of the command's contract.
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("quota_bytes", hasQuota ? limits.quotaBytes() : null);
      fields.put("used_bytes", hasQuota ? library.usedBytes() : null);
      fields.put("reserve_bytes", limits.reserveBytes());
      fields.put("free_bytes", library.freeBytes());
      String text =
          (hasQuota
                  ? "Quota: "
                      + Quantity.bytes(limits.quotaBytes())
                      + ", used "
                      + Quantity.bytes(library.usedBytes())
                  : "Quota: none")
              + "\nReserve: "
              + Quantity.bytes(limits.reserveBytes())
              + "\nMay still take: "
              + Quantity.bytes(library.freeBytes())
              + "\n";
      terminal.out().print(json ? new JsonMapper().writeValueAsString(fields) + "\n" : text);
      terminal.out().flush();
    }
    return Terminal.DONE;
  }

  private Limits wanted(Limits now) throws Failure {
    long quotaBytes = now.quotaBytes();
    if (!quota.isEmpty()) {
      quotaBytes = quota.equals(NONE) ? Limits.NO_QUOTA : Quantity.parseBytes(quota);
    }
    return new Limits(
        quotaBytes, reserve.isEmpty() ? now.reserveBytes() : Quantity.parseBytes(reserve));
  }
}
