package io.sluice.badinput;

import io.sluice.failure.Failure;
import java.util.Optional;

/** What Jazzer calls in a process of its own (docs/design/0022): one parser, input after input. */
public final class Fuzzer {
  private static Parser parser = Parser.MANIFEST;

  private Fuzzer() {}

  /** The only argument is the parser's name. */
  public static void fuzzerInitialize(String[] arguments) {
    parser = Parser.valueOf(arguments[0]);
  }

  public static void fuzzerTestOneInput(byte[] bytes) {
    Optional<Failure> refusal = parser.refusal(bytes);
    if (refusal.isPresent() && refusal.get().why().isBlank()) {
      throw new AssertionError("refused without a reason", refusal.get());
    }
  }
}
