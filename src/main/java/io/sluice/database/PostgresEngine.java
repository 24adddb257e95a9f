package io.sluice.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.sluice.failure.Failure;
import java.time.Duration;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;

/** PostgreSQL: a small pool; a lock of the server keeps writers apart, as SQLite does by nature. */
final class PostgresEngine implements Database.Engine {
  /** How many works run at once, the writing one included. */
  static final int CONNECTIONS_MAX = 4;

  /** How long a work waits for a connection. */
  static final Duration CONNECTION_WAIT_MAX = Duration.ofSeconds(30);

  /** How long a statement may take before the server is given up. */
  static final Duration ANSWER_WAIT_MAX = Duration.ofMinutes(2);

  private static final Duration IDLE_MAX = Duration.ofMinutes(1);

  /** The number of the lock: "sluice" in ASCII. Held until the transaction ends. */
  private static final String ONE_WRITER = "SELECT pg_advisory_xact_lock(126909663503205)";

  private final String name;
  private final HikariDataSource pool;
  private final Jdbi jdbi;

  PostgresEngine(String url) throws Failure {
    this.name = withoutCredentials(url);
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setPoolName("postgresql");
    config.setMaximumPoolSize(CONNECTIONS_MAX);
    config.setMinimumIdle(1);
    config.setIdleTimeout(IDLE_MAX.toMillis());
    config.setConnectionTimeout(CONNECTION_WAIT_MAX.toMillis());
    config.setConnectionInitSql("SET synchronous_commit TO on");
    config.addDataSourceProperty("socketTimeout", String.valueOf(ANSWER_WAIT_MAX.toSeconds()));
    config.addDataSourceProperty("tcpKeepAlive", "true");
    this.pool = Pools.open(config, name);
    this.jdbi = Jdbi.create(pool);
  }

  private static String withoutCredentials(String url) {
    int query = url.indexOf('?');
    String address = query < 0 ? url : url.substring(0, query);
    int slashes = address.indexOf("//");
    int at = address.lastIndexOf('@');
    return slashes >= 0 && at > slashes
        ? address.substring(0, slashes + 2) + address.substring(at + 1)
        : address;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public <T> T read(Database.Work<T> work) throws Failure {
    return jdbi.<T, Failure>inTransaction(
        TransactionIsolationLevel.REPEATABLE_READ,
        handle -> {
          handle.execute("SET TRANSACTION READ ONLY");
          return work.run(handle);
        });
  }

  @Override
  public <T> T write(Database.Work<T> work) throws Failure {
    return jdbi.<T, Failure>inTransaction(
        TransactionIsolationLevel.READ_COMMITTED,
        handle -> {
          handle.execute(ONE_WRITER);
          return work.run(handle);
        });
  }

  @Override
  public void close() {
    pool.close();
  }
}
