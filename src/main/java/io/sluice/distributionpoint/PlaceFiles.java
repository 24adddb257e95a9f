package io.sluice.distributionpoint;

import io.sluice.content.Digest;
import io.sluice.content.Disk;
import io.sluice.content.Stop;
import io.sluice.content.WholeFile;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.fidelity.Receipt;
import io.sluice.fidelity.ReceiptJson;
import io.sluice.fidelity.ReceiptPage;
import io.sluice.fidelity.Remarks;
import io.sluice.manifest.PackageId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The folder {@code .sluice} of a distribution point: what it is, what was made here, what is being
 * made. Every file is written anew, forced and renamed.
 */
final class PlaceFiles {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int RECORD_BYTES_MAX = 64 * 1024;
  private static final String MARKER = "place.json";
  private static final String LOCK = "lock";
  private static final String NEW = ".new";
  private static final String VERSION = "([A-Z][A-Z0-9]{2,7}-[1-9][0-9]{0,14})-v([1-9][0-9]{0,8})";
  private static final Pattern RECORD = Pattern.compile(VERSION + "\\.json");
  private static final Pattern INTENT = Pattern.compile(VERSION + "\\.intent");

  private final Disk disk;
  private final Stop stop;
  private final Path folder;
  private final Path own;

  PlaceFiles(Disk disk, Stop stop, Path folder) {
    this.disk = disk;
    this.stop = stop;
    this.folder = folder;
    this.own = folder.resolve(".sluice");
  }

  /** What was placed: the manifest and what became of its streams. */
  record Placement(Digest manifest, Placed placed) {}

  Path folder(PackageId id) {
    return folder.resolve(id.toString());
  }

  Path version(PackageId id, int version) {
    return folder(id).resolve("v" + version);
  }

  Path building() {
    return own.resolve("building");
  }

  Path removing() {
    return own.resolve("removing");
  }

  Path lock() {
    return own.resolve(LOCK);
  }

  Path sidecars(PackageId id) {
    return own.resolve("sidecar").resolve(id.toString());
  }

  Path sidecar(PackageId id, int version) {
    return sidecars(id).resolve("v" + version);
  }

  private Path placed() {
    return own.resolve("placed");
  }

  private Path owned(PackageId id) {
    return placed().resolve(id + ".json");
  }

  private Path record(PackageId id, int version) {
    return placed().resolve(id + "-v" + version + ".json");
  }

  private Path intent(PackageId id, int version) {
    return placed().resolve(id + "-v" + version + ".intent");
  }

  /** Says durably that a folder of this version's name is about to be ours. */
  void intend(PackageId id, int version) throws Failure {
    write(intent(id, version), new byte[0]);
  }

  /** A version by its number. */
  record Numbered(PackageId id, int version) {}

  /** Versions that interrupted calls were about to rename to their places. */
  List<Numbered> intents() throws Failure {
    return named(INTENT);
  }

  /** Versions that were made here and not removed. */
  List<Numbered> records() throws Failure {
    return named(RECORD);
  }

  private List<Numbered> named(Pattern pattern) throws Failure {
    List<Numbered> all = new ArrayList<>();
    for (String name : disk.list(placed())) {
      Matcher matcher = pattern.matcher(name);
      if (matcher.matches()) {
        all.add(
            new Numbered(PackageId.parse(matcher.group(1)), Integer.parseInt(matcher.group(2))));
      }
    }
    return all;
  }

  /** The version has its record, or was never renamed. */
  void withdrawIntent(PackageId id, int version) throws Failure {
    disk.delete(intent(id, version));
    force(placed());
  }

  /** True if the folder is marked as a distribution point, whoever's. */
  boolean isMarked() throws Failure {
    return disk.exists(own.resolve(MARKER));
  }

  /** Makes names durable; a failure stops this distribution point. */
  void force(Path names) throws Failure {
    stop.force(() -> disk.forceDirectory(names));
  }

  /** Makes durable, whoever did it, that this package's version is recorded and is what is read. */
  void forceServed(PackageId id) throws Failure {
    force(placed());
    force(folder(id));
  }

  /**
   * Makes what is needed to take the lock, unless the folder is somebody else's (PLACE_NOT_OURS) or
   * not the one that is meant (PLACE_UNAVAILABLE).
   */
  void prepare(PlaceOwner owner) throws Failure {
    if (isMarked()) {
      requireOwn(owner);
      return;
    }
    owner.requireNew(disk, folder);
    for (String found : disk.list(own)) {
      if (!found.equals(MARKER + NEW) && !found.equals(LOCK)) {
        throw notOurs(own, "it holds " + found + " and no " + MARKER);
      }
    }
    stop.createFolders(disk, own);
  }

  /** Makes the folder this distribution point's, or finds that it is; under the lock. */
  void claim(PlaceOwner owner) throws Failure {
    if (isMarked()) {
      requireOwn(owner);
    } else {
      ObjectNode json = JSON.createObjectNode();
      json.put("sluice", "place").put("v", 0);
      json.put("place", owner.name()).put("site", owner.site());
      write(own.resolve(MARKER), json);
    }
    for (Path each : List.of(building(), removing(), placed())) {
      stop.createFolders(disk, each);
    }
    // Also what an earlier process made and did not live to force.
    force(own);
    force(folder);
    owner.note(disk, stop, folder);
  }

  private void requireOwn(PlaceOwner owner) throws Failure {
    JsonNode json = json(own.resolve(MARKER));
    String name = json.path("place").asString("");
    String site = json.path("site").asString("");
    if (!name.equals(owner.name()) || !site.equals(owner.site())) {
      String whose = "it belongs to the distribution point \"" + name + "\" of site \"" + site;
      throw notOurs(folder, whose + "\"");
    }
  }

