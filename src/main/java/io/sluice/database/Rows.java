package io.sluice.database;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.result.ResultBearing;

/** Turns the rows of a query, or of a statement with RETURNING, into values. */
public final class Rows {
  private Rows() {}

  /** All rows, in the order of the answer. */
  public static <T> List<T> list(ResultBearing query, Function<Row, T> value) {
    return query.map((columns, context) -> value.apply(new Row(columns))).list();
  }

  /** The first row, if there is one; the others are not read. */
  public static <T> Optional<T> first(ResultBearing query, Function<Row, T> value) {
    return query.map((columns, context) -> value.apply(new Row(columns))).findFirst();
  }

  /** The only row. */
  public static <T> T one(ResultBearing query, Function<Row, T> value) {
    return query.map((columns, context) -> value.apply(new Row(columns))).one();
  }
}
