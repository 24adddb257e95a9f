import io.sluice.capture.Capture;
import io.sluice.capture.Options;
import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.filesystem.Platforms;
import io.sluice.parallel.OsThreads;
import io.sluice.time.SystemClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Cold captures of one folder, each into a new library, in one process that has captured often before, as a server that has
 * run for days; each after {@code tar | zstd -3 -T2} of the same folder, page cache warm.
 *
 * <p>{@code java -cp sluice.jar Captures.java FOLDER SCRATCH WARM RUNS}: WARM pairs do not count. Then the wall of captures
 * that find nothing changed.
 */
public final class Captures {
  private Captures() {}

  public static void main(String[] words) throws Exception {
    Path folder = Path.of(words[0]).toAbsolutePath();
    Path scratch = Files.createDirectories(Path.of(words[1]).toAbsolutePath());
    int warm = Integer.parseInt(words[2]);
    int runs = Integer.parseInt(words[3]);
    List<Double> ratios = new ArrayList<>();
    List<Double> ours = new ArrayList<>();
    List<Double> peers = new ArrayList<>();
    List<Double> again = new ArrayList<>();
    for (int i = -warm; i < runs; i++) {
      double peer = shell("tar -C '" + folder + "' -cf - . | zstd -q -3 -T2 -f -o '" + scratch + "/t.zst'");
      shell("sync -f '" + scratch + "'");
      try (Library library = Library.open(new HostDisk(), scratch.resolve("lib" + (i + warm)))) {
        Capture capture =
            new Capture(Platforms.ofThisMachine(), new OsThreads(), library, new SystemClock());
        double seconds = timed(() -> capture.capture(folder, Options.plain()));
        double unchanged = timed(() -> capture.capture(folder, Options.plain()));
        if (i >= 0) {
          peers.add(peer);
          ours.add(seconds);
          ratios.add(seconds / peer);
          again.add(unchanged);
        }
      }
    }
    System.out.printf(
        Locale.ROOT,
        "tar | zstd -3 -T2 %.3f s, capture %.3f s, nothing changed %.3f s; ratio least %.2f, median %.2f, most %.2f%n",
        median(peers),
        median(ours),
        median(again),
        ratios.stream().min(Double::compare).orElseThrow(),
        median(ratios),
        ratios.stream().max(Double::compare).orElseThrow());
  }

  private interface Work {
    Object run() throws Exception;
  }

  private static double timed(Work work) throws Exception {
    long begun = System.nanoTime();
    work.run();
    return (System.nanoTime() - begun) / 1e9;
  }

  private static double shell(String line) throws Exception {
    return timed(
        () -> {
          int status =
              new ProcessBuilder("bash", "-c", "set -o pipefail; " + line).inheritIO().start().waitFor();
          if (status != 0) {
            throw new IllegalStateException(line + " ended with " + status);
          }
          return status;
        });
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
