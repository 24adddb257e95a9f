package io.sluice.web;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.io.IOException;
import java.net.BindException;
import org.eclipse.jetty.server.Server;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starting and stopping a server, with failures in our words. */
final class Ports {
  private static final Logger LOG = LoggerFactory.getLogger(Ports.class);

  private Ports() {}

  /**
   * Why a server could not take its address: PORT_IN_USE, temporary because what listens there may
   * be this site's last process on its way out; CONFIGURATION_INVALID, permanent, for the rest.
   *
   * @param setting of site.json
   */
  static Failure cannotListen(Exception e, String address, String purpose, String setting) {
    String what = "listening on " + address + " for " + purpose;
    for (Throwable at = e; at != null; at = at.getCause()) {
      String why = String.valueOf(at.getMessage());
      if (at instanceof BindException && why.contains("in use")) {
        return Failure.temporary(
                Code.PORT_IN_USE,
                what,
                "another program listens there",
                "stop it, or set another port in " + setting + " of site.json (0 takes a free one)")
            .because(e);
      }
    }
    return Failure.permanent(
            Code.CONFIGURATION_INVALID,
            what,
            String.valueOf(e.getMessage()),
            "set an address of this machine and a port this user may take in " + setting)
        .because(e);
  }

  /** Starts it, or says why its address cannot be taken. */
  static void start(Server server, String address, String purpose, String setting) throws Failure {
    try {
      server.start();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while starting", e);
    } catch (IOException e) {
      stop(server);
      throw cannotListen(e, address, purpose, setting);
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
