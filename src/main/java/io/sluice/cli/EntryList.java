package io.sluice.cli;

import io.sluice.manifest.Attributes;
import io.sluice.manifest.Entry;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.Property;
import io.sluice.manifest.Stream;
import java.io.PrintStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;

/** A version's entries as lines of text, like {@code ls -l}, with streams and attributes below. */
final class EntryList {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);

  /** The widest sizes the column is made for; longer ones shift the line. */
  private static final int SIZE_WIDTH = 13;

  private final PrintStream out;

  EntryList(PrintStream out) {
    this.out = out;
  }

  void print(Manifest manifest) {
    for (Entry entry : manifest.entries()) {
      switch (entry) {
        case Entry.Directory directory -> line('d', directory.attributes(), "-", entry, "");
        case Entry.File file ->
            line('-', file.attributes(), Quantity.count(file.size()), entry, "");
        case Entry.Symlink link -> line('l', link.attributes(), "-", entry, " -> " + link.target());
        case Entry.HardLink link ->
            out.println("h" + " ".repeat(40) + entry.path() + " = " + link.file());
      }
    }
  }

  private void line(char kind, Attributes attributes, String size, Entry entry, String more) {
    out.printf(
        "%c %4o %" + SIZE_WIDTH + "s %s %s%s%n",
        kind,
        attributes.mode(),
        size,
        time(attributes),
        entry.path(),
        more);
    for (Stream stream : entry.streams()) {
      out.printf(
          "s      %" + SIZE_WIDTH + "s%20s   :%s%n",
          Quantity.count(stream.size()),
          "",
          stream.name());
    }
    List<String> properties = new ArrayList<>();
    for (Property property : attributes.properties()) {
      properties.add(property.toString());
    }
    if (!properties.isEmpty()) {
      out.println("p" + " ".repeat(40) + "  " + String.join(" ", properties));
    }
  }

  private static String time(Attributes attributes) {
    try {
      return TIME.format(Instant.ofEpochSecond(attributes.mtimeSeconds()));
    } catch (java.time.DateTimeException e) {
      return String.valueOf(attributes.mtimeSeconds());
    }
  }
}
