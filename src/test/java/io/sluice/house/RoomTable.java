package io.sluice.house;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The house as ARCHITECTURE.md tells it: which room may use which, and the list of seams. */
record RoomTable(Map<String, Set<String>> uses, Set<String> seams) {
  private static final Path DOCUMENT = Path.of("ARCHITECTURE.md");
  private static final String HEADER = "| room | what it is | may use |";
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  static RoomTable read() throws IOException {
    try {
      return parse(Files.readAllLines(DOCUMENT));
    } catch (NoSuchFileException e) {
      throw new AssertionError(DOCUMENT + " is missing; its room table is the rule", e);
    }
  }

  static RoomTable parse(List<String> lines) {
    int header = 0;
    while (header < lines.size() && !lines.get(header).startsWith(HEADER)) {
      header++;
    }
    if (header == lines.size()) {
      throw new AssertionError(DOCUMENT + " has no table that starts with " + HEADER);
    }
    Map<String, Set<String>> uses = new LinkedHashMap<>();
    Set<String> everything = new LinkedHashSet<>();
    for (String row : lines.subList(header + 2, lines.size())) {
      if (!row.startsWith("|")) {
        break;
      }
      String[] cells = row.split("\\|", -1);
      String room = codes(cells[1]).getFirst();
      String mayUse = cells[3];
      if (uses.put(room, new LinkedHashSet<>(codes(mayUse))) != null) {
        throw new AssertionError("room " + room + " stands twice in the table");
      }
      if (mayUse.contains("everything")) {
        everything.add(room);
      }
    }
    everything.forEach(
        room -> {
          uses.get(room).addAll(uses.keySet());
          uses.get(room).remove(room);
        });
    return new RoomTable(uses, seams(lines));
  }

  /** Every way round: each list starts and ends with the same room. */
  static List<String> cycles(Map<String, Set<String>> edges) {
    Set<String> done = new LinkedHashSet<>();
    List<String> found = new ArrayList<>();
    edges.keySet().forEach(room -> follow(room, edges, new ArrayList<>(), done, found));
    return found;
  }

  private static void follow(
      String room,
      Map<String, Set<String>> edges,
      List<String> way,
      Set<String> done,
      List<String> found) {
    int before = way.indexOf(room);
    if (before >= 0) {
      found.add(String.join(" -> ", way.subList(before, way.size())) + " -> " + room);
      return;
    }
    if (done.contains(room)) {
      return;
    }
    way.add(room);
    edges.getOrDefault(room, Set.of()).forEach(next -> follow(next, edges, way, done, found));
    way.removeLast();
    done.add(room);
  }

  private static Set<String> seams(List<String> lines) {
    Set<String> seams = new TreeSet<>();
    boolean inside = false;
    for (String line : lines) {
      if (line.startsWith("#")) {
        inside = line.strip().equals("## Seams");
      } else if (inside && (line.startsWith("- ") || line.startsWith("* "))) {
        seams.add(codes(line).getFirst());
      }
    }
    return seams;
  }

  private static List<String> codes(String text) {
    return CODE.matcher(text).results().map(match -> match.group(1)).toList();
  }
}
