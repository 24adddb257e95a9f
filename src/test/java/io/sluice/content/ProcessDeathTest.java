package io.sluice.content;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.failure.Code;
import java.io.BufferedReader;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessDeathTest {
  private static final int APPENDED = 300;

  @TempDir Path folder;

  @Test
  void everyWholeFrameSurvivesAKilledProcessAndItsLockDoesNot() throws Exception {
    int last = -1;
    for (int round = 0; round < 2; round++) {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "--enable-native-access=ALL-UNNAMED",
                  "-Xmx256m",
                  "-cp",
                  System.getProperty("java.class.path"),
                  AppendUntilKilled.class.getName(),
                  folder.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try (BufferedReader said = process.inputReader()) {
        int target = last + APPENDED;
        for (String line = said.readLine(); line != null; line = said.readLine()) {
          last = Integer.parseInt(line);
          if (last >= target) {
            break;
          }
        }
        assertThat(last).isGreaterThanOrEqualTo(target);
        DiskContractTest.requireCode(
            Code.LIBRARY_IN_USE, () -> Library.open(new HostDisk(), folder));
      } finally {
        process.destroyForcibly().waitFor();
      }
      try (Library library = Library.open(new HostDisk(), folder)) {
        for (int number = 0; number <= last; number++) {
          byte[] expected = AppendUntilKilled.chunk(number);
          byte[] read = new byte[expected.length];
          assertThat(library.read(Digest.of(expected), read, 0)).isEqualTo(expected.length);
          assertThat(read).isEqualTo(expected);
        }
        assertThat(library.problems()).isEmpty();
        assertThat(library.scrub()).isEmpty();
      }
    }
  }
}
