package io.sluice.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.database.OnDatabase;
import io.sluice.database.Rows;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.manifest.PackageId;
import io.sluice.site.SiteCode;
import io.sluice.site.SiteTree;
import io.sluice.time.Clock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What facts must do on every engine; this is site WST, its children are STO and OAK. */
abstract class FactsContractTest extends OnDatabase {
  static final SiteCode CEN = new SiteCode("CEN");
  static final SiteCode WST = new SiteCode("WST");
  static final SiteCode STO = new SiteCode("STO");
  static final SiteCode OAK = new SiteCode("OAK");
  static final SiteCode POL = new SiteCode("POL");
  static final PackageId CEN_1 = new PackageId("CEN", 1);
  static final Event.Cause CAUSE =
      new Event.Cause("SLU-503", "it's \"full\" \u0000 %n \uD83D\uDE00");

  static final class SetClock implements Clock {
    Instant now = Instant.parse("2026-11-22T12:00:00.000000007Z");

    @Override
    public Instant now() {
      return now;
    }

    @Override
    public long nanos() {
      return 0;
    }

    @Override
    public void sleep(Duration duration) {
      now = now.plus(duration);
    }
  }

  private final SetClock clock = new SetClock();
  private Facts facts;
  private Facts top;

  @BeforeEach
  void makeFacts() {
    facts = new Facts(new Facts.Origin(WST, 1, false), clock);
    top = new Facts(new Facts.Origin(CEN, 1, true), clock);
  }

  private Stamp append(Event event) throws Failure {
    return database().write(handle -> facts.append(handle, event));
  }

  private Facts.Batch untold(int most) throws Failure {
    return database().read(handle -> facts.untold(handle, most));
  }

  private void told(long upTo) throws Failure {
    database()
        .write(
            handle -> {
              facts.told(handle, upTo);
              return 1;
            });
  }

  private Map<SiteCode, SiteCode> accept(
      Facts mine, byte[] lines, SiteTree below, Set<SiteCode> known) throws Failure {
    return database().write(handle -> mine.accept(handle, lines, below, known::contains));
  }

  private Map<SiteCode, SiteCode> accept(Fact... all) throws Failure {
    return accept(facts, lines(all), SiteTree.of(STO), Set.of(WST, STO, OAK));
  }

  static byte[] lines(Fact... all) {
    return FactLines.join(List.of(all).stream().map(FactLines::print).toList());
  }

  static Fact fact(SiteCode origin, long sequence, Event event) {
    return new Fact(new Stamp(origin, 1, sequence), Instant.parse("2026-11-22T11:00:00Z"), event);
  }

  static Event placed(int version, String place) {
    return new Event.Placed(CEN_1, version, place, new Event.Streams(3, 1));
  }

  static Event failed(int version, String place) {
    return new Event.Failed(CEN_1, version, place, CAUSE);
  }

  private List<Event> events() throws Failure {
    return database().read(handle -> facts.picture(handle)).facts().stream()
        .map(Fact::event)
        .toList();
  }

  private long stored() throws Failure {
    return database()
        .read(
            handle ->
                Rows.one(
                    handle.createQuery("SELECT COUNT(*) AS n FROM fact"), row -> row.number("n")));
  }

  @Test
  void numbersItsFactsWithoutGapsAcrossARestart() throws Exception {
    assertThat(append(new Event.Joined(CEN))).isEqualTo(new Stamp(WST, 1, 1));
    reopen();
    assertThat(append(new Event.Held(CEN_1, 1))).isEqualTo(new Stamp(WST, 1, 2));
  }

  @Test
  void numbersFromOneInANewEpoch() throws Exception {
    append(new Event.Held(CEN_1, 1));
    append(new Event.Held(CEN_1, 2));
    facts = new Facts(new Facts.Origin(WST, 2, false), clock);
    assertThat(append(new Event.Held(CEN_1, 3))).isEqualTo(new Stamp(WST, 2, 1));
    assertThat(append(new Event.Held(CEN_1, 4))).isEqualTo(new Stamp(WST, 2, 2));
  }

