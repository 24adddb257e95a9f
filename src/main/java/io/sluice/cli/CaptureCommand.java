package io.sluice.cli;

import io.sluice.capture.Capture;
import io.sluice.capture.Captured;
import io.sluice.capture.Options;
import io.sluice.content.Digest;
import io.sluice.content.HostDisk;
import io.sluice.content.Library;
import io.sluice.content.Stop;
import io.sluice.content.WholeFile;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.filesystem.Keep;
import io.sluice.filesystem.Platform;
import io.sluice.filesystem.Platforms;
import io.sluice.parallel.OsThreads;
import io.sluice.time.Clock;
import io.sluice.trust.ManifestSignature;
import io.sluice.trust.SigningKey;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice capture}: a folder into a content library, without a server. */
@Command(
    name = "capture",
    description = "Capture a folder into a content library, without a server.",
    sortOptions = false)
public final class CaptureCommand implements Callable<Integer> {
  /** The words that say what is kept, for the descriptions of options. */
  static final String KEEP =
      "attributes to keep beside the usual ones: owner, birth, setuid, xattr:NAME, xattr:PREFIX*;"
          + " to leave out: -acl, -acl-default, -acl-nfs4, -dos, -reparse, -samba, -sd, -sparse";

  private static final int KEY_ID_SHOWN = 16;

  private final Terminal terminal;
  private final Clock clock;

  @Parameters(paramLabel = "SOURCE", description = "the folder to capture")
  private @Nullable Path source;

  @Mixin private LibraryAccess libraryAccess = new LibraryAccess();

  @Option(names = "--json", description = "print the result as one JSON object")
  private boolean json;

  @Option(names = "--verify", description = "read all content, even of unchanged files")
  private boolean readEverything;

  @Option(names = "--keep", paramLabel = "WORDS", description = KEEP)
  private String keep = "";

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description =
          "sign the manifest's digest with this Ed25519 key (PKCS#8 PEM); its public half lies"
              + " beside it as FILE.pub, or NAME.pub for NAME.key")
  private @Nullable Path key;

  public CaptureCommand(Terminal terminal, Clock clock) {
    this.terminal = terminal;
    this.clock = clock;
  }

  @Override
  public Integer call() throws Failure, InterruptedException {
    if (source == null) {
      throw new IllegalStateException("the parameter is required");
    }
    long start = clock.nanos();
    Keep kept = Keep.parse(keep);
    Path from = source.toAbsolutePath();
    Platform platform = Platforms.ofThisMachine();
    Path folder = Capture.source(platform, from, List.of(libraryAccess.folder()));
    SigningKey signer = key == null ? null : SigningKey.load(key, publicHalf(key));
    try (Library library = libraryAccess.openOrCreate()) {
      Capture capture = new Capture(platform, new OsThreads(), library, clock);
      Captured captured =
          capture.capture(folder, new Options(List.of(), ignored -> {}, readEverything, kept));
      double seconds = (clock.nanos() - start) / 1e9;
      if (signer != null) {
        sign(library, signer, captured.manifest());
      }
      CaptureReport.print(captured, seconds, json, terminal.out());
    }
    return Terminal.DONE;
  }

  private static Path publicHalf(Path secret) throws Failure {
    Path file = secret.getFileName();
    if (file == null) {
      throw Failure.permanent(
          Code.KEY_INVALID,
          "reading the key " + secret,
          "it is a file system's root",
          "name the file of a key");
    }
    String name = file.toString();
    String stem = name.endsWith(".key") ? name.substring(0, name.length() - 4) : name;
    return secret.resolveSibling(stem + ".pub");
  }

  private static void sign(Library library, SigningKey signer, Digest manifest) throws Failure {
    HostDisk disk = new HostDisk();
    Path folder = library.folder().resolve("signatures");
    disk.createFolders(folder);
    String name = manifest.hex() + "-" + signer.keyId().substring(0, KEY_ID_SHOWN) + ".json";
    ByteBuffer signature = ByteBuffer.wrap(ManifestSignature.sign(manifest, signer));
    WholeFile.put(
        disk,
        new Stop("the signatures of " + library.folder()),
        folder.resolve(name + ".part"),
        folder.resolve(name),
        writer -> writer.write(signature));
  }
}
