package io.sluice.siteserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.cli.Terminal;
import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.content.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code sluice library}: what it says of a sound library and of a damaged one. */
class LibraryCommandTest {
  @TempDir private Path folder;

  private Path library;
  private Path source;

  @BeforeEach
  void capture() throws Exception {
    library = folder.resolve("library");
    source = Files.createDirectory(folder.resolve("source"));
    byte[] noise = new byte[3_000_000];
    new SplittableRandom(1).nextBytes(noise);
    Files.write(source.resolve("noise.bin"), noise);
    Files.writeString(source.resolve("text.txt"), "software ".repeat(50_000));
    assertThat(run("capture", source.toString()).status()).isZero();
  }

  private Hierarchy.Said run(String... words) {
    String[] all = Arrays.copyOf(words, words.length + 2);
    all[words.length] = "--library";
    all[words.length + 1] = library.toString();
    return Hierarchy.command(all);
  }

  private JsonNode json(int status, String... words) {
    List<String> all = new ArrayList<>(List.of("library"));
    all.addAll(List.of(words));
    all.add("--json");
    Hierarchy.Said said = run(all.toArray(String[]::new));
    assertThat(said.status()).as(said.toString()).isEqualTo(status);
    return new JsonMapper().readTree(said.out());
  }

  private Path pack() throws IOException {
    try (Stream<Path> packs = Files.list(library.resolve("packs"))) {
      return packs.findFirst().orElseThrow();
    }
  }

  private void flip(long at) throws IOException {
    byte[] bytes = Files.readAllBytes(pack());
    bytes[(int) (at < 0 ? bytes.length + at : at)] ^= 1;
    Files.write(pack(), bytes);
  }

  private static void requireNarrow(Hierarchy.Said said) {
    assertThat(said.out().lines()).allMatch(line -> line.length() <= Terminal.COLUMNS);
    assertThat(said.out() + said.err()).doesNotContain("Exception");
  }

  @Test
  void aSoundLibraryIsSaidToBe() {
    for (String word : List.of("check", "scrub", "stats", "gc", "limit")) {
      Hierarchy.Said said = run("library", word);
      assertThat(said.status()).isZero();
      assertThat(said.err()).isEmpty();
      requireNarrow(said);
    }
    JsonNode check = json(0, "check");
    assertThat(check.get("sound").asBoolean()).isTrue();
    assertThat(check.get("manifests").asInt()).isEqualTo(1);
    JsonNode stats = json(0, "stats");
    assertThat(stats.get("needed")).isEqualTo(stats.get("stored"));
    assertThat(stats.get("unneeded").get("frames").asInt()).isZero();
    assertThat(stats.get("content_bytes_wanted").asLong())
        .isEqualTo(stats.get("stored").get("content_bytes").asLong());
  }

  @Test
  void aLostPackIsToldAsTheChunksItsManifestLacks() throws Exception {
    int chunks = json(0, "check").get("chunks").asInt();
    Files.delete(pack());
    Hierarchy.Said said = run("library", "check");
    assertThat(said.status()).isEqualTo(1);
    assertThat(said.out()).contains("lacks " + chunks + " of its " + chunks + " chunks");
    assertThat(said.err()).contains("SLU-306 CONTENT_MISSING");
    requireNarrow(said);
    JsonNode lacking = json(1, "check").get("incomplete").get(0);
    assertThat(lacking.get("missing").size()).isEqualTo(chunks);
  }

  @Test
  void damageInAPacksFooterIsFoundByCheck() throws Exception {
    flip(-30);
    Hierarchy.Said said = run("library", "check");
    assertThat(said.status()).isEqualTo(1);
    assertThat(said.out()).contains("SLU-305 CONTENT_CORRUPT\n  reading packs/");
    requireNarrow(said);
    assertThat(json(1, "check").get("problems").size()).isEqualTo(1);
  }

  @Test
  void damageInContentIsFoundByScrubAndMendedByCapturing() throws Exception {
    flip(5_000);
    assertThat(run("library", "check").status()).isZero();
    Hierarchy.Said scrub = run("library", "scrub");
    assertThat(scrub.status()).isEqualTo(1);
    assertThat(scrub.out()).contains("SLU-305", "lacks 1 of its");
    requireNarrow(scrub);
    assertThat(json(0, "stats").get("quarantined").get("frames").asInt()).isEqualTo(1);
    assertThat(json(1, "check").get("incomplete").size()).isEqualTo(1);
    assertThat(run("capture", source.toString()).status()).isZero();
    assertThat(json(0, "check").get("sound").asBoolean()).isTrue();
    assertThat(json(0, "scrub").get("sound").asBoolean()).isTrue();
  }

