package io.sluice.web;

import io.sluice.api.Views;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The local administration port: JSON in, JSON out, every request authorised by the token. It
 * listens on a loopback address only, and refuses requests whose Host header names anything else (a
 * web page of another origin cannot reach it by rebinding a name).
 */
public final class AdminDoor implements AutoCloseable {
  /** The most bytes of a request body. */
  public static final int BODY_BYTES_MAX = 1 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(AdminDoor.class);
  private static final int THREADS_MAX = 8;
  private static final long STOP_MILLIS_MAX = 3_000;

  private final Server server;
  private final ServerConnector connector;

  /** Opens the door; it answers when this returns. Port 0 takes any free one. */
  public AdminDoor(String host, int port, String token, List<Route> routes) throws Failure {
    QueuedThreadPool pool = new QueuedThreadPool(THREADS_MAX, 1);
    pool.setName("admin");
    pool.setVirtualThreadsExecutor(VirtualThreads.getNamedVirtualThreadsExecutor("admin-"));
    server = new Server(pool);
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
    connector.setHost(host);
    connector.setPort(port);
    server.addConnector(connector);
    server.setHandler(new Routing(token, List.copyOf(routes)));
    server.setStopTimeout(STOP_MILLIS_MAX);
    Ports.start(server, host + ":" + port, "administration", "admin_address");
  }

  /** The port it listens on. */
  public int port() {
    return connector.getLocalPort();
  }

  @Override
  public void close() {
    Ports.stop(server);
  }

  private static final class Routing extends Handler.Abstract {
    private final byte[] authorisation;
    private final List<Route> routes;
    private final JsonMapper json = new JsonMapper();

    Routing(String token, List<Route> routes) {
      this.authorisation = ("Bearer " + token).getBytes(StandardCharsets.UTF_8);
      this.routes = routes;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      try {
        answer(response, 200, json.writeValueAsBytes(outcome(request)), callback);
      } catch (Failure failure) {
        answer(response, Refusals.status(failure), refusal(failure), callback);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        Response.writeError(request, response, callback, 503);
      } catch (Exception | StackOverflowError e) {
        LOG.error("{} {}", request.getMethod(), request.getHttpURI().getPath(), e);
        answer(response, 500, refusal(Refusals.defect("answering this request")), callback);
      }
      return true;
    }

    private Object outcome(Request request) throws Failure, InterruptedException {
      if (!isAuthorised(request)) {
        throw Failure.permanent(
            Code.UNAUTHORISED,
            "asking the administration port",
            "the token is missing or wrong",
            "use the content of admin.token in the site's data folder");
      }
      String path = request.getHttpURI().getCanonicalPath();
      for (Route route : routes) {
        List<String> words = route.match(request.getMethod(), path);
        if (words != null) {
          return route.answer().to(words, new Body(read(request), json));
        }
      }
      throw Failure.permanent(
          Code.NOT_FOUND,
          request.getMethod() + " " + path,
          "there is no such request",
          "use the same release of Sluice for the command and the server");
    }

    private boolean isAuthorised(Request request) {
      String sent = request.getHeaders().get(HttpHeader.AUTHORIZATION);
      String host = Request.getServerName(request);
      boolean local =
          host != null && List.of("127.0.0.1", "localhost", "::1", "[::1]").contains(host);
      return local
          && sent != null
          && MessageDigest.isEqual(sent.getBytes(StandardCharsets.UTF_8), authorisation);
    }

    private static byte[] read(Request request) throws Failure {
      try (InputStream in = Content.Source.asInputStream(request)) {
        byte[] bytes = in.readNBytes(BODY_BYTES_MAX + 1);
        if (bytes.length > BODY_BYTES_MAX) {
          throw tooLarge();
        }
        return bytes;
      } catch (IOException e) {
        throw tooLarge().because(e);
      }
    }

    private static Failure tooLarge() {
      return Failure.permanent(
          Code.USAGE,
          "reading a request",
          "its body is broken off or longer than " + BODY_BYTES_MAX + " bytes",
          "send less");
    }

    private byte[] refusal(Failure failure) {
      return json.writeValueAsBytes(
          new Views.Refusal(
              failure.code().id(),
              failure.what(),
              failure.why(),
              failure.next(),
              failure.isTemporary(),
              failure.items()));
    }

    private static void answer(Response response, int status, byte[] body, Callback callback) {
      response.setStatus(status);
      response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
      response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
      response.write(true, ByteBuffer.wrap(body), callback);
    }
  }

  /** A request's body, read as the record a route expects. */
  public static final class Body {
    private final byte[] bytes;
    private final JsonMapper json;

    Body(byte[] bytes, JsonMapper json) {
      this.bytes = bytes;
      this.json = json;
    }

    /** The body as this record; USAGE if it does not fit. */
    public <T> T as(Class<T> type) throws Failure {
      try {
        T value = json.readValue(bytes, type);
        if (value == null) {
          throw unfit("it is null");
        }
        return value;
      } catch (JacksonException e) {
        throw unfit(e.getOriginalMessage());
      }
    }

    private static Failure unfit(String why) {
      return Failure.permanent(
          Code.USAGE, "reading a request", why, "use the same release for command and server");
    }
  }
}
