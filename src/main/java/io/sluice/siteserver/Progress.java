package io.sluice.siteserver;

import io.sluice.api.Views;
import io.sluice.cli.Quantity;
import io.sluice.cli.Terminal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Progress bars: one line drawn over itself where a person watches, else a line whenever something
 * has advanced by another fifth.
 */
final class Progress {
  private static final int CELLS = 16;
  private static final int STEP_PERCENT = 20;

  private final Terminal terminal;
  private final Map<String, Long> said = new HashMap<>();
  private boolean drawn;

  Progress(Terminal terminal) {
    this.terminal = terminal;
  }

  /** Shows what every site is doing now. */
  void show(List<Views.StatusView> views) {
    StringBuilder line = new StringBuilder();
    for (Views.StatusView view : views) {
      for (Views.Activity activity : view.activities()) {
        long percent = activity.whole() == 0 ? 100 : 100 * activity.done() / activity.whole();
        String text = activity.what() + " " + bar(percent) + " " + Quantity.bytes(activity.bytes());
        if (!terminal.interactive()) {
          step(activity.what(), percent, text);
        }
        line.append(line.isEmpty() ? "  " : "   ").append(text);
      }
    }
    if (terminal.interactive() && !line.isEmpty()) {
      String fitted = line.substring(0, Math.min(line.length(), Terminal.COLUMNS - 1));
      terminal.err().print("\r" + fitted + " ".repeat(Terminal.COLUMNS - 1 - fitted.length()));
      terminal.err().flush();
      drawn = true;
    }
  }

  private void step(String what, long percent, String text) {
    long step = percent / STEP_PERCENT;
    Long before = said.put(what, step);
    if (before == null || before < step) {
      terminal.err().println("  " + text);
    }
  }

  /** Wipes the line. */
  void clear() {
    if (drawn) {
      terminal.err().print("\r" + " ".repeat(Terminal.COLUMNS - 1) + "\r");
      terminal.err().flush();
      drawn = false;
    }
  }

  private static String bar(long percent) {
    int full = (int) (CELLS * percent / 100);
    return "[" + "#".repeat(full) + "-".repeat(CELLS - full) + "] %3d %%".formatted(percent);
  }
}
