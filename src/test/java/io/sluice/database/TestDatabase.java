package io.sluice.database;

import io.sluice.failure.Failure;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A database for one test: empty at first, there until closed, however often it is opened. */
public interface TestDatabase extends AutoCloseable {
  Database open() throws Failure;

  /** SQLite in a temporary folder. */
  static TestDatabase sqlite() throws IOException {
    Path folder = Files.createTempDirectory("sluice-database");
    return new TestDatabase() {
      @Override
      public Database open() throws Failure {
        return Database.open(folder.resolve("sluice.db"));
      }

      @Override
      public void close() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
          List<Path> all = files.sorted(Comparator.reverseOrder()).toList();
          for (Path file : all) {
            Files.delete(file);
          }
        }
      }
    };
  }

  /** SQLite in memory, as the simulation uses it. */
  static TestDatabase memory() throws Failure {
    InMemory contents = new InMemory();
    return new TestDatabase() {
      @Override
      public Database open() throws Failure {
        return Database.open(contents);
      }

      @Override
      public void close() throws Failure {
        contents.close();
      }
    };
  }

  /** PostgreSQL, started once in this JVM; the test is skipped if it cannot be started. */
  static TestDatabase postgres() throws Exception {
    EmbeddedPostgres server = Server.started();
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("DROP SCHEMA public CASCADE");
      statement.execute("CREATE SCHEMA public");
    }
    return new TestDatabase() {
      @Override
      public Database open() throws Failure {
        return Database.open(server.getJdbcUrl("postgres", "postgres"));
      }

      @Override
      public void close() {
        // The server lives as long as the JVM.
      }
    };
  }

  /** The address of what {@link #postgres} empties, for those who open it themselves. */
  static String postgresUrl() {
    return Server.started().getJdbcUrl("postgres", "postgres");
  }

  @Override
  void close() throws IOException, Failure;

  /** The one server of this JVM. */
  final class Server {
    private static EmbeddedPostgres server;
    private static String refusal;

    private Server() {}

    static synchronized EmbeddedPostgres started() {
      if (server == null && refusal == null) {
        try {
          server = EmbeddedPostgres.builder().setServerConfig("fsync", "off").start();
        } catch (IOException | RuntimeException e) {
          refusal = e.toString();
        }
      }
      Assumptions.assumeTrue(server != null, () -> "no PostgreSQL here: " + refusal);
      return server;
    }
  }
}
