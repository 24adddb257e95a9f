package io.sluice.siteserver;

import io.sluice.api.Requests;
import io.sluice.api.SiteClient;
import io.sluice.api.Views;
import io.sluice.cli.Terminal;
import io.sluice.content.Digest;
import io.sluice.distributionpoint.SidecarFolder;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Platforms;
import io.sluice.time.SystemClock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Sites in processes of their own, each the child of the one before, with data folders in a
 * temporary folder. They keep their ports over restarts. Closing ends every process, however the
 * test went.
 */
final class Hierarchy implements AutoCloseable {
  private static final Duration START_MAX = Duration.ofSeconds(60);
  private static final Duration LOOK_EVERY = Duration.ofMillis(50);
  private static final int LOG_SHOWN = 6_000;

  private final Path folder;
  private final Map<String, Site> sites = new LinkedHashMap<>();

  /** What is waited for; a failure that may pass counts as not yet. */
  interface Condition {
    boolean holds() throws Failure, IOException, InterruptedException;
  }

  /** A part of a test whose failure is to show the sites' logs. */
  interface Scene {
    void play() throws Exception;
  }

  /** What a command said and how it ended. */
  record Said(int status, String out, String err) {}

  private Hierarchy(Path folder) {
    this.folder = folder;
  }

  /** Makes the sites and starts them. */
  static Hierarchy of(Path folder, String... codes) throws Exception {
    Hierarchy hierarchy = new Hierarchy(folder);
    boolean serves = false;
    try {
      Site parent = null;
      for (String code : codes) {
        parent = hierarchy.found(code, Optional.ofNullable(parent));
        parent.start();
      }
      serves = true;
      return hierarchy;
    } finally {
      if (!serves) {
        hierarchy.showLogs();
        hierarchy.close();
      }
    }
  }

  /** Makes a site, which does not serve yet. */
  Site found(String code, Optional<Site> parent) throws Exception {
    Optional<String> token =
        parent.isPresent() ? Optional.of(parent.get().invite(code)) : Optional.empty();
    return found(code, folder.resolve(code), token);
  }

  /** Makes a site in a folder, joined by the token if there is one; it does not serve yet. */
  Site found(String code, Path data, Optional<String> token) throws Exception {
    Site site = new Site(code, data, folder.resolve(code + ".log"));
    List<String> words =
        new ArrayList<>(List.of("site", "init", code, "--data", site.data.toString(), "--listen"));
    words.add("127.0.0.1:" + freePort());
    words.addAll(List.of("--admin", "127.0.0.1:" + freePort()));
    token.ifPresent(text -> words.addAll(List.of("--join", text)));
    Said said = command(words.toArray(String[]::new));
    if (said.status != 0) {
      throw new IllegalStateException(said.toString());
    }
    sites.put(code, site);
    return site;
  }

  Site site(String code) {
    return java.util.Objects.requireNonNull(sites.get(code));
  }

