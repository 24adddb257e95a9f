package io.sluice.siteserver;

import io.sluice.catalog.Catalog;
import io.sluice.cli.Terminal;
import io.sluice.content.Disk;
import io.sluice.content.HostDisk;
import io.sluice.database.Database;
import io.sluice.failure.Failure;
import io.sluice.time.Clock;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code sluice site restored}: to be run once after a site's database was put back from a backup,
 * before it serves again (docs/design/0009-an-epoch-begins-at-the-clocks-second.md).
 */
@Command(
    name = "restored",
    description = {
      "Say that the site's database was put back from a backup, before it serves.",
      "What it numbers from then on is not taken for what was lost."
    })
final class SiteRestoredCommand implements Callable<Integer> {
  private final Terminal terminal;
  private final Clock clock;

  @Option(names = "--data", paramLabel = "DIR", required = true, description = "its data folder")
  private Path data = Path.of("");

  SiteRestoredCommand(Terminal terminal, Clock clock) {
    this.terminal = terminal;
    this.clock = clock;
  }

  @Override
  public Integer call() throws Failure {
    SiteFolder folder = new SiteFolder(data);
    folder.check();
    SiteConfiguration configuration = SiteServer.configuration(folder);
    Disk disk = new HostDisk();
    // A server that runs would go on with the epoch it knows.
    try (Disk.Lock _ = disk.lock(folder.lock());
        Database database = SiteServer.database(folder, configuration)) {
      open(database, configuration).beginEpoch(clock);
      long epoch = open(database, configuration).identity().epoch();
      terminal.out().println("Site " + configuration.site() + " goes on in epoch " + epoch + ".");
    }
    return Terminal.DONE;
  }

  private Catalog open(Database database, SiteConfiguration configuration) throws Failure {
    return Catalog.open(
        database,
        configuration.site(),
        configuration.parent().map(SiteConfiguration.Parent::site),
        clock);
  }
}
