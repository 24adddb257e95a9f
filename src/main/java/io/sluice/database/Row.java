package io.sluice.database;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.jdbi.v3.core.result.ResultSetException;
import org.jspecify.annotations.Nullable;

/**
 * One row of an answer, read by column name while it is the current one. The same on both engines,
 * whose drivers return different types for the same column.
 */
public final class Row {
  private final ResultSet columns;

  Row(ResultSet columns) {
    this.columns = columns;
  }

  private interface Getter<T> {
    @Nullable T get() throws SQLException;
  }

  /** A whole number; the column is not null. */
  public long number(String column) {
    return present(column, () -> columns.getLong(column));
  }

  /** A whole number that fits an int; the column is not null. */
  public int count(String column) {
    return Math.toIntExact(number(column));
  }

  /** True or false; the column is not null. */
  public boolean flag(String column) {
    return present(column, () -> columns.getBoolean(column));
  }

  /** A TEXT column that is not null. */
  public String text(String column) {
    return present(column, () -> columns.getString(column));
  }

  /** A TEXT column that may be null. */
  public Optional<String> textIfAny(String column) {
    return Optional.ofNullable(get(() -> columns.getString(column)));
  }

  /** A BYTEA column that is not null. */
  public byte[] bytes(String column) {
    return present(column, () -> columns.getBytes(column));
  }

  /** A BYTEA column that may be null. */
  public Optional<byte[]> bytesIfAny(String column) {
    return Optional.ofNullable(get(() -> columns.getBytes(column)));
  }

  /** Text of people kept as UTF-8 in a BYTEA column that is not null. */
  public String words(String column) {
    return new String(bytes(column), StandardCharsets.UTF_8);
  }

  private <T> T present(String column, Getter<T> getter) {
    T value = get(getter);
    if (value == null) {
      throw new IllegalStateException("column " + column + " is null");
    }
    return value;
  }

  private static <T> @Nullable T get(Getter<T> getter) {
    try {
      return getter.get();
    } catch (SQLException e) {
      throw new ResultSetException("reading a column", e, null);
    }
  }
}