  /** Runs a command in this process. */
  static Said command(String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false);
    int status =
        Main.commands(terminal, new SystemClock(), new SecureRandom(), words).execute(words);
    return new Said(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Waits until something holds; fails after {@code most} with the sites' logs shown. */
  void until(String what, Duration most, Condition condition) throws Exception {
    long end = System.nanoTime() + most.toNanos();
    Failure last = null;
    while (true) {
      try {
        if (condition.holds()) {
          return;
        }
      } catch (Failure e) {
        if (!e.isTemporary()) {
          throw e;
        }
        last = e;
      }
      if (System.nanoTime() > end) {
        throw new AssertionError("after " + most + " not yet: " + what, last);
      }
      Thread.sleep(LOOK_EVERY);
    }
  }

  /** Plays a scene; if it fails, shows what every site logged last. */
  void play(Scene scene) throws Exception {
    boolean passed = false;
    try {
      scene.play();
      passed = true;
    } finally {
      if (!passed) {
        showLogs();
      }
    }
  }

  private void showLogs() throws IOException {
    for (Site site : sites.values()) {
      String log = site.logged();
      System.err.println("--- " + site.code + " logged at last:");
      System.err.println(log.substring(Math.max(0, log.length() - LOG_SHOWN)));
    }
  }

  /** Reads source and what a distribution point shows, and lists how they differ. */
  static List<String> differences(Path source, Path point, String id, Digest manifest)
      throws Failure, IOException {
    Path current = point.resolve(id).resolve("current").toRealPath();
    Path beside = point.resolve(".sluice").resolve("sidecar").resolve(id);
    Map<TreeComparison.Sidecar, Path> sidecars = new HashMap<>();
    SidecarFolder.streams(beside.resolve(current.getFileName()), manifest)
        .forEach(
            (stream, file) ->
                sidecars.put(new TreeComparison.Sidecar(stream.entry(), stream.name()), file));
    return TreeComparison.compare(Platforms.ofThisMachine(), source, current, sidecars)
        .differences();
  }

  @Override
  public void close() {
    sites.values().forEach(Site::kill);
  }

  /** One site: its data folder, its log, and its process while it has one. */
  static final class Site {
    private final String code;
    private final Path data;
    private final Path log;
    private Optional<Process> process = Optional.empty();

    private Site(String code, Path data, Path log) {
      this.code = code;
      this.data = data;
      this.log = log;
    }

    String code() {
      return code;
    }

    Path data() {
      return data;
    }

    /** Everything its processes printed so far. */
    String logged() throws IOException {
      return Files.exists(log) ? Files.readString(log) : "";
    }

    /** How often a line with this text was logged. */
    int logged(String text) throws IOException {
      String whole = logged();
      int count = 0;
      for (int at = whole.indexOf(text); at >= 0; at = whole.indexOf(text, at + 1)) {
        count++;
      }
      return count;
    }

    /** Starts its process and waits until it serves. */
    void start() throws Exception {
      launch(Map.of());
      awaitServing();
    }

    /** Starts its process. */
    void launch(Map<String, String> environment) throws IOException {
      ProcessBuilder builder = ProductProcess.builder("site", "serve", "--data", data.toString());
      builder.environment().putAll(environment);
      builder.redirectErrorStream(true);
      builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      Files.writeString(
          log,
          "=== start " + environment + "\n",
          java.nio.file.StandardOpenOption.CREATE,
          java.nio.file.StandardOpenOption.APPEND);
      process = Optional.of(builder.start());
    }

    void awaitServing() throws Exception {
      long end = System.nanoTime() + START_MAX.toNanos();
      while (!serves()) {
        if (!isAlive() || System.nanoTime() > end) {
          throw new AssertionError(code + " does not serve:\n" + logged());
        }
        Thread.sleep(LOOK_EVERY);
      }
    }

    /** True if the last process has said that it serves. */
    boolean serves() throws IOException {
      String whole = logged();
      return whole.indexOf("serves; children dial", whole.lastIndexOf("=== start")) >= 0;
    }

    boolean isAlive() {
      return process.map(Process::isAlive).orElse(false);
    }

    /** Ends its process as kill -9 does, and waits for its end. */
    void kill() {
      process.ifPresent(
          running -> {
            running.destroyForcibly();
            running.onExit().join();
          });
    }

    /** Ends its process as an operator does. */
    void stop() throws InterruptedException {
      Process running = process.orElseThrow();
      running.destroy();
      if (!running.waitFor(30, TimeUnit.SECONDS)) {
        throw new AssertionError(code + " does not end when told to");
      }
    }

    /** Waits for its process to end by itself; the status it ended with. */
    int awaitEnd(Duration most) throws Exception {
      Process running = process.orElseThrow();
      if (!running.waitFor(most.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new AssertionError(code + " goes on after " + most + ":\n" + logged());
      }
      return running.exitValue();
    }

    /** A client of its process, to be closed. */
    SiteClient client() throws Failure, IOException {
      Path addresses = data.resolve("log").resolve("addresses.json");
      Path token = data.resolve("admin.token");
      if (!Files.exists(addresses) || !Files.exists(token) || !serves()) {
        throw Failure.temporary(
            Code.SERVER_UNREACHABLE, "asking " + code, "it does not serve yet", "wait");
      }
      String admin =
          Files.readString(addresses).replaceAll(".*\"admin\":\"([^\"]*)\".*", "$1").strip();
      return new SiteClient(admin, Files.readString(token).strip());
    }

    <T> T get(String path, Class<T> type) throws Failure, IOException, InterruptedException {
      try (SiteClient client = client()) {
        return client.get(path, type);
      }
    }

    <T> T post(String path, Object body, Class<T> type)
        throws Failure, IOException, InterruptedException {
      try (SiteClient client = client()) {
        return client.post(path, body, type);
      }
    }

    String invite(String child) throws Failure, IOException, InterruptedException {
      return invite(child, "");
    }

    /** A token with which a child dials this address; empty for the one this site listens on. */
    String invite(String child, String address) throws Failure, IOException, InterruptedException {
      return post(
              "/v0/invitations",
              new Requests.NewInvitation(child, 600, address),
              Views.InvitationView.class)
          .token();
    }

    void addPlace(Path point) throws Failure, IOException, InterruptedException {
      post(
          "/v0/places",
          new Requests.NewPlace("main", point.toString(), "sidecar"),
          Views.PlaceView.class);
    }

    /** Makes a package of a folder and assigns it to a site; its ID. */
    String offer(String name, Path source, String to)
        throws Failure, IOException, InterruptedException {
      awaitKnown(to);
      String id =
          post(
                  "/v0/packages",
                  new Requests.NewPackage(name, source.toString(), null),
                  Views.PackageView.class)
              .id();
      post(
          "/v0/packages/" + id + "/assignments",
          new Requests.NewAssignment(List.of(to)),
          Views.AssignmentView.class);
      return id;
    }

    /** Waits until this site has heard of another: its parent tells it, and takes a moment. */
    private void awaitKnown(String other) throws Failure, IOException, InterruptedException {
      long end = System.nanoTime() + START_MAX.toNanos();
      while (get("/v0/status", Views.StatusView.class).sites().stream()
          .noneMatch(one -> one.site().equals(other))) {
        if (System.nanoTime() > end) {
          throw new AssertionError(code + " does not hear of " + other);
        }
        Thread.sleep(LOOK_EVERY);
      }
    }

    Views.VersionView capture(String id) throws Failure, IOException, InterruptedException {
      return post(
          "/v0/packages/" + id + "/versions",
          new Requests.NewVersion(false),
          Views.VersionView.class);
    }

    /** Where its children dial, host:port. */
    String address() throws Failure, IOException, InterruptedException {
      return get("/v0/site", Views.SiteView.class).siteAddress();
    }

    /** What {@code sluice status} shows an operator here; empty while the site does not answer. */
    String status() {
      return command("status", "--data", data.toString()).out;
    }

    /** True if this site has placed the version on its distribution point. */
    boolean hasPlaced(String id, int version) throws Failure, IOException, InterruptedException {
      return get("/v0/status", Views.StatusView.class).deliveries().stream()
          .filter(one -> one.target().id().equals(id) && one.target().site().equals(code))
          .anyMatch(one -> one.target().version() == version && one.state().equals("placed"));
    }

    /** The newest version of a package this site knows; empty before the first. */
    Optional<Views.PackageView> known(String id) throws Failure, IOException, InterruptedException {
      return get("/v0/packages", Views.PackageList.class).packages().stream()
          .filter(one -> one.id().equals(id) && one.version() > 0)
          .findFirst();
    }
  }
}
