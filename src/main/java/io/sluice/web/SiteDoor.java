package io.sluice.web;

import io.sluice.failure.Failure;
import io.sluice.site.SiteCode;
import io.sluice.time.Clock;
import io.sluice.transfer.EnrolmentAnswer;
import io.sluice.transfer.EnrolmentRequest;
import io.sluice.transfer.SiteLink;
import io.sluice.trust.ServerIdentity;
import io.sluice.trust.SiteTls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Function;
import jdk.net.ExtendedSocketOptions;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.io.WindowRateControl;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * Where child sites knock: the server side of the site protocol (docs/formats/site-protocol.md),
 * HTTP/2 over TLS 1.3. Without a certificate of this site's authority a caller may only enrol.
 * Requests run on virtual threads; every bound has a name below, and beyond it the answer is a
 * temporary refusal.
 *
 * <p>Starts once and stops once.
 */
public final class SiteDoor implements AutoCloseable {
  /** Enrolments at once; these callers are not known yet. */
  public static final int ENROLLING_MAX = 8;

  /** Requests for assignments held open at once, one a child. */
  public static final int HELD_MAX = 10_000;

  /** Manifests and fact batches at once. */
  public static final int SMALL_MAX = 64;

  /** Stored bytes of different manifests in memory at once, of the only one if it has more. */
  public static final long MANIFESTS_BYTES_MAX = 64L << 20;

  /** Bytes of fact batches in memory at once. */
  public static final long FACTS_BYTES_MAX = 16L << 20;

  /** Transfers of chunks at once. */
  public static final int SENDING_MAX = 64;

  /** Requests of one site at once. */
  public static final int OF_SITE_MAX = 16;

  /** Connections at once: two a child, up to five while it receives several versions. */
  public static final int CONNECTIONS_MAX = 20_000;

  private static final int STREAMS_MAX = 32;
  private static final int FRAMES_A_SECOND_MAX = 1_000;

  /** A connection on which nothing moves; a child asks again every 30 s. */
  private static final Duration CONNECTION_IDLE_MAX = Duration.ofSeconds(90);

  /** A request on which nothing moves: longer than one is held, so that only dead ones end. */
  private static final Duration STREAM_IDLE_MAX = Duration.ofMinutes(2);

  private static final int THREADS_MAX = 32;
  private static final int THREADS_MIN = 4;
  private static final int SELECTORS = 2;

  private static final Map<SocketOption<Integer>, Integer> KEEP_ALIVE =
      Map.of(
          ExtendedSocketOptions.TCP_KEEPIDLE, 30,
          ExtendedSocketOptions.TCP_KEEPINTERVAL, 10,
          ExtendedSocketOptions.TCP_KEEPCOUNT, 3);

  private final InetSocketAddress address;
  private final Server server;
  private final ServerConnector connector;
  private final SiteHandler handler;

  /**
   * What the door calls.
   *
   * @param desks this site's side of the link for one child
   * @param enrolments accepts new children
   * @param issued whether a certificate (its SHA-256 in lower-case hexadecimal) is the one last
   *     issued to a site; asked with every request
   */
  public record Callers(
      Function<SiteCode, SiteLink> desks,
      Enrolments enrolments,
      BiPredicate<SiteCode, String> issued) {}

  /** Accepts new children. */
  @FunctionalInterface
  public interface Enrolments {
    EnrolmentAnswer enrol(EnrolmentRequest request) throws Failure, InterruptedException;
  }

  /**
   * A door that is still closed.
   *
   * @param address to listen on; port 0 takes any free one
   * @param random for TLS
   */
  public SiteDoor(
      InetSocketAddress address,
      ServerIdentity identity,
      Callers callers,
      Clock clock,
      SecureRandom random) {
    this.address = address;
    this.handler = new SiteHandler(identity, callers, clock);
    QueuedThreadPool threads = new QueuedThreadPool(THREADS_MAX, THREADS_MIN);
    threads.setName("site-door");
    threads.setVirtualThreadsExecutor(VirtualThreads.getNamedVirtualThreadsExecutor("site-door-"));
    this.server = new Server(threads);
    this.connector = connector(identity, clock, random);
    server.addConnector(connector);
    server.addBean(new NetworkConnectionLimit(CONNECTIONS_MAX, connector));
    server.setHandler(handler);
    // What Jetty itself refuses, it refuses without a page about itself.
    server.setErrorHandler(
        (request, response, callback) -> {
          callback.succeeded();
          return true;
        });
    server.setStopTimeout(0);
  }

  private ServerConnector connector(ServerIdentity identity, Clock clock, SecureRandom random) {
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setSendDateHeader(false);
    SecureRequestCustomizer secure = new SecureRequestCustomizer();
    // Children know this site by its authority; they may dial any name or address of it.
    secure.setSniHostCheck(false);
    http.addCustomizer(secure);
    HTTP2ServerConnectionFactory h2 = new HTTP2ServerConnectionFactory(http);
    h2.setMaxConcurrentStreams(STREAMS_MAX);
    h2.setStreamIdleTimeout(STREAM_IDLE_MAX.toMillis());
    h2.setRateControlFactory(new WindowRateControl.Factory(FRAMES_A_SECOND_MAX));
    ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory(h2.getProtocol());
    alpn.setDefaultProtocol(h2.getProtocol());
    SslContextFactory.Server tls = new SslContextFactory.Server();
    tls.setSslContext(SiteTls.server(identity, clock, random));
    tls.setIncludeProtocols(SiteTls.PROTOCOL);
    tls.setWantClientAuth(true);
    ServerConnector made =
        new KeptAliveConnector(server, new SslConnectionFactory(tls, alpn.getProtocol()), alpn, h2);
    // The very address, not what its name may mean by then.
    made.setHost(
        address.isUnresolved() ? address.getHostString() : address.getAddress().getHostAddress());
    made.setPort(address.getPort());
    made.setIdleTimeout(CONNECTION_IDLE_MAX.toMillis());
    return made;
  }

  /**
   * Opens the door.
   *
   * @return the address listened on, with the real port
   * @throws Failure PORT_IN_USE, or CONFIGURATION_INVALID if the address cannot be listened on at
   *     all
   */
  public InetSocketAddress start() throws Failure {
    try {
      server.start();
      return new InetSocketAddress(address.getAddress(), connector.getLocalPort());
    } catch (Exception e) {
      stop();
      throw Ports.cannotListen(
          e, address.getHostString() + ":" + address.getPort(), "child sites", "site_address");
    }
  }

  /** Closes the door: held requests end at once, transfers break off and are continued later. */
  public void stop() {
    handler.stopCalls();
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("stopping the site server's door", e);
    }
  }

  @Override
  public void close() {
    stop();
  }

  /** So that a child that vanished is noticed while it is asked nothing. */
  private static final class KeptAliveConnector extends ServerConnector {
    KeptAliveConnector(
        Server server,
        SslConnectionFactory tls,
        ALPNServerConnectionFactory alpn,
        HTTP2ServerConnectionFactory h2) {
      super(server, 1, SELECTORS, tls, alpn, h2);
    }

    @Override
    protected void configure(Socket socket) {
      super.configure(socket);
      try {
        socket.setKeepAlive(true);
        for (Map.Entry<SocketOption<Integer>, Integer> option : KEEP_ALIVE.entrySet()) {
          if (socket.supportedOptions().contains(option.getKey())) {
            socket.setOption(option.getKey(), option.getValue());
          }
        }
      } catch (IOException e) {
        LOG.debug("a connection that ended while it was accepted", e);
      }
    }
  }
}
