import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.distributionpoint.Restore;
import io.sluice.distributionpoint.StreamPolicy;
import io.sluice.filesystem.Platforms;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.StoredManifest;
import io.sluice.parallel.OsThreads;
import io.sluice.time.SystemClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Durable restores in one warm process, as in a running server, each after {@code zstd -d | tar -x && sync -f} of the same
 * version; writing is told apart from reading back.
 *
 * <p>{@code java -cp sluice.jar Restores.java LIBRARY DIGEST TAR_ZST SCRATCH RUNS [SEED]}: three pairs warm up, RUNS count.
 * SCRATCH is not emptied: ext4 makes files many times slower after much was deleted.
 */
public final class Restores {
  private static final int WARM = 3;

  private Restores() {}

  public static void main(String[] words) throws Exception {
    Path scratch = Files.createDirectories(Path.of(words[3]).toAbsolutePath());
    int runs = Integer.parseInt(words[4]);
    List<Path> seeds = words.length > 5 ? List.of(Path.of(words[5]).toAbsolutePath()) : List.of();
    List<Double> ratios = new ArrayList<>();
    List<Double> ours = new ArrayList<>();
    List<Double> peers = new ArrayList<>();
    List<Double> back = new ArrayList<>();
    try (Library library = Library.open(new HostDisk(), Path.of(words[0]).toAbsolutePath())) {
      Manifest manifest = StoredManifest.whole(library.storedDocument(library.resolveDocument(words[1])));
      Restore restore =
          new Restore(
              new Restore.Parts(
                  Platforms.ofThisMachine(), new OsThreads(), library, new HostDisk(), new SystemClock()));
      for (int i = -WARM; i < runs; i++) {
        double peer = peer(Path.of(words[2]).toAbsolutePath(), scratch, i + WARM);
        Restore.Order order =
            new Restore.Order(scratch.resolve("to" + (i + WARM)), StreamPolicy.REFUSE, seeds);
        Restore.Restored restored = restore.run(manifest, order);
        if (i >= 0) {
          peers.add(peer);
          ours.add(restored.writing().toNanos() / 1e9);
          back.add(restored.verifying().toNanos() / 1e9);
          ratios.add(ours.getLast() / peer);
        }
      }
    }
    System.out.printf(
        Locale.ROOT,
        "zstd | tar && sync %.2f s, restore %.2f s, reading back %.2f s; ratio least %.2f, median %.2f, most %.2f%n",
        median(peers),
        median(ours),
        median(back),
        ratios.stream().min(Double::compare).orElseThrow(),
        median(ratios),
        ratios.stream().max(Double::compare).orElseThrow());
  }

  private static double peer(Path archive, Path scratch, int number) throws Exception {
    Path to = Files.createDirectory(scratch.resolve("tar" + number));
    sync(scratch);
    long begun = System.nanoTime();
    shell("zstd -dc '" + archive + "' | tar -C '" + to + "' -xf - && sync -f '" + scratch + "'");
    double seconds = (System.nanoTime() - begun) / 1e9;
    sync(scratch);
    return seconds;
  }

  private static void sync(Path scratch) throws Exception {
    shell("sync -f '" + scratch + "'");
  }

  private static void shell(String line) throws Exception {
    int status = new ProcessBuilder("bash", "-c", "set -o pipefail; " + line).inheritIO().start().waitFor();
    if (status != 0) {
      throw new IllegalStateException(line + " ended with " + status);
    }
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
