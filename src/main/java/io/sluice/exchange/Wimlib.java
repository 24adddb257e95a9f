package io.sluice.exchange;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The program {@code wimlib-imagex}, which knows every compression of the WIM format. */
final class Wimlib {
  private static final String PROGRAM = "wimlib-imagex";
  private static final int SAID_BYTES_MAX = 4_000;

  private Wimlib() {}

  /**
   * Writes one image of a WIM as another WIM that is not compressed.
   *
   * @throws Failure TOOL_FAILED with what the program said, if it is not there or fails
   */
  static void unpack(Path wim, int image, Path to) throws Failure, InterruptedException {
    run("export", wim.toString(), Integer.toString(image), to.toString(), "--compress=none");
  }

  private static void run(String... words) throws Failure, InterruptedException {
    List<String> command = new ArrayList<>(List.of(PROGRAM));
    command.addAll(List.of(words));
    String what = "running " + String.join(" ", command);
    try {
      Path said = Files.createTempFile("sluice-wimlib", ".txt");
      try {
        Process process =
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectOutput(said.toFile())
                .start();
        int status = finished(process);
        if (status != 0) {
          throw Failure.permanent(
              Code.TOOL_FAILED,
              what,
              "it ended with status " + status + ": " + said(said),
              "check the WIM with \"wimlib-imagex verify\"");
        }
      } finally {
        Files.deleteIfExists(said);
      }
    } catch (IOException e) {
      throw Failure.permanent(
              Code.TOOL_FAILED,
              what,
              "it cannot be run: " + e.getMessage(),
              "install it: on Debian and Ubuntu it is in the package wimtools")
          .because(e);
    }
  }

  private static int finished(Process process) throws InterruptedException {
    try {
      return process.waitFor();
    } finally {
      process.destroy();
    }
  }

  private static String said(Path file) throws IOException {
    String said = Files.readString(file, StandardCharsets.ISO_8859_1);
    return Printable.of(said.substring(Math.max(0, said.length() - SAID_BYTES_MAX)).strip());
  }
}
