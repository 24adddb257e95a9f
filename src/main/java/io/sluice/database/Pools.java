package io.sluice.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import io.sluice.failure.Failure;
import java.sql.SQLException;

/** Opens connection pools so that a refusal of the engine is a failure with its reason. */
final class Pools {
  private Pools() {}

  static HikariDataSource open(HikariConfig config, String name) throws Failure {
    try {
      return new HikariDataSource(config);
    } catch (HikariPool.PoolInitializationException e) {
      if (e.getCause() instanceof SQLException cause) {
        throw Trouble.of(cause, name);
      }
      throw Trouble.unavailable(name, String.valueOf(e.getMessage())).because(e);
    }
  }
}
