package io.sluice.siteserver;

import io.sluice.cli.Terminal;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.site.SiteCode;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice site init}: a new site's data folder, joined to its parent if it has one. */
@Command(
    name = "init",
    description = "Make a new site's data folder, and join it to its parent with a token.",
    sortOptions = false)
final class SiteInitCommand implements Callable<Integer> {
  private final Terminal terminal;
  private final SiteFounder founder;

  @Parameters(paramLabel = "CODE", description = "the site's code, such as CEN")
  private String code = "";

  @Option(names = "--data", paramLabel = "DIR", required = true, description = "its data folder")
  private @Nullable Path data;

  @Option(
      names = "--join",
      paramLabel = "TOKEN",
      description = "the parent's token, from \"sluice site invite CODE\" there")
  private @Nullable String token;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description = "where child sites dial (default: ${DEFAULT-VALUE})")
  private String siteAddress = "0.0.0.0:8530";

  @Option(
      names = "--admin",
      paramLabel = "HOST:PORT",
      description = "where commands on this machine ask (default: ${DEFAULT-VALUE})")
  private String adminAddress = "127.0.0.1:8531";

  @Option(
      names = "--database",
      paramLabel = "WHICH",
      description = "sqlite (default) or a jdbc:postgresql: URL")
  private String database = SiteConfiguration.SQLITE;

  SiteInitCommand(Terminal terminal, SiteFounder founder) {
    this.terminal = terminal;
    this.founder = founder;
  }

  @Override
  public Integer call() throws Failure, InterruptedException {
    if (data == null) {
      throw new IllegalStateException("the option is required");
    }
    SiteFolder folder = new SiteFolder(data);
    SiteConfiguration configuration = configuration();
    if (token == null) {
      founder.found(folder, configuration);
    } else {
      configuration = founder.join(folder, configuration, token.strip());
    }
    terminal.out().println("Site " + code + " is made in " + folder.root() + ".");
    terminal
        .out()
        .println(
            configuration.parent().isEmpty()
                ? "It has no parent."
                : "Its parent is " + configuration.parent().get().site() + ".");
    terminal.out().println("Start it:  sluice site serve --data " + data);
    return Terminal.DONE;
  }

  private SiteConfiguration configuration() throws Failure {
    try {
      return new SiteConfiguration(
          new SiteCode(code),
          SiteConfiguration.Address.parse(siteAddress),
          SiteConfiguration.local(adminAddress),
          SiteConfiguration.database(database),
          Optional.empty());
    } catch (IllegalArgumentException e) {
      throw Failure.permanent(
              Code.CONFIGURATION_INVALID,
              "making site \"" + code + "\"",
              String.valueOf(e.getMessage()),
              "see \"sluice site init --help\"")
          .because(e);
    }
  }
}
