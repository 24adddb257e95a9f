package io.sluice.database;

import io.sluice.failure.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/**
 * Brings the tables up to date from the numbered files in {@code db/migration}
 * (docs/design/0008-own-migration-runner.md says why it is ours). File n of the list is step n. A
 * statement ends with a semicolon at the end of a line; a comment is a line that starts with two
 * hyphens. A file that was released is never changed: its check sum is remembered and compared.
 */
final class Migrations {
  /** All steps in order; the test compares them with the folder. */
  static final List<String> FILES = List.of("V1__ledgers.sql", "V2__package_keep.sql");

  private static final String FOLDER = "/db/migration/";

  private final List<String> files;

  Migrations(List<String> files) {
    this.files = List.copyOf(files);
  }

  /** Runs the steps not run yet, within the handle's transaction. */
  void bringUpToDate(Handle handle, String name) throws Failure {
    handle.execute(
        "CREATE TABLE IF NOT EXISTS schema_step ("
            + "step INTEGER PRIMARY KEY, file TEXT NOT NULL, sha256 TEXT NOT NULL)");
    Map<Integer, String> done = done(handle);
    if (done.size() > files.size()) {
      throw Trouble.permanent(
          name,
          "it was made by a newer Sluice: it is at step "
              + done.size()
              + ", this one knows "
              + files.size(),
          "start the newer Sluice again; databases are never taken back");
    }
    for (int step = 1; step <= files.size(); step++) {
      String file = files.get(step - 1);
      String sql = text(file);
      String sum = sha256(sql);
      String before = done.get(step);
      if (before == null) {
        run(handle, sql, name);
        handle.execute(
            "INSERT INTO schema_step (step, file, sha256) VALUES (?, ?, ?)", step, file, sum);
      } else if (!before.equals(sum)) {
        throw Trouble.permanent(
            name,
            "its step " + step + " (" + file + ") was made by a different file of that name",
            "start the Sluice that made this database");
      }
    }
  }

  private static Map<Integer, String> done(Handle handle) {
    Map<Integer, String> done = new TreeMap<>();
    handle
        .createQuery("SELECT step, sha256 FROM schema_step")
        .map((row, context) -> Map.entry(row.getInt(1), row.getString(2)))
        .forEach(entry -> done.put(entry.getKey(), entry.getValue()));
    return done;
  }

  private static void run(Handle handle, String sql, String name) throws Failure {
    try (Statement statement = handle.getConnection().createStatement()) {
      for (String one : statements(sql)) {
        statement.execute(one);
      }
    } catch (SQLException e) {
      throw Trouble.of(e, name);
    }
  }

  static List<String> statements(String sql) {
    List<String> statements = new ArrayList<>();
    StringBuilder open = new StringBuilder();
    for (String line : sql.lines().toList()) {
      if (line.isBlank() || line.stripLeading().startsWith("--")) {
        continue;
      }
      open.append(line).append('\n');
      if (line.stripTrailing().endsWith(";")) {
        statements.add(open.toString());
        open.setLength(0);
      }
    }
    if (!open.isEmpty()) {
      throw new IllegalStateException("a statement without an end: " + open);
    }
    return statements;
  }

  private static String text(String file) {
    try (InputStream in = Migrations.class.getResourceAsStream(FOLDER + file)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + FOLDER + file);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String sha256(String text) {
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
