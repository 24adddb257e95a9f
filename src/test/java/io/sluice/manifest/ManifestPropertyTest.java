package io.sluice.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.fail;

import io.sluice.content.Digest;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestPropertyTest {
  private static final int TREES = 300;
  private static final int MUTATIONS = 20_000;
  private static final int MUTATIONS_LONG = 5_000_000;

  private static byte[] plain(Manifest manifest) throws Failure {
    return ManifestWriter.plain(manifest.entries(), manifest.chunks());
  }

  /** A failure of the reader's own three, or nothing; anything else fails the test. */
  private static Failure refusal(byte[] plain, String context) {
    try {
      ManifestReader.parse(plain);
      return null;
    } catch (Failure failure) {
      assertThat(failure.code())
          .as(context)
          .isIn(Code.MANIFEST_CORRUPT, Code.MANIFEST_TOO_NEW, Code.MANIFEST_TOO_LARGE);
      assertThat(failure.why()).as(context).startsWith("line ");
      return failure;
    } catch (RuntimeException e) {
      return fail(context + ": an unchecked exception left the reader", e);
    }
  }

  @Test
  void whatIsWrittenIsReadBackAndWrittenTheSame() throws Failure {
    for (long seed = 0; seed < TREES; seed++) {
      Manifest manifest = ManifestSamples.random(seed, 200);
      byte[] plain = plain(manifest);
      Manifest read = ManifestReader.read(plain, manifest.digest());
      assertThat(read).as("seed " + seed).isEqualTo(manifest);
      assertThat(plain(read)).as("seed " + seed).isEqualTo(plain);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void noFlippedBitGoesUnnoticed(long seed) throws Failure {
    Manifest manifest = ManifestSamples.random(seed, 25);
    byte[] plain = plain(manifest);
    for (int bit = 0; bit < plain.length * 8; bit++) {
      byte[] damaged = plain.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      String context = "seed " + seed + ", bit " + bit;
      if (refusal(damaged, context) == null) {
        assertThat(ManifestReader.parse(damaged).digest())
            .as(context)
            .isNotEqualTo(manifest.digest());
      }
      Failure expected =
          catchThrowableOfType(
              Failure.class, () -> ManifestReader.read(damaged, manifest.digest()));
      assertThat(expected.code()).as(context).isEqualTo(Code.MANIFEST_CORRUPT);
    }
  }

  @Test
  void everyTruncationIsCorrupt() throws Failure {
    byte[] plain = plain(ManifestSamples.random(11, 40));
    for (int length = 0; length < plain.length; length++) {
      Failure failure = refusal(Arrays.copyOf(plain, length), "length " + length);
      assertThat(failure).as("length " + length).isNotNull();
      assertThat(failure.code()).as("length " + length).isEqualTo(Code.MANIFEST_CORRUPT);
    }
  }

  @Test
  void noMutationMakesTheReaderThrowAnythingElse() throws Failure {
    mutate(4711, MUTATIONS);
  }

  @Test
  @Tag("long")
  void noMutationMakesTheReaderThrowAnythingElseForLong() throws Failure {
    mutate(RandomGenerator.getDefault().nextLong(), MUTATIONS_LONG);
  }

  /** What survives mutation is written back to a manifest with the same meaning. */
  private static void mutate(long seed, int rounds) throws Failure {
    SplittableRandom random = new SplittableRandom(seed);
    byte[][] sources = new byte[20][];
    for (int i = 0; i < sources.length; i++) {
      sources[i] = plain(ManifestSamples.random(seed + i, 30));
    }
    int accepted = 0;
    for (int round = 0; round < rounds; round++) {
      byte[] source = sources[random.nextInt(sources.length)];
      byte[] mutated = Mutations.of(source, sources[random.nextInt(sources.length)], random);
      if (refusal(mutated, "seed " + seed + ", round " + round) == null) {
        accepted++;
        Manifest manifest = ManifestReader.parse(mutated);
        assertThat(manifest.digest()).isEqualTo(Digest.of(mutated));
        byte[] again = plain(manifest);
        Manifest reread = ManifestReader.parse(again);
        assertThat(reread.entries()).isEqualTo(manifest.entries());
        assertThat(reread.chunks()).isEqualTo(manifest.chunks());
      }
    }
    assertThat(accepted).as("a fuzzer whose inputs are all refused tests little").isPositive();
    assertThat(accepted).isLessThan(rounds);
  }
}
