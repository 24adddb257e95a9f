package io.sluice.cli;

import io.sluice.failure.Failure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Several failures as one report: all of them, each as a few lines that fit the terminal. */
final class Problems {
  private static final String INDENT = "  ";

  private Problems() {}

  /** The JSON form of one; field names are part of the commands' contract. */
  record Shown(String code, String name, String what, String why) {}

  static List<Shown> shown(List<Failure> problems) {
    return problems.stream()
        .map(each -> new Shown(each.code().id(), each.code().name(), each.what(), each.why()))
        .toList();
  }

  /** A paragraph for each; paths in a folder are shown as they are below it. */
  static String text(List<Failure> problems, Path folder) {
    StringBuilder text = new StringBuilder();
    for (Failure problem : problems) {
      text.append(problem.code().id()).append(' ').append(problem.code()).append('\n');
      for (String part : List.of(problem.what(), problem.why())) {
        for (String line : wrapped(part.replace(folder + "/", ""))) {
          text.append(INDENT).append(line).append('\n');
        }
      }
    }
    return text.toString();
  }

  /** Lines of whole words; only a word that is longer than a line is longer than one. */
  private static List<String> wrapped(String words) {
    int most = Terminal.COLUMNS - INDENT.length();
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : words.split(" ", -1)) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > most) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }
}
