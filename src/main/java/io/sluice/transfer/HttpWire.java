package io.sluice.transfer;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.trust.SiteTls;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import jdk.net.ExtendedSocketOptions;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.Connection;
import org.eclipse.jetty.client.Destination;
import org.eclipse.jetty.client.DuplexConnectionPool;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.InputStreamResponseListener;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.http2.HTTP2Connection;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.client.transport.HttpClientTransportOverHTTP2;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * HTTP/2 connections to one site, dialled when first needed and again after they broke. Answers are
 * read as they come, with flow control: what the caller does not read, or, on {@link Flow#KEPT},
 * does not keep, the peer cannot send. Safe from any thread.
 */
final class HttpWire implements AutoCloseable {
  /** How requests share connections, and when the peer may send on. */
  enum Flow {
    /** All requests on one connection; what was read makes room for more. */
    READ,
    /** One request at a time a connection; what was kept makes room for more. */
    KEPT
  }

  /**
   * The most bytes of answers that a {@link Flow#KEPT} connection may have sent and the reader not
   * kept, and so the most that moves again after it broke: one largest segment.
   */
  static final int UNKEPT_BYTES_MAX = SegmentWriter.MAGIC_BYTES + SegmentWriter.SEGMENT_BYTES_MAX;

  /** Connections of a {@link Flow#KEPT} wire: as many as there are transfers at once. */
  static final int KEPT_CONNECTIONS_MAX = 4;

  private static final int READ_STREAM_WINDOW_BYTES = 1 << 20;
  private static final int READ_CONNECTION_WINDOW_BYTES = 2 << 20;

  /** How long silence is borne on a real line. */
  static final Duration SILENCE_MAX = Duration.ofSeconds(60);

  private static final Duration CONNECT_MAX = Duration.ofSeconds(15);
  private static final Duration CONNECTION_IDLE_MAX = Duration.ofSeconds(90);
  private static final TimeUnit MILLIS = TimeUnit.MILLISECONDS;
  private static final int QUEUED_MAX = 64;
  private static final int THREADS_MAX = 16;
  private static final int THREADS_MIN = 2;

  /** Seconds to the first probe of a silent connection, between probes, and their number. */
  private static final Map<SocketOption<Integer>, Integer> KEEP_ALIVE =
      Map.of(
          ExtendedSocketOptions.TCP_KEEPIDLE, 30,
          ExtendedSocketOptions.TCP_KEEPINTERVAL, 10,
          ExtendedSocketOptions.TCP_KEEPCOUNT, 3);

  private final HttpClient client;
  private final String origin;
  private final String peer;
  private final Duration silence;
  private final Set<Request> inFlight = ConcurrentHashMap.newKeySet();
  private final Map<Connection, StoredCredit> credits = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /**
   * @param flow how requests share connections
   * @param peer for messages
   * @param address {@code host:port}
   * @param silence how long a request or answer may make no progress at all
   */
  HttpWire(Flow flow, String peer, String address, SSLContext tls, Duration silence) {
    this.peer = peer;
    this.silence = silence;
    this.origin = "https://" + address;
    this.client = client(flow, tls);
    try {
      client.start();
      // No redirects, no challenges, no other manners of the web: an answer is what it says.
      client.getProtocolHandlers().clear();
    } catch (Exception e) {
      // Opens no connection yet: only a defect can keep it from starting.
      throw new IllegalStateException("starting an HTTP client", e);
    }
  }

  /**
   * A request.
   *
   * @param what is being done with which peer, for messages
   * @param body sent, with its media type; empty for a GET
   * @param total how long the whole exchange may take, or empty if only silence ends it
   */
  record Ask(String what, String path, Optional<Body> body, Optional<Duration> total) {}

  /** A request's body. */
  record Body(String type, byte[] bytes) {}

  /** Reads an answer's body as it comes. */
  interface Reading<T> {
    T read(Answer body) throws IOException, Failure, InterruptedException;
  }

  /** An answer's body as it comes. */
  static final class Answer extends FilterInputStream {
    private final StoredCredit.Account account;
    private final SilenceWatch silence;
    private long unkept;

    private Answer(InputStream in, StoredCredit.Account account, SilenceWatch silence) {
      super(in);
      this.account = account;
      this.silence = silence;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
      silence.begins();
      try {
        int some = super.read(into, from, length);
        unkept += Math.max(some, 0);
        return some;
      } finally {
        silence.ends();
      }
    }

    /** Everything read so far is kept and need not be sent again. */
    void kept() {
      account.kept(unkept);
      unkept = 0;
    }
  }

  /** Finds the account of the answer while its connection is surely busy with it. */
  private final class Listening extends InputStreamResponseListener {
    private volatile StoredCredit.Account account = new StoredCredit().current();

    @Override
    public void onHeaders(Response response) {
      StoredCredit credit = credits.get(response.getRequest().getConnection());
      if (credit != null) {
        account = credit.current();
      }
      super.onHeaders(response);
    }
  }

  /**
   * Asks and reads the answer.
   *
   * @throws Failure PARENT_UNREACHABLE if no answer began, TRANSFER_INTERRUPTED if it broke off,
   *     the peer's own refusal, or what the reading throws
   */
  <T> T ask(Ask ask, Reading<T> reading) throws Failure, InterruptedException {
    Request request = client.newRequest(origin + ask.path).idleTimeout(millis(silence), MILLIS);
    ask.total.ifPresent(most -> request.timeout(millis(most), MILLIS));
    ask.body.ifPresent(
        body -> request.method("POST").body(new BytesRequestContent(body.type, body.bytes)));
    inFlight.add(request);
    Listening listener = new Listening();
    try (listener) {
      if (closed) {
        throw unreachable(ask, new IOException("the link was closed"));
      }
      request.send(listener);
      Response response = answer(ask, request, listener);
      return read(ask, request, response, listener, reading);
    } catch (RejectedExecutionException e) {
      // Closed meanwhile.
      throw unreachable(ask, e);
    } catch (IOException e) {
      throw broken(ask, request, e);
    } finally {
      listener.account.settle();
      inFlight.remove(request);
    }
  }

  private static long millis(Duration duration) {
    return duration.toMillis();
  }

  private Response answer(Ask ask, Request request, Listening listener)
      throws Failure, InterruptedException {
    try {
      Duration most = ask.total.orElse(silence).plus(CONNECT_MAX);
      return listener.get(millis(most), MILLIS);
    } catch (InterruptedException e) {
      abort(request, e);
      throw e;
    } catch (TimeoutException e) {
      abort(request, e);
      drop(request, e);
      throw unreachable(ask, e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      drop(request, cause);
      throw unreachable(ask, cause);
    }
  }

  private <T> T read(
      Ask ask, Request request, Response response, Listening listener, Reading<T> reading)
      throws IOException, Failure, InterruptedException {
    boolean whole = false;
    try (SilenceWatch watch =
            new SilenceWatch(client.getScheduler(), silence, () -> wake(request, listener));
        Answer body = new Answer(listener.getInputStream(), listener.account, watch)) {
      int status = response.getStatus();
      if (status < 200 || status > 299) {
        byte[] refusal = body.readNBytes(SiteMessages.REFUSAL_BYTES_MAX + 1);
        throw SiteMessages.refused(refusal, status, ask.what);
      }
      T result = reading.read(body);
      whole = true;
      return result;
    } catch (Failure e) {
      if (interrupted(e)) {
        InterruptedException travelling = new InterruptedException();
        travelling.initCause(e);
        throw travelling;
      }
      drop(request, e);
      throw e;
    } catch (InterruptedIOException e) {
      InterruptedException travelling = new InterruptedException();
      travelling.initCause(e);
      throw travelling;
    } finally {
      if (!whole) {
        abort(request, new IOException("the rest is not wanted"));
      }
    }
  }

  /** The client has forgotten this reader; what else goes on in its connection is not known. */
  private static void wake(Request request, Listening listener) {
    try {
      listener.close();
    } catch (IOException e) {
      throw new IllegalStateException("closing what is in memory", e);
    }
    Connection connection = request.getConnection();
    if (connection != null) {
      connection.close();
    }
  }

  /** Waiting for bytes was interrupted and a reader took it for a broken stream. */
  private static boolean interrupted(Failure failure) {
    return failure.code() == Code.TRANSFER_INTERRUPTED
        && failure.getCause() instanceof InterruptedIOException;
  }

  private Failure broken(Ask ask, Request request, IOException e) {
    drop(request, e);
    return Violations.interrupted(ask.what, "the answer broke off: " + reason(e)).because(e);
  }

  private Failure unreachable(Ask ask, Throwable cause) {
    return Failure.temporary(
            Code.PARENT_UNREACHABLE,
            ask.what,
            reason(cause),
            "check the line to " + peer + ", its address and both sites' clocks")
        .because(cause);
  }

  /**
   * Silence may mean that the connection is half open: its peer gone, later requests on it lost as
   * well. It is closed, the next request dials anew.
   */
  private static void drop(Request request, Throwable why) {
    for (Throwable at = why; at != null; at = at.getCause()) {
      Connection connection = request.getConnection();
      if (at instanceof TimeoutException && connection != null) {
        connection.close();
        return;
      }
    }
  }

  private static void abort(Request request, Throwable why) {
    // Whether there was still something to abort makes no difference.
    CompletableFuture<Boolean> _ = request.abort(why);
  }

  private static String reason(Throwable cause) {
    Throwable at = cause;
    while (at.getMessage() == null && at.getCause() != null) {
      at = at.getCause();
    }
    return at.getClass().getSimpleName() + ": " + at.getMessage();
  }

  /** Aborts what is in flight and closes the connection. */
  @Override
  public void close() {
    closed = true;
    inFlight.forEach(request -> abort(request, new IOException("the link was closed")));
    try {
      client.stop();
    } catch (Exception e) {
      throw new IllegalStateException("stopping an HTTP client", e);
    }
  }

  private HttpClient client(Flow flow, SSLContext tls) {
    QueuedThreadPool threads = new QueuedThreadPool(THREADS_MAX, THREADS_MIN);
    threads.setName("site-link");
    threads.setDaemon(true);
    SslContextFactory.Client factory = new PinnedFactory();
    factory.setSslContext(tls);
    factory.setIncludeProtocols(SiteTls.PROTOCOL);
    factory.setEndpointIdentificationAlgorithm(null);
    ClientConnector connector = new KeptAliveConnector();
    connector.setSelectors(1);
    connector.setExecutor(threads);
    connector.setSslContextFactory(factory);
    HTTP2Client http2 = new HTTP2Client(connector);
    http2.setMaxConcurrentPushedStreams(0);
    HttpClient client =
        switch (flow) {
          case READ -> read(http2);
          case KEPT -> kept(http2);
        };
    client.setExecutor(threads);
    client.setMaxRequestsQueuedPerDestination(QUEUED_MAX);
    client.setConnectTimeout(millis(CONNECT_MAX));
    client.setAddressResolutionTimeout(millis(CONNECT_MAX));
    client.setIdleTimeout(millis(CONNECTION_IDLE_MAX));
    client.setFollowRedirects(false);
    client.setUserAgentField(null);
    return client;
  }

  private static HttpClient read(HTTP2Client http2) {
    http2.setInitialStreamRecvWindow(READ_STREAM_WINDOW_BYTES);
    http2.setInitialSessionRecvWindow(READ_CONNECTION_WINDOW_BYTES);
    HttpClient client = new HttpClient(new HttpClientTransportOverHTTP2(http2));
    client.setMaxConnectionsPerDestination(1);
    return client;
  }

  private HttpClient kept(HTTP2Client http2) {
    http2.setInitialStreamRecvWindow(UNKEPT_BYTES_MAX);
    http2.setInitialSessionRecvWindow(UNKEPT_BYTES_MAX);
    http2.setFlowControlStrategyFactory(StoredCredit::new);
    HttpClientTransportOverHTTP2 transport =
        new HttpClientTransportOverHTTP2(http2) {
          @Override
          protected Connection newConnection(
              Destination destination, Session session, HTTP2Connection connection) {
            Connection made = super.newConnection(destination, session, connection);
            credits.keySet().removeIf(Connection::isClosed);
            if (((HTTP2Session) session).getFlowControlStrategy() instanceof StoredCredit credit) {
              credits.put(made, credit);
            }
            return made;
          }
        };
    transport.setConnectionPoolFactory(
        destination -> new DuplexConnectionPool(destination, KEPT_CONNECTIONS_MAX));
    HttpClient client = new HttpClient(transport);
    client.setMaxConnectionsPerDestination(KEPT_CONNECTIONS_MAX);
    return client;
  }

  /** The context's trust compares authority and site code instead of host names. */
  private static final class PinnedFactory extends SslContextFactory.Client {
    @Override
    protected void checkEndPointIdentificationAlgorithm() {
      // It would warn at every start that host names are not compared.
    }
  }

  /** So that a peer that vanished is noticed while nothing is asked of it. */
  private static final class KeptAliveConnector extends ClientConnector {
    @Override
    protected void configure(SelectableChannel channel) throws IOException {
      super.configure(channel);
      if (channel instanceof NetworkChannel socket
          && socket.supportedOptions().contains(StandardSocketOptions.SO_KEEPALIVE)) {
        socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        for (Map.Entry<SocketOption<Integer>, Integer> option : KEEP_ALIVE.entrySet()) {
          if (socket.supportedOptions().contains(option.getKey())) {
            socket.setOption(option.getKey(), option.getValue());
          }
        }
      }
    }
  }
}