  @Test
  void aDamagedManifestIsToldEachTimeUntilItIsCapturedAgain() throws Exception {
    try (Stream<Path> files = Files.walk(library.resolve("documents"))) {
      Path manifest = files.filter(Files::isRegularFile).findFirst().orElseThrow();
      byte[] bytes = Files.readAllBytes(manifest);
      bytes[bytes.length / 2] ^= 1;
      Files.write(manifest, bytes);
    }
    for (int i = 0; i < 2; i++) {
      JsonNode check = json(1, "check");
      assertThat(check.get("problems").size()).isEqualTo(1);
      assertThat(check.get("problems").get(0).get("code").asString()).isEqualTo("SLU-305");
    }
    assertThat(run("capture", source.toString()).status()).isZero();
    assertThat(json(0, "check").get("sound").asBoolean()).isTrue();
  }

  @Test
  void garbageIsPlannedTakenOutPutBackAndDeleted() throws Exception {
    String digest = captureOther(2);
    assertThat(json(0, "gc", "--plan").get("bytes_won").asLong()).isZero();
    Files.delete(library.resolve("documents").resolve(digest.substring(0, 2)).resolve(digest));

    long won = json(0, "gc", "--plan").get("bytes_won").asLong();
    assertThat(won).isGreaterThan(1_000_000);
    requireNarrow(run("library", "gc", "--plan"));
    JsonNode done = json(0, "gc");
    assertThat(done.get("bytes_won").asLong()).isEqualTo(won);
    assertThat(done.get("trash_bytes").asLong()).isEqualTo(won);
    assertThat(json(0, "stats").get("unneeded").get("frames").asLong()).isZero();
    assertThat(json(0, "gc", "--undo").get("packs_put_back").asInt()).isEqualTo(1);
    assertThat(json(0, "stats").get("unneeded").get("frames").asLong()).isPositive();

    Hierarchy.Said said = run("library", "gc");
    requireNarrow(said);
    assertThat(said.out()).contains("Won: 1.00 MB", "sluice library gc --undo");
    assertThat(json(0, "gc").get("packs_deleted").asInt()).isZero();
    assertThat(json(0, "gc", "--window", "0").get("packs_deleted").asInt()).isEqualTo(1);
    assertThat(json(0, "scrub").get("sound").asBoolean()).isTrue();
    captureOther(2);
    assertThat(json(0, "check").get("sound").asBoolean()).isTrue();
  }

  /** Captures a folder of one file that nothing else shares; answers the version's digest. */
  private String captureOther(long seed) throws IOException {
    Path other = Files.createDirectories(folder.resolve("other"));
    byte[] noise = new byte[1_000_000];
    new SplittableRandom(seed).nextBytes(noise);
    Files.write(other.resolve("noise.bin"), noise);
    Hierarchy.Said captured = run("capture", other.toString());
    assertThat(captured.status()).isZero();
    return captured.out().lines().findFirst().orElseThrow();
  }

  @Test
  void aVersionIsForgottenPutBackAndForgottenForGood() throws Exception {
    String digest = captureOther(2);
    Path receipt = library.resolve("receipts").resolve(digest + ".json");
    Hierarchy.Said said = run("library", "forget", digest.substring(0, 12));
    assertThat(said.status()).isZero();
    assertThat(said.out()).contains(digest, "sluice library gc --undo");
    requireNarrow(said);
    assertThat(run("inspect", digest).err()).contains("SLU-103 NOT_FOUND");
    assertThat(json(0, "gc", "--plan").get("bytes_won").asLong()).isGreaterThan(1_000_000);
    assertThat(json(0, "gc").get("bytes_won").asLong()).isGreaterThan(1_000_000);

    JsonNode back = json(0, "gc", "--undo");
    assertThat(back.get("manifests_put_back").asInt()).isEqualTo(1);
    assertThat(back.get("packs_put_back").asInt()).isEqualTo(1);
    assertThat(run("verify", digest).status()).isZero();
    assertThat(receipt).exists();
    assertThat(json(0, "gc", "--plan").get("bytes_won").asLong()).isZero();

    assertThat(json(0, "forget", digest).get("forgotten").get(0).asString()).isEqualTo(digest);
    JsonNode done = json(0, "gc", "--window", "0");
    assertThat(done.get("packs_deleted").asInt()).isEqualTo(1);
    assertThat(done.get("manifests_deleted").asInt()).isEqualTo(1);
    assertThat(receipt).doesNotExist();
    assertThat(json(0, "gc", "--undo").get("manifests_put_back").asInt()).isZero();
    // What the scan cache remembers of it harms nobody.
    Hierarchy.Said again = run("capture", folder.resolve("other").toString());
    assertThat(again.out()).startsWith(digest);
    assertThat(json(0, "scrub").get("sound").asBoolean()).isTrue();
  }

