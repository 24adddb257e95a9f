package io.sluice.cli;

import io.sluice.content.Digest;
import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.content.Stop;
import io.sluice.content.WholeFile;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.fidelity.Inventory;
import io.sluice.fidelity.Receipt;
import io.sluice.fidelity.ReceiptPage;
import io.sluice.fidelity.Receipts;
import io.sluice.manifest.Manifest;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice inspect}: what a version has, and what of its source is not kept as it is. */
@Command(
    name = "inspect",
    description = "Show what a version has, and what of its source is not kept as it is.",
    sortOptions = false)
public final class InspectCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(paramLabel = "VERSION", description = VersionAccess.NAMES)
  private String version = "";

  @Mixin private VersionAccess access = new VersionAccess();

  @Option(
      names = "--entries",
      description = "list every entry with its streams and attributes, too")
  private boolean entries;

  @Option(
      names = "--page",
      paramLabel = "FILE",
      description = "write the fidelity receipt as a page for a browser")
  private @Nullable Path page;

  @Option(names = "--json", description = "print the result as one JSON object")
  private boolean json;

  public InspectCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws Failure, InterruptedException {
    try (Library library = access.openForReading()) {
      Manifest manifest = access.manifest(library, version);
      Optional<Receipt> receipt =
          new Receipts(library.disk(), library.folder()).find(manifest.digest());
      if (page != null) {
        write(page.toAbsolutePath(), receipt.orElseThrow(() -> none(manifest.digest())));
      }
      if (json) {
        new VersionJson(terminal.out()).print(manifest, receipt, entries);
      } else {
        terminal.out().print(text(manifest, receipt));
        if (entries) {
          new EntryList(terminal.out()).print(manifest);
        }
      }
    }
    return Terminal.DONE;
  }

  /** Of a version that came from elsewhere it is not known here what was left out. */
  private static Failure none(Digest version) {
    return Failure.permanent(
        Code.NOT_FOUND,
        "writing the receipt of " + version + " as a page",
        "there is none: the version was not captured into this library",
        "ask at the site it was captured at");
  }

  private static void write(Path file, Receipt receipt) throws Failure {
    byte[] bytes = ReceiptPage.write(receipt);
    WholeFile.put(
        new HostDisk(),
        new Stop("the page"),
        NewFile.part(file),
        file,
        writer -> writer.write(ByteBuffer.wrap(bytes)));
  }

  private static String text(Manifest manifest, Optional<Receipt> receipt) {
    Inventory has = Inventory.of(manifest);
    TextTable table = new TextTable("has", "");
    table.row("files", Quantity.count(has.entries().files()));
    table.row("directories", Quantity.count(has.entries().directories()));
    table.row("symbolic links", Quantity.count(has.entries().symlinks()));
    table.row("further names of files", Quantity.count(has.entries().hardLinks()));
    table.row("named streams", Quantity.count(has.streams()));
    for (Map.Entry<String, Long> property : has.properties().entrySet()) {
      table.row("entries with " + property.getKey(), Quantity.count(property.getValue()));
    }
    table.row("bytes", Quantity.count(has.bytes()));
    table.row("chunks", Quantity.count(manifest.chunks().size()));
    return manifest.digest() + "\n" + table.text() + kept(manifest.digest(), receipt);
  }

  private static String kept(Digest version, Optional<Receipt> receipt) {
    if (receipt.isEmpty()) {
      return "No receipt: "
          + version.hex().substring(0, 12)
          + " was not captured into this library.\nThe site it was captured at has it.\n";
    }
    return receipt.get().sentence()
        + "\n"
        + NotCaptured.text("Not kept as it is:", receipt.get().remarks().text());
  }
}
