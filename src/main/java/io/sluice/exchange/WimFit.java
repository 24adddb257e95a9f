package io.sluice.exchange;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.NtfsReparse;
import io.sluice.filesystem.StreamCapacity.StreamNames;
import io.sluice.filesystem.Wtf8;
import io.sluice.manifest.Attributes;
import io.sluice.manifest.Entry;
import io.sluice.manifest.Manifest;
import io.sluice.manifest.Name;
import io.sluice.manifest.Property;
import io.sluice.manifest.Stream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a WIM can hold of a version: refusals before the first byte, and what is left out. */
final class WimFit {
  private static final int NAME_UNITS_MAX = 255;
  private static final int LINES_MAX = 10_000;

  private static final Set<Name> HELD =
      Set.of(
          Property.BIRTH,
          Property.DOS,
          Property.REPARSE,
          Property.REPARSE_DIRECTORY,
          Property.SECURITY_DESCRIPTOR);

  private final List<String> refused = new ArrayList<>();
  private final List<String> notHeld = new ArrayList<>();
  private long more;
  private boolean modes;
  private boolean times;

  private WimFit() {}

  /**
   * What is not held, a line each.
   *
   * @throws Failure EXPORT_UNSUPPORTED naming all that a WIM cannot hold and that may not be left
   *     out
   */
  static List<String> of(Manifest manifest) throws Failure {
    WimFit fit = new WimFit();
    for (Entry entry : manifest.entries()) {
      fit.look(entry);
    }
    if (!fit.refused.isEmpty()) {
      throw Failure.permanent(
              Code.EXPORT_UNSUPPORTED,
              "exporting " + manifest.digest() + " as WIM",
              "a WIM has names of Windows and times from 1601 to 30828",
              "rename what is named, or export it as tar (--tar)")
          .about(fit.refused);
    }
    if (fit.modes) {
      fit.notHeld.addFirst("permission bits");
    }
    if (fit.times) {
      fit.notHeld.addFirst("times finer than 100 ns");
    }
    if (fit.more > 0) {
      fit.notHeld.add("... and of " + fit.more + " more entries");
    }
    return fit.notHeld;
  }

  private void look(Entry entry) {
    if (!entry.path().isRoot() && !isName(entry.path().name())) {
      refused.add(entry.path() + ": the name");
    }
    for (Stream stream : entry.streams()) {
      if (!StreamNames.NTFS.holds(stream.name())) {
        refused.add(entry.path() + " : " + stream.name() + ": the stream's name");
      }
    }
    switch (entry) {
      case Entry.Directory directory -> look(entry, directory.attributes(), false);
      case Entry.File file -> look(entry, file.attributes(), false);
      case Entry.Symlink link -> {
        boolean told = NtfsReparse.in(link.attributes()).isPresent();
        if (!told && Wtf8.decode(link.target().bytes()).isEmpty()) {
          refused.add(entry.path() + ": the link's target");
        }
        look(entry, link.attributes(), !told);
      }
      case Entry.HardLink link -> {
        // What its file has is looked at there.
      }
    }
  }

  private static boolean isName(Name name) {
    Optional<String> text = Wtf8.decode(name.bytes());
    return text.isPresent()
        && text.get().length() <= NAME_UNITS_MAX
        && text.get().indexOf(':') < 0
        && text.get().indexOf('\\') < 0;
  }

  private void look(Entry entry, Attributes attributes, boolean bare) {
    if (WimExport.ticks(attributes.mtimeSeconds(), attributes.mtimeNanos()).isEmpty()) {
      refused.add(entry.path() + ": the time");
    }
    modes |= attributes.mode() != 0777;
    times |= attributes.mtimeNanos() % WimFormat.TICK_NANOS != 0;
    List<String> lost = new ArrayList<>();
    for (Property property : attributes.properties()) {
      if (bare || !HELD.contains(property.key())) {
        lost.add(property.key().toString());
      }
    }
    if (!lost.isEmpty() && notHeld.size() == LINES_MAX) {
      more++;
    } else if (!lost.isEmpty()) {
      notHeld.add(entry.path() + ": " + String.join(", ", lost));
    }
  }
}
