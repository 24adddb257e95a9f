package io.sluice.cli;

import io.sluice.api.SiteClient;
import io.sluice.failure.Failure;
import java.util.function.Function;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** The options of a command that asks the local site server one thing and prints the answer. */
final class Question {
  @Mixin private ServerAccess access = new ServerAccess();

  @Option(names = "--json", description = "print the answer as one JSON object")
  private boolean json;

  /** One request to a server. */
  interface Asking<T> {
    T ask(SiteClient server) throws Failure, InterruptedException;
  }

  /** Asks, prints the answer as JSON or as text, and returns the exit status. */
  <T> int put(Terminal terminal, Asking<T> asking, Function<T, String> text)
      throws Failure, InterruptedException {
    try (SiteClient server = access.connect()) {
      T answer = asking.ask(server);
      String shown = json ? new JsonMapper().writeValueAsString(answer) + "\n" : text.apply(answer);
      terminal.out().print(shown);
      terminal.out().flush();
    }
    return Terminal.DONE;
  }
}
