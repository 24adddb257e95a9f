package io.sluice.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class EntryListTest {
  private static final Attributes SOME = new Attributes(07777, -1, 999_999_999);
  private static final EntryPath FOLDER = EntryPath.ROOT.child(Name.of("folder"));

  @Test
  void givesBackEveryEntryAsItWas() {
    for (long seed = 0; seed < 300; seed++) {
      List<Entry> entries = ManifestSamples.entries(seed, 200);
      EntryList list = EntryList.of(entries);
      assertThat(List.<Entry>copyOf(list)).as("seed " + seed).isEqualTo(entries);
      for (int i = entries.size() - 1; i >= 0; i--) {
        assertThat(list.get(i)).isEqualTo(entries.get(i));
      }
    }
  }

  @Test
  void holdsTheLargestNumbersAndEntriesLongerThanABlock() {
    List<Entry> entries = new ArrayList<>();
    Attributes extreme = new Attributes(0, -Manifest.INTEGER_MAX, 0);
    entries.add(new Entry.Directory(EntryPath.ROOT, extreme, List.of()));
    for (int size : List.of(0, 1, 127, 128, 60_000, 65_480, 65_536)) {
      Property property = new Property(Property.ACL, new byte[size]);
      Attributes attributes = extreme.at(Manifest.INTEGER_MAX, 1).with(List.of(property));
      EntryPath path = EntryPath.ROOT.child(Name.of("f%06d".formatted(size)));
      List<Stream> streams = List.of(new Stream(Name.of("s"), Manifest.INTEGER_MAX));
      entries.add(new Entry.File(path, attributes, Manifest.INTEGER_MAX, streams));
    }
    assertThat(List.<Entry>copyOf(EntryList.of(entries))).isEqualTo(entries);
  }

  @Test
  void aListIsNotChangedByWhatIsAddedLater() {
    EntryList.Builder builder = new EntryList.Builder();
    builder.add(new Entry.Directory(EntryPath.ROOT, SOME, List.of()));
    EntryList before = builder.build();
    builder.add(new Entry.Directory(FOLDER, SOME, List.of()));
    assertThat(before).hasSize(1);
    assertThat(builder.build()).hasSize(2).startsWith(before.get(0));
  }

  @Test
  void entriesOfADirectoryShareItsPath() {
    EntryList.Builder builder = new EntryList.Builder();
    builder.add(new Entry.Directory(EntryPath.ROOT, SOME, List.of()));
    builder.add(new Entry.Directory(FOLDER, SOME, List.of()));
    for (String name : List.of("a", "b")) {
      builder.add(new Entry.File(FOLDER.child(Name.of(name)), SOME, 0, List.of()));
    }
    EntryList list = builder.build();
    assertThat(list.get(2).path().parent()).isSameAs(list.get(1).path());
    assertThat(list.get(3).path().parent()).isSameAs(list.get(1).path());
  }

  @Test
  void refusesAnEntryThatDoesNotFollowItsDirectory() {
    EntryList.Builder builder = new EntryList.Builder();
    builder.add(new Entry.Directory(EntryPath.ROOT, SOME, List.of()));
    Entry lost = new Entry.File(FOLDER.child(Name.of("a")), SOME, 0, List.of());
    assertThatThrownBy(() -> builder.add(lost)).isInstanceOf(IllegalArgumentException.class);
  }

  /** Would take days if tables of paths were slow wherever somebody chose the names for it. */
  @Test
  @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void namesChosenForTheirHashesCostNoMoreThanOthers() {
    int bits = 18;
    EntryList.Builder builder = new EntryList.Builder();
    builder.add(new Entry.Directory(EntryPath.ROOT, SOME, List.of()));
    EntryPath file = EntryPath.ROOT.child(Name.of("a"));
    builder.add(new Entry.File(file, SOME, 0, List.of()));
    EntryPath last = EntryPath.ROOT;
    for (int i = 0; i < 1 << bits; i++) {
      StringBuilder name = new StringBuilder();
      for (int bit = bits - 1; bit >= 0; bit--) {
        name.append((i >> bit & 1) == 0 ? "Aa" : "BB");
      }
      last = EntryPath.ROOT.child(Name.of(name.toString()));
      builder.add(new Entry.Directory(last, SOME, List.of()));
    }
    Entry link = new Entry.HardLink(last.child(Name.of("b")), file);
    builder.add(link);
    assertThat(builder.get(builder.size() - 1)).isEqualTo(link);
  }
}