  @Test
  void aSitesLibraryForgetsNothingByItself() throws Exception {
    String digest = captureOther(2);
    Path link = Files.createSymbolicLink(folder.resolve("elsewhere"), library);
    Files.writeString(folder.resolve("site.json"), "{}");
    assertThat(run("library", "forget", digest).err()).contains("SLU-309 LIBRARY_OF_SITE");
    library = Files.createDirectory(folder.resolve("linked")).resolve("library");
    Files.createSymbolicLink(library, link);
    Hierarchy.Said said = run("library", "forget", digest);
    assertThat(said.status()).isEqualTo(1);
    assertThat(said.err()).contains("SLU-309 LIBRARY_OF_SITE");
    Files.delete(folder.resolve("site.json"));
    assertThat(run("library", "forget", "0123456789ab").err()).contains("SLU-103 NOT_FOUND");
    assertThat(run("library", "forget", digest).status()).isZero();
  }

  @Test
  void garbageIsNotLookedForWhereAManifestCannotBeRead() throws Exception {
    try (Stream<Path> files = Files.walk(library.resolve("documents"))) {
      Files.write(files.filter(Files::isRegularFile).findFirst().orElseThrow(), new byte[20]);
    }
    for (int i = 0; i < 2; i++) {
      Hierarchy.Said said = run("library", "gc");
      assertThat(said.status()).isEqualTo(1);
      assertThat(said.err()).contains("SLU-305 CONTENT_CORRUPT");
    }
    assertThat(library.resolve("trash")).doesNotExist();
    assertThat(run("library", "gc", "--plan", "--undo").err()).contains("SLU-101 USAGE");
  }

  @Test
  void aCaptureThatWouldBreakTheQuotaIsRefusedAndLeavesNoManifest() throws Exception {
    byte[] noise = new byte[2_000_000];
    new SplittableRandom(3).nextBytes(noise);
    Files.write(source.resolve("more.bin"), noise);
    JsonNode limit = json(0, "limit", "--quota", "3500kB", "--reserve", "1MB");
    assertThat(limit.get("quota_bytes").asLong()).isEqualTo(3_500_000);
    assertThat(limit.get("used_bytes").asLong()).isBetween(3_000_000L, 3_200_000L);
    requireNarrow(run("library", "limit"));
    for (String quota : List.of("3500kB", "4500kB")) {
      // Refused up front, as two million bytes shrink to no quarter; or at the last frames.
      assertThat(run("library", "limit", "--quota", quota).status()).isZero();
      Hierarchy.Said said = run("capture", source.toString());
      assertThat(said.status()).isEqualTo(3);
      assertThat(said.err()).contains("SLU-307 NO_SPACE");
      assertThat(json(0, "check").get("manifests").asInt()).isEqualTo(1);
    }
    assertThat(json(0, "limit", "--quota", "none").get("quota_bytes").isNull()).isTrue();
    assertThat(run("capture", source.toString()).status()).isZero();
    assertThat(json(0, "scrub").get("sound").asBoolean()).isTrue();
    for (String wrong : List.of("much", "-1", "1.5GB", "9999999TB", "1XB")) {
      assertThat(run("library", "limit", "--quota", wrong).err()).contains("SLU-101 USAGE");
    }
  }

  @Test
  void limitsAreSetBesideAProcessThatHasTheLibrary() throws Exception {
    try (Library open = Library.open(new HostDisk(), library)) {
      assertThat(run("library", "check").err()).contains("SLU-302 LIBRARY_IN_USE");
      JsonNode limit = json(0, "limit", "--quota", "3500kB");
      assertThat(limit.get("used_bytes").asLong()).isBetween(3_000_000L, 3_200_000L);
      open.intake().close();
      assertThat(open.limits()).isEqualTo(new Limits(3_500_000, 0));
      assertThat(open.freeBytes()).isEqualTo(limit.get("free_bytes").asLong());
    }
  }

  @Test
  void whereThereIsNoLibraryNoneIsMade() {
    library = folder.resolve("nowhere");
    for (String word : List.of("check", "scrub", "stats", "gc", "limit")) {
      assertThat(run("library", word).err()).contains("SLU-301 LIBRARY_MISSING");
    }
    assertThat(library).doesNotExist();
  }
}
