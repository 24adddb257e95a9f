package io.sluice.cli;

import java.util.ArrayList;
import java.util.List;

/** A table in plain text: columns as wide as their widest cell, numbers to the right. */
public final class TextTable {
  private static final String GAP = "  ";

  private final List<String> heads;
  private final List<List<String>> rows = new ArrayList<>();

  public TextTable(String... heads) {
    this.heads = List.of(heads);
  }

  /** Adds a row; it has as many cells as there are heads. */
  public TextTable row(String... cells) {
    if (cells.length != heads.size()) {
      throw new IllegalArgumentException(cells.length + " cells under " + heads.size() + " heads");
    }
    rows.add(List.of(cells));
    return this;
  }

  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /** The table, each line ended by a newline, without trailing blanks. */
  public String text() {
    StringBuilder text = new StringBuilder();
    line(heads, text);
    for (List<String> row : rows) {
      line(row, text);
    }
    return text.toString();
  }

  private void line(List<String> cells, StringBuilder text) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      String cell = cells.get(i);
      String pad = " ".repeat(width(i) - cell.codePointCount(0, cell.length()));
      line.append(i == 0 ? "" : GAP);
      line.append(isNumeric(i) ? pad + cell : cell + pad);
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }

  private int width(int column) {
    int width = heads.get(column).length();
    for (List<String> row : rows) {
      String cell = row.get(column);
      width = Math.max(width, cell.codePointCount(0, cell.length()));
    }
    return width;
  }

  private boolean isNumeric(int column) {
    return !rows.isEmpty()
        && rows.stream()
            .allMatch(row -> row.get(column).matches("[0-9][0-9.,]*( [kMGTP]?B| s|x)?|-"));
  }
}