  /** Makes a package's folder, or finds that it was made here; else PLACE_NOT_OURS. */
  void claim(PackageId id) throws Failure {
    Path packageFolder = folder(id);
    if (!isOurs(id)) {
      if (disk.exists(packageFolder)) {
        throw notOurs(packageFolder, "a folder of that name was there before");
      }
      ObjectNode json = JSON.createObjectNode();
      json.put("sluice", "package").put("v", 0).put("package", id.toString());
      write(owned(id), json);
    }
    stop.createFolders(disk, packageFolder);
    force(folder);
  }

  boolean isOurs(PackageId id) throws Failure {
    return disk.exists(owned(id));
  }

  Optional<Placement> placement(PackageId id, int version) throws Failure {
    Path file = record(id, version);
    if (!disk.exists(file)) {
      return Optional.empty();
    }
    JsonNode json = json(file);
    try {
      Placed placed =
          new Placed(
              json.path("native").asLong(),
              json.path("sidecar").asLong(),
              json.path("bytes").asLong(),
              json.path("sidecar_attributes").asLong(0),
              Remarks.NONE,
              Taken.NOTHING);
      return Optional.of(new Placement(Digest.parse(json.path("manifest").asString("")), placed));
    } catch (IllegalArgumentException | JacksonException e) {
      throw damaged(file, String.valueOf(e.getMessage()));
    }
  }

  void record(PackageId id, int version, Placement placement) throws Failure {
    ObjectNode json = JSON.createObjectNode();
    json.put("sluice", "placed").put("v", 0).put("package", id.toString());
    json.put("version", version).put("manifest", placement.manifest.hex());
    json.put("native", placement.placed.nativeStreams());
    json.put("sidecar", placement.placed.sidecarStreams());
    json.put("sidecar_attributes", placement.placed.sidecarAttributes());
    json.put("bytes", placement.placed.bytes());
    write(record(id, version), json);
  }

  /** Keeps a version's receipt, for programs and for people. */
  void receipt(PackageId id, int version, Receipt receipt) throws Failure {
    createFolders(receipts());
    write(receipt(id, version, ".json"), ReceiptJson.write(receipt));
    write(receipt(id, version, ".html"), ReceiptPage.write(receipt));
  }

  private Path receipts() {
    return own.resolve("receipts");
  }

  private Path receipt(PackageId id, int version, String end) {
    return receipts().resolve(id + "-v" + version + end);
  }

  /** Forgets that a version was made here. */
  void forget(PackageId id, int version) throws Failure {
    disk.delete(receipt(id, version, ".json"));
    disk.delete(receipt(id, version, ".html"));
    disk.delete(record(id, version));
    force(placed());
  }

  /** The versions of a package that were made here and not removed, ascending. */
  List<Integer> versions(PackageId id) throws Failure {
    TreeMap<Integer, String> versions = new TreeMap<>();
    for (String name : disk.list(placed())) {
      Matcher matcher = RECORD.matcher(name);
      if (matcher.matches() && matcher.group(1).equals(id.toString())) {
        versions.put(Integer.parseInt(matcher.group(2)), name);
      }
    }
    return new ArrayList<>(versions.keySet());
  }

  /** Takes something out of sight in one step; it is deleted later. */
  void takeAway(Path what) throws Failure {
    int n = 0;
    Path parent = what.getParent();
    List<String> taken = disk.list(removing());
    while (taken.contains(what.getFileName() + "." + n)) {
      n++;
    }
    disk.rename(what, removing().resolve(what.getFileName() + "." + n));
    if (parent != null) {
      force(parent);
    }
  }

  /** Makes a folder; its name is durable, or this distribution point has stopped. */
  void createFolders(Path made) throws Failure {
    stop.createFolders(disk, made);
  }

  /** Replaces a file durably. */
  void write(Path file, byte[] bytes) throws Failure {
    Path part = file.resolveSibling(file.getFileName() + NEW);
    WholeFile.put(disk, stop, part, file, writer -> writer.write(ByteBuffer.wrap(bytes)));
  }

  private void write(Path file, ObjectNode json) throws Failure {
    write(file, (json + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** Reads a small file. */
  byte[] read(Path file) throws Failure {
    try (Disk.Reader reader = disk.open(file)) {
      if (reader.size() > RECORD_BYTES_MAX) {
        throw damaged(file, "it has " + reader.size() + " bytes");
      }
      byte[] bytes = new byte[(int) reader.size()];
      int read = reader.read(ByteBuffer.wrap(bytes), 0);
      return java.util.Arrays.copyOf(bytes, Math.max(0, read));
    }
  }

  private JsonNode json(Path file) throws Failure {
    try {
      JsonNode json = JSON.readTree(read(file));
      if (json.path("v").asInt(-1) != 0) {
        throw damaged(file, "it is of a format this Sluice does not know");
      }
      return json;
    } catch (JacksonException e) {
      throw damaged(file, e.getOriginalMessage());
    }
  }

  private static Failure damaged(Path file, String why) {
    return Failure.permanent(
        Code.PLACE_UNAVAILABLE,
        "reading " + file,
        why,
        "see docs/operations/distribution-points.md, \"Records that are damaged\"");
  }

  static Failure notOurs(Path folder, String why) {
    return Failure.permanent(
        Code.PLACE_NOT_OURS,
        "using " + folder,
        why,
        "move it away, or give this distribution point a folder of its own");
  }
}
