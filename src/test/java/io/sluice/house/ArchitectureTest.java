package io.sluice.house;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The room table of ARCHITECTURE.md, and what only some rooms may touch. A room which does not
 * exist yet breaks nothing but {@link #everyRoomOfTheTableExists}.
 */
class ArchitectureTest {
  private static final String ROOT = "io.sluice";
  private static final Set<String> CLOCK =
      Set.of(
          "java.time.Instant.now",
          "java.time.LocalDate.now",
          "java.time.LocalTime.now",
          "java.time.LocalDateTime.now",
          "java.time.OffsetDateTime.now",
          "java.time.OffsetTime.now",
          "java.time.ZonedDateTime.now",
          "java.time.Year.now",
          "java.time.YearMonth.now",
          "java.time.Clock.systemUTC",
          "java.time.Clock.systemDefaultZone",
          "java.time.Clock.system",
          "java.time.InstantSource.system",
          "java.util.Date.<init>",
          "java.lang.System.currentTimeMillis",
          "java.lang.System.nanoTime",
          "java.lang.Thread.sleep",
          "java.util.concurrent.TimeUnit.sleep");

  /**
   * Waits in real time, past any clock. {@code catalog.Changes} has one: who waits for a commit is
   * woken by it, at the latest after the time given, and only a server waits there; simulations
   * give it no time and look at its number instead.
   */
  private static final Set<String> WAITS =
      Set.of(
          "java.util.concurrent.locks.Condition.awaitNanos",
          "java.util.concurrent.locks.Condition.awaitUntil",
          "java.util.concurrent.locks.LockSupport.parkNanos",
          "java.util.concurrent.locks.LockSupport.parkUntil");

  private static final Set<String> CHANCE =
      Set.of(
          "java.util.Random.<init>",
          "java.util.SplittableRandom.<init>",
          "java.security.SecureRandom.<init>",
          "java.security.SecureRandom.getInstance",
          "java.security.SecureRandom.getInstanceStrong",
          "java.util.random.RandomGenerator.getDefault",
          "java.util.random.RandomGenerator.of",
          "java.util.concurrent.ThreadLocalRandom.current",
          "java.lang.Math.random",
          "java.util.UUID.randomUUID");
  private static final Set<String> THREADS =
      Set.of(
          "java.lang.Thread.<init>",
          "java.lang.Thread.ofVirtual",
          "java.lang.Thread.ofPlatform",
          "java.lang.Thread.startVirtualThread",
          "java.util.Timer.<init>",
          "java.util.concurrent.ThreadPoolExecutor.<init>",
          "java.util.concurrent.ForkJoinPool.<init>");

  private static RoomTable table;
  private static JavaClasses classes;

  @BeforeAll
  static void readTheHouse() throws IOException {
    table = RoomTable.read();
    classes = new ClassFileImporter().importPath(Path.of("target", "classes"));
  }

  @Test
  void everyRoomStandsInTheTable() {
    Set<String> unknown = new TreeSet<>(rooms());
    unknown.removeAll(table.uses().keySet());
    assertThat(unknown).as("rooms missing from the table of ARCHITECTURE.md").isEmpty();
  }

  @Test
  void everyRoomOfTheTableExists() {
    Set<String> missing = new TreeSet<>(table.uses().keySet());
    missing.removeAll(rooms());
    assertThat(missing).as("rooms of the table of ARCHITECTURE.md without a class").isEmpty();
  }

  @Test
  void theTableNamesOnlyItsOwnRooms() {
    Set<String> named = new TreeSet<>();
    table.uses().values().forEach(named::addAll);
    named.removeAll(table.uses().keySet());
    assertThat(named).as("names in the column 'may use' which are no rooms").isEmpty();
  }

  @Test
  void everyClassLivesInARoom() {
    check(
        "nothing lives outside the rooms",
        classes.stream().filter(c -> room(c).isEmpty()).map(JavaClass::getName));
  }

  @Test
  void roomsUseOnlyWhatTheTableAllows() {
    check(
        "an edge not in the room table of ARCHITECTURE.md",
        edges()
            .filter(edge -> !mayUse(room(edge.getOriginClass()), room(target(edge))))
            .map(
                edge ->
                    "room %s may not use %s: %s"
                        .formatted(
                            room(edge.getOriginClass()),
                            room(target(edge)),
                            edge.getDescription())));
  }

  @Test
  void roomsFormNoCircle() {
    Map<String, Set<String>> real = new TreeMap<>();
    edges()
        .forEach(
            edge ->
                real.computeIfAbsent(room(edge.getOriginClass()), _ -> new TreeSet<>())
                    .add(room(target(edge))));
    assertThat(RoomTable.cycles(table.uses())).as("circles in the room table").isEmpty();
    assertThat(RoomTable.cycles(real)).as("circles in the code").isEmpty();
  }

  @Test
  void onlyTheDatabaseSpeaksSql() {
    checkTypes(name -> name.startsWith("java.sql.") || name.startsWith("javax.sql."), "database");
  }

  /**
   * Names of places, and what X509ExtendedTrustManager makes its heirs mention: they open nothing.
   */
  private static final Set<String> NETWORK_VALUES =
      Set.of(
          "java.net.URI",
          "java.net.URISyntaxException",
          "java.net.InetSocketAddress",
          "java.net.Socket");

  @Test
  void onlyTransferApiAndWebKnowTheNetwork() {
    checkTypes(
        name -> name.startsWith("java.net.") && !NETWORK_VALUES.contains(name),
        "transfer",
        "api",
        "web");
  }

  @Test
  void nobodyDeserialisesObjects() {
    checkTypes(name -> name.equals("java.io.ObjectInputStream"));
  }

  @Test
  void onlyTimeReadsTheClockOrThrowsDice() {
    checkCalls(
        (owner, call) -> CLOCK.contains(call) || CHANCE.contains(call), "time", "siteserver");
  }

  @Test
  void onlyServersAndTheirDoorsWaitInRealTime() {
    checkCalls(
        (owner, call) -> WAITS.contains(call),
        "catalog",
        "parallel",
        "siteserver",
        "time",
        "transfer",
        "web");
  }

  @Test
  void onlyParallelWebAndSiteserverStartThreads() {
    checkCalls(
        (owner, call) ->
            THREADS.contains(call)
                || (owner.equals("java.util.concurrent.Executors") && !call.endsWith("callable")),
        "parallel",
        "web",
        "siteserver");
  }

  @Test
  void onlySiteserverEndsTheProcess() {
    checkCalls(
        (owner, call) ->
            call.equals("java.lang.System.exit")
                || call.equals("java.lang.Runtime.exit")
                || call.equals("java.lang.Runtime.halt"),
        "siteserver");
  }

  @Test
  void onlyTheFacesPrint() {
    checkCalls(
        (owner, call) -> call.equals("java.lang.System.out") || call.equals("java.lang.System.err"),
        "cli",
        "siteserver");
  }

  @Test
  void noFieldIsStaticAndMutable() {
    check(
        "static state that changes",
        classes.stream()
            .flatMap(c -> c.getFields().stream())
            .filter(field -> field.getModifiers().contains(JavaModifier.STATIC))
            .filter(field -> !field.getModifiers().contains(JavaModifier.FINAL))
            .map(field -> "room %s: %s".formatted(room(field.getOwner()), field.getFullName())));
  }

  @Test
  void theOpenInterfacesAreTheSeams() {
    Set<String> open = new TreeSet<>();
    classes.stream()
        .filter(c -> c.isInterface() && !c.isAnnotation() && c.isTopLevelClass())
        .filter(c -> c.getModifiers().contains(JavaModifier.PUBLIC))
        .filter(c -> !c.getSimpleName().equals("package-info") && !c.reflect().isSealed())
        .forEach(c -> open.add(c.getName().substring(ROOT.length() + 1)));
    assertThat(open)
        .as("public interfaces that are not sealed, against '## Seams' of ARCHITECTURE.md")
        .isEqualTo(table.seams());
  }

  @Test
  void theTableIsReadAsWritten() {
    var small =
        RoomTable.parse(
            Stream.of(
                    "| room | what it is | may use |",
                    "| --- | --- | --- |",
                    "| `a` | first, reads `x` | |",
                    "| `b` | second | `a` |",
                    "| `c` | all | everything |",
                    "",
                    "## Seams",
                    "- `a.Disk`: bytes, in `b` too")
                .toList());
    assertThat(small.uses())
        .isEqualTo(Map.of("a", Set.of(), "b", Set.of("a"), "c", Set.of("a", "b")));
    assertThat(small.seams()).containsExactly("a.Disk");
    assertThat(RoomTable.cycles(Map.of("a", Set.of("b"), "b", Set.of("a")))).hasSize(1);
  }

  private static Set<String> rooms() {
    Set<String> rooms = new TreeSet<>();
    classes.forEach(c -> rooms.add(room(c)));
    rooms.remove("");
    return rooms;
  }

  private static boolean mayUse(String from, String to) {
    return table.uses().getOrDefault(from, Set.of()).contains(to);
  }

  /** The dependencies which lead from one room into another. */
  private static Stream<Dependency> edges() {
    return dependencies()
        .filter(edge -> !room(target(edge)).isEmpty())
        .filter(edge -> !room(target(edge)).equals(room(edge.getOriginClass())));
  }

  private static Stream<Dependency> dependencies() {
    return classes.stream().flatMap(c -> c.getDirectDependenciesFromSelf().stream());
  }

  private static JavaClass target(Dependency edge) {
    return edge.getTargetClass().getBaseComponentType();
  }

  /** The room a class lives in; empty for other people's classes. */
  private static String room(JavaClass c) {
    String prefix = ROOT + ".";
    String name = c.getPackageName();
    return name.startsWith(prefix) ? name.substring(prefix.length()).split("\\.", 2)[0] : "";
  }

  private static void checkTypes(Predicate<String> forbidden, String... rooms) {
    checkRooms(
        dependencies().filter(edge -> forbidden.test(target(edge).getName())),
        Dependency::getOriginClass,
        Dependency::getDescription,
        rooms);
  }

  /** Calls, references and field accesses, each as (type name, type name + "." + member). */
  private static void checkCalls(BiPredicate<String, String> forbidden, String... rooms) {
    Stream<JavaAccess<?>> all = classes.stream().flatMap(c -> c.getAccessesFromSelf().stream());
    checkRooms(
        all.filter(
            access ->
                forbidden.test(
                    access.getTargetOwner().getName(),
                    access.getTargetOwner().getName() + "." + access.getTarget().getName())),
        JavaAccess::getOriginOwner,
        JavaAccess::getDescription,
        rooms);
  }

  private static <T> void checkRooms(
      Stream<T> found,
      Function<? super T, JavaClass> origin,
      Function<? super T, String> description,
      String... rooms) {
    Set<String> allowed = Set.of(rooms);
    check(
        allowed.isEmpty() ? "allowed nowhere" : "allowed only in " + new TreeSet<>(allowed),
        found
            .filter(one -> !allowed.contains(room(origin.apply(one))))
            .map(one -> "room %s: %s".formatted(room(origin.apply(one)), description.apply(one))));
  }

  private static void check(String rule, Stream<String> violations) {
    Collection<String> lines = new TreeSet<>(violations.toList());
    if (!lines.isEmpty()) {
      fail(lines.stream().collect(joining("\n  ", rule + ":\n  ", "")));
    }
  }
}
