package io.sluice.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.database.Database;
import io.sluice.database.InMemory;
import io.sluice.failure.Failure;
import io.sluice.manifest.PackageId;
import io.sluice.site.SiteCode;
import io.sluice.site.SiteTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** F18: whatever the order, loss and repetition of what is told, all sites see the same. */
class FoldPropertyTest {
  private static final SiteCode CEN = new SiteCode("CEN");
  private static final SiteCode WST = new SiteCode("WST");
  private static final SiteCode STO = new SiteCode("STO");
  private static final SiteCode OAK = new SiteCode("OAK");
  private static final List<String> PLACES = List.of("", "dp1", "dp2");

  private static Event event(RandomGenerator random) {
    PackageId id = new PackageId("CEN", 1 + random.nextInt(2));
    int version = 1 + random.nextInt(4);
    String place = PLACES.get(random.nextInt(PLACES.size()));
    return switch (random.nextInt(8)) {
      case 0 -> new Event.Joined(WST);
      case 1 -> new Event.HasPlace("dp" + random.nextInt(3), "/f" + random.nextInt(9));
      case 2 -> new Event.Refused("ab", new Event.Cause("SLU-404", "" + random.nextInt(9)));
      case 3, 4 ->
          new Event.Failed(id, version, place, new Event.Cause("SLU-503", "" + random.nextInt(9)));
      default ->
          place.isEmpty()
              ? new Event.Held(id, version)
              : new Event.Placed(id, version, place, new Event.Streams(random.nextInt(9), 0));
    };
  }

  private static Fact fact(SiteCode origin, int epoch, int sequence, RandomGenerator random) {
    return FactLines.stored(
        FactLines.print(
            new Fact(
                new Stamp(origin, epoch, sequence),
                FactsContractTest.fact(origin, 1, new Event.Joined(CEN)).at(),
                event(random))));
  }

  private static <T> List<T> shuffled(List<T> list, RandomGenerator random) {
    List<T> shuffled = new ArrayList<>(list);
    for (int i = shuffled.size() - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      T swap = shuffled.get(i);
      shuffled.set(i, shuffled.get(j));
      shuffled.set(j, swap);
    }
    return shuffled;
  }

  private static List<Fact> some(SiteCode origin, RandomGenerator random) {
    List<Fact> facts = new ArrayList<>();
    for (int epoch = 1; epoch <= 2; epoch++) {
      int count = random.nextInt(25);
      for (int i = 1; i <= count; i++) {
        facts.add(fact(origin, epoch, i, random));
      }
    }
    return facts;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
  void forgettingWhatIsSupersededNeverChangesWhatCounts(long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    List<Fact> all = some(STO, random);
    List<Fact> expected = Fold.current(all);
    assertThat(Fold.current(shuffled(all, random))).as("seed %d", seed).isEqualTo(expected);
    Set<Fact> kept = new java.util.HashSet<>();
    for (Fact next : shuffled(all, random)) {
      kept.add(next);
      if (random.nextInt(3) == 0) {
        forget(kept, random);
      }
    }
    assertThat(Fold.current(kept)).as("seed %d", seed).isEqualTo(expected);
  }

  private static void forget(Set<Fact> kept, RandomGenerator random) {
    java.util.Map<Fold.Group, List<Fold.Entry>> groups = new java.util.HashMap<>();
    for (Fact fact : kept) {
      Fact.Subject subject = Fact.Subject.of(fact.event());
      groups
          .computeIfAbsent(Fold.Group.of(fact.stamp(), subject), group -> new ArrayList<>())
          .add(new Fold.Entry(fact.stamp(), subject));
    }
    Set<Stamp> superseded = new TreeSet<>();
    groups.values().forEach(group -> superseded.addAll(Fold.superseded(group)));
    superseded.removeIf(stamp -> random.nextInt(4) == 0);
    kept.removeIf(fact -> superseded.contains(fact.stamp()));
  }

  private record Tier(Database database, Facts facts) {
    Picture picture() throws Failure {
      return database.read(facts::picture);
    }
  }

  private static Tier tier(InMemory memory, SiteCode site, boolean top) throws Failure {
    return new Tier(
        Database.open(memory),
        new Facts(new Facts.Origin(site, 1, top), new FactsContractTest.SetClock()));
  }

  /** STO and OAK tell WST, WST tells CEN; batches are cut, repeated and out of order. */
  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23, 24, 25, 26, 27, 28})
  void everyTierConvergesToTheSamePicture(long seed) throws Exception {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    List<Fact> all = new ArrayList<>(some(STO, random));
    all.addAll(some(OAK, random));
    try (InMemory below = new InMemory();
        InMemory above = new InMemory()) {
      Tier west = tier(below, WST, false);
      Tier top = tier(above, CEN, true);
      List<Fact> arriving = shuffled(all, random);
      arriving.addAll(shuffled(all, random).subList(0, all.size() / 2));
      for (Fact next : arriving) {
        SiteCode child = next.stamp().origin();
        byte[] line = FactsContractTest.lines(next);
        west.database.write(h -> west.facts.accept(h, line, SiteTree.of(child), s -> false));
        if (random.nextInt(4) == 0) {
          tell(west, top, 1 + random.nextInt(8), random);
        }
      }
      for (int i = 0; i < 200; i++) {
        tell(west, top, 100, random);
      }
      List<Fact> expected = Fold.current(all);
      assertThat(west.picture().facts()).as("seed %d", seed).isEqualTo(expected);
      assertThat(top.picture().facts()).as("seed %d", seed).isEqualTo(expected);
    }
  }

  /** Tells a batch; sometimes it is lost on the way, sometimes the acknowledgement is. */
  private static void tell(Tier west, Tier top, int most, RandomGenerator random) throws Failure {
    Facts.Batch batch = west.database.read(h -> west.facts.untold(h, most));
    if (batch.count() == 0 || random.nextInt(3) == 0) {
      return;
    }
    SiteTree below = SiteTree.of(WST).with(STO, WST).with(OAK, WST);
    top.database.write(h -> top.facts.accept(h, batch.lines(), below, s -> false));
    if (random.nextInt(3) != 0) {
      west.database.write(
          h -> {
            west.facts.told(h, batch.upTo());
            return 1;
          });
    }
  }
}