  @Test
  void announcesItselfOnceInAnEpoch() throws Exception {
    for (int i = 0; i < 3; i++) {
      database()
          .write(
              handle -> {
                facts.announce(handle, CEN);
                return 1;
              });
    }
    assertThat(stored()).isEqualTo(1);
  }

  @Test
  void aFactIsUndoneWithTheChangeItReports() throws Exception {
    assertThatThrownBy(
            () ->
                database()
                    .write(
                        handle -> {
                          facts.append(handle, new Event.Held(CEN_1, 1));
                          throw Failure.permanent(Code.NOT_FOUND, "a", "b", "c");
                        }))
        .isInstanceOf(Failure.class);
    assertThat(stored()).isZero();
    assertThat(append(new Event.Held(CEN_1, 1)).sequence()).isEqualTo(1);
  }

  @Test
  void tellsEveryFactUntilItWasAcknowledged() throws Exception {
    append(new Event.Joined(CEN));
    append(failed(1, "dp"));
    append(placed(1, "dp"));
    Facts.Batch first = untold(2);
    assertThat(first.count()).isEqualTo(2);
    assertThat(untold(2).lines()).isEqualTo(first.lines());
    told(first.upTo());
    Facts.Batch second = untold(100);
    assertThat(second.count()).isEqualTo(1);
    assertThat(new String(second.lines(), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"v\":0,\"origin\":\"WST\",\"epoch\":1,\"sequence\":3,\"at\":[1795348800,7],"
                + "\"kind\":\"placed\",\"package\":\"CEN-1\",\"version\":1,\"place\":\"dp\","
                + "\"native\":3,\"sidecar\":1}\n");
    told(second.upTo());
    assertThat(untold(100).count()).isZero();
  }

  @Test
  void handsOnTheBytesAsTheyCame() throws Exception {
    byte[] line =
        ("{\"later\":[1,2], \"v\":0,\"origin\":\"STO\",\"epoch\":1,\"sequence\":9,"
                + "\"at\":[99999999999,0],\"kind\":\"melted\",\"x\":{\"y\":null}}\n")
            .getBytes(StandardCharsets.UTF_8);
    accept(facts, line, SiteTree.of(STO), Set.of(STO));
    assertThat(untold(10).lines()).isEqualTo(line);
    assertThat(events()).containsExactly(new Event.Unknown("melted"));
  }

  @Test
  void keepsARepeatedFactOnce() throws Exception {
    Fact fact = fact(STO, 1, placed(1, "dp"));
    accept(fact);
    accept(fact, fact);
    assertThat(stored()).isEqualTo(1);
  }

  @Test
  void refusesABatchWholeWithAllItsProblems() throws Exception {
    String batch =
        new String(lines(fact(STO, 1, placed(1, "dp"))), StandardCharsets.UTF_8)
            + "not json\n"
            + "{\"v\":0,\"origin\":\"STO\",\"epoch\":0,\"sequence\":-1,\"at\":[1],\"kind\":\"held\","
            + "\"package\":\"x\",\"version\":0}\n"
            + "{\"v\":0,\"v\":0}\n\n";
    assertThatThrownBy(
            () ->
                accept(
                    facts, batch.getBytes(StandardCharsets.UTF_8), SiteTree.of(STO), Set.of(STO)))
        .isInstanceOfSatisfying(
            Failure.class,
            failure -> {
              assertThat(failure.code()).isEqualTo(Code.PROTOCOL_VIOLATION);
              assertThat(failure.isTemporary()).isFalse();
              assertThat(failure.items())
                  .anyMatch(item -> item.startsWith("line 2:"))
                  .anyMatch(item -> item.startsWith("line 3: \"epoch\""))
                  .anyMatch(item -> item.startsWith("line 3: \"at\""))
                  .anyMatch(item -> item.startsWith("line 3: \"package\""))
                  .anyMatch(item -> item.startsWith("line 4:"))
                  .anyMatch(item -> item.startsWith("line 5:"));
            });
    assertThat(stored()).isZero();
  }

  @Test
  void believesAChildOnlyAboutItsOwnSubtree() throws Exception {
    assertThatThrownBy(() -> accept(fact(OAK, 1, placed(1, "dp")), fact(CEN, 1, placed(1, "dp"))))
        .isInstanceOfSatisfying(Failure.class, failure -> assertThat(failure.items()).hasSize(2));
    // A sibling and this site itself cannot be claimed as joined below either.
    assertThatThrownBy(() -> accept(fact(OAK, 1, new Event.Joined(STO))))
        .isInstanceOf(Failure.class);
    assertThatThrownBy(() -> accept(fact(WST, 1, new Event.Joined(STO))))
        .isInstanceOf(Failure.class);
    assertThat(stored()).isZero();
  }

  @Test
  void learnsOfSitesThatJoinedBelowAChild() throws Exception {
    Map<SiteCode, SiteCode> joined =
        accept(
            fact(STO, 1, new Event.Joined(WST)),
            fact(POL, 1, new Event.Joined(STO)),
            fact(POL, 2, placed(1, "dp")));
    assertThat(joined).containsExactly(Map.entry(POL, STO));
    assertThat(
            accept(
                facts,
                lines(fact(POL, 3, placed(2, "dp"))),
                SiteTree.of(STO).with(POL, STO),
                Set.of(STO, POL)))
        .isEmpty();
  }

  @Test
  void takesFactsFromTheFutureAndSaysWhenTheyCame() throws Exception {
    Fact late =
        new Fact(new Stamp(STO, 1, 1), Instant.parse("2036-01-01T00:00:00Z"), placed(1, "dp"));
    accept(late);
    Picture picture = database().read(handle -> facts.picture(handle));
    assertThat(picture.facts()).containsExactly(late);
    assertThat(picture.heard())
        .containsEntry(STO, Instant.ofEpochMilli(clock.now().toEpochMilli()));
  }

  @Test
  void forgetsSupersededFactsOnceTheyWereTold() throws Exception {
    for (int version = 1; version <= 20; version++) {
      append(failed(version, "dp"));
      append(placed(version, "dp"));
    }
    assertThat(stored()).isEqualTo(Facts.UNTOLD_HISTORY_MAX + 1);
    told(untold(100).upTo());
    assertThat(stored()).isEqualTo(1);
    assertThat(events()).containsExactly(placed(20, "dp"));
    // What comes late is not dug up again.
    accept(fact(STO, 5, placed(3, "dp")));
    told(untold(100).upTo());
    accept(fact(STO, 1, placed(1, "dp")), fact(STO, 2, placed(2, "dp")));
    assertThat(stored()).isEqualTo(2);
  }

  @Test
  void aFailureAfterASuccessShowsAndALaterSuccessClearsIt() throws Exception {
    append(placed(1, "dp"));
    append(placed(2, "dp"));
    append(failed(2, "dp"));
    told(untold(100).upTo());
    assertThat(events()).containsExactly(failed(2, "dp"));
    append(placed(2, "dp"));
    assertThat(events()).containsExactly(placed(2, "dp"));
  }

  @Test
  void growsWithWhatThereIsToSayEvenIfTheParentIsAwayForLong() throws Exception {
    database()
        .write(
            handle -> {
              for (int i = 0; i < 200; i++) {
                facts.append(handle, failed(1, "dp"));
              }
              facts.append(handle, placed(1, "other"));
              return 1;
            });
    assertThat(stored()).isEqualTo(Facts.UNTOLD_HISTORY_MAX + 2);
    assertThat(events()).containsExactlyInAnyOrder(failed(1, "dp"), placed(1, "other"));
  }

  @Test
  void theTopKeepsOnlyWhatCounts() throws Exception {
    accept(
        top,
        lines(
            fact(STO, 1, new Event.Joined(WST)),
            fact(STO, 2, failed(1, "dp")),
            fact(STO, 3, placed(1, "dp"))),
        SiteTree.of(STO),
        Set.of());
    assertThat(stored()).isEqualTo(2);
    assertThat(database().<Long>read(handle -> top.untold(handle))).isZero();
  }

  @Test
  void picturesOnePackage() throws Exception {
    append(placed(1, "dp"));
    append(new Event.Held(new PackageId("CEN", 2), 1));
    assertThat(database().read(handle -> facts.picture(handle, CEN_1)).facts())
        .extracting(Fact::event)
        .containsExactly(placed(1, "dp"));
  }
}
