package io.sluice.web;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.io.IOException;
import org.eclipse.jetty.server.Server;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starting and stopping a server, with failures in our words. */
final class Ports {
  private static final Logger LOG = LoggerFactory.getLogger(Ports.class);

  private Ports() {}

  /** Starts it; PORT_IN_USE if its address cannot be taken. */
  static void start(Server server, String address, String purpose) throws Failure {
    try {
      server.start();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while starting", e);
    } catch (IOException e) {
      stop(server);
      throw Failure.permanent(
              Code.PORT_IN_USE,
              "listening on " + address + " for " + purpose,
              e.getMessage() == null ? "the address cannot be taken" : e.getMessage(),
              "stop what listens there, or change the address in site.json (port 0 takes a free one)")
          .because(e);
    } catch (Exception e) {
      stop(server);
      throw new IllegalStateException("the server on " + address + " did not start", e);
    }
  }

  /** Stops it; what goes wrong is logged, the process goes on ending. */
  static void stop(Server server) {
    try {
      server.stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      LOG.warn("stopping a server", e);
    }
  }
}
