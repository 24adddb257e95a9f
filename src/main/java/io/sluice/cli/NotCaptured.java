package io.sluice.cli;

import java.util.List;

/** What a capture saw and did not keep, as text. */
final class NotCaptured {
  private static final int LINES_MAX = 20;

  private NotCaptured() {}

  /** A paragraph, or nothing if everything was kept. */
  static String text(List<String> lines) {
    return text("Seen and not captured:", lines);
  }

  /** The same under another heading. */
  static String text(String heading, List<String> lines) {
    if (lines.isEmpty()) {
      return "";
    }
    StringBuilder text = new StringBuilder(heading).append('\n');
    for (String line : lines.subList(0, Math.min(lines.size(), LINES_MAX))) {
      text.append("  ").append(line).append('\n');
    }
    if (lines.size() > LINES_MAX) {
      text.append("  ... and ")
          .append(lines.size() - LINES_MAX)
          .append(" more (--json lists all)\n");
    }
    return text.toString();
  }
}
