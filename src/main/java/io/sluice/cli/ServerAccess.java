package io.sluice.cli;

import io.sluice.api.SiteClient;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The options by which a command finds its site server: through the site's data folder. */
final class ServerAccess {
  /** The environment variable that names the data folder when no option does. */
  static final String VARIABLE = "SLUICE_DATA";

  private static final String FOLDER = "sluice-data";

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "the site's data folder (else $SLUICE_DATA, else ./sluice-data)")
  private @Nullable Path data;

  /** The data folder that was named, by option, variable or habit. */
  Path folder() {
    if (data != null) {
      return data;
    }
    String variable = System.getenv(VARIABLE);
    return Path.of(variable == null || variable.isBlank() ? FOLDER : variable);
  }

  /** A client of the running server, authorised by the data folder's token. */
  SiteClient connect() throws Failure {
    Path folder = folder();
    Path addresses = folder.resolve("log").resolve("addresses.json");
    Path token = folder.resolve("admin.token");
    if (!Files.isDirectory(folder)) {
      throw notServing(folder, "there is no such folder");
    }
    try {
      Map<String, String> found =
          new JsonMapper().readValue(Files.readAllBytes(addresses), new TypeReference<>() {});
      String admin = found.get("admin");
      if (admin == null) {
        throw notServing(folder, addresses + " does not name the administration port");
      }
      return new SiteClient(admin, Files.readString(token).strip());
    } catch (IOException e) {
      throw notServing(folder, "cannot read " + e.getMessage());
    } catch (JacksonException e) {
      throw notServing(folder, addresses + " is not JSON");
    }
  }

  private static Failure notServing(Path folder, String why) {
    return Failure.temporary(
        Code.SERVER_UNREACHABLE,
        "finding the site server of data folder " + folder,
        why,
        "start it with \"sluice site serve --data DIR\", or name its folder with --data or $SLUICE_DATA");
  }
}
