package io.sluice.api;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A client of one site server's administration port. Calls wait for the whole answer; a capture may
 * take as long as the source is large, so there is no deadline on answers, only on connecting. Safe
 * from any thread.
 */
public final class SiteClient implements AutoCloseable {
  private static final Duration CONNECT_MAX = Duration.ofSeconds(5);

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(CONNECT_MAX).build();
  private final JsonMapper json = new JsonMapper();
  private final String address;
  private final String token;

  /**
   * A client of the server at {@code address}.
   *
   * @param address host:port
   * @param token the content of the data folder's {@code admin.token}
   */
  public SiteClient(String address, String token) {
    this.address = address;
    this.token = token;
  }

  /** Fetches a view. */
  public <T> T get(String path, Class<T> type) throws Failure, InterruptedException {
    return send(request(path).GET().build(), type);
  }

  /** Sends a request record and returns the view it answers with. */
  public <T> T post(String path, Object body, Class<T> type) throws Failure, InterruptedException {
    HttpRequest request =
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(json.writeValueAsBytes(body)))
            .build();
    return send(request, type);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://" + address + path))
        .header("Authorization", "Bearer " + token);
  }

  private <T> T send(HttpRequest request, Class<T> type) throws Failure, InterruptedException {
    try {
      HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
      if (response.statusCode() / 100 == 2) {
        return json.readValue(response.body(), type);
      }
      throw refusal(response);
    } catch (IOException e) {
      throw unreachable(e);
    } catch (JacksonException e) {
      throw Failure.permanent(
              Code.INTERNAL,
              "reading the answer of the site server at " + address,
              "it is not what this release of Sluice understands",
              "use the same release of Sluice for the command and the server")
          .because(e);
    }
  }

  private Failure unreachable(IOException e) {
    return Failure.temporary(
            Code.SERVER_UNREACHABLE,
            "asking the site server at " + address,
            e.getMessage() == null ? "no connection" : e.getMessage(),
            "start it with \"sluice site serve --data DIR\", or name another with --data")
        .because(e);
  }

  private Failure refusal(HttpResponse<byte[]> response) {
    Views.Refusal refusal;
    try {
      refusal = json.readValue(response.body(), Views.Refusal.class);
    } catch (JacksonException e) {
      return Failure.permanent(
          Code.INTERNAL,
          "asking the site server at " + address,
          "it answered with status " + response.statusCode() + " and no explanation",
          "look at the server's log");
    }
    Code code = codeOf(refusal.code());
    Failure failure =
        refusal.temporary()
            ? Failure.temporary(code, refusal.what(), refusal.why(), refusal.next())
            : Failure.permanent(code, refusal.what(), refusal.why(), refusal.next());
    return failure.about(refusal.items());
  }

  private static Code codeOf(String id) {
    for (Code code : Code.values()) {
      if (code.id().equals(id)) {
        return code;
      }
    }
    return Code.INTERNAL;
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
