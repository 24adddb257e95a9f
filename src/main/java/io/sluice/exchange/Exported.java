package io.sluice.exchange;

import java.util.List;

/**
 * What an export came to.
 *
 * @param entries of the version, all of them written
 * @param streams named streams among them
 * @param bytes of the archive
 * @param notHeld what the format has no place for, a line each with the entry's path
 */
public record Exported(long entries, long streams, long bytes, List<String> notHeld) {
  public Exported {
    notHeld = List.copyOf(notHeld);
  }
}
