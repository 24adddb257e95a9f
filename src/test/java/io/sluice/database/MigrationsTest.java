package io.sluice.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MigrationsTest {
  @Test
  void listsEveryFileOfTheFolderInOrder() throws Exception {
    Path folder = Path.of(MigrationsTest.class.getResource("/db/migration").toURI());
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()).toList())
          .containsExactlyInAnyOrderElementsOf(Migrations.FILES);
    }
    for (int step = 1; step <= Migrations.FILES.size(); step++) {
      assertThat(Migrations.FILES.get(step - 1)).startsWith("V" + step + "__").endsWith(".sql");
    }
  }

  @Test
  void refusesADatabaseOfANewerSluice() throws Exception {
    try (InMemory memory = new InMemory()) {
      Database database = Database.open(memory);
      database.write(
          handle ->
              handle.execute("INSERT INTO schema_step (step, file, sha256) VALUES (99, 'a', 'b')"));
      assertThatThrownBy(() -> Database.open(memory))
          .isInstanceOfSatisfying(
              Failure.class,
              failure -> {
                assertThat(failure.code()).isEqualTo(Code.DATABASE_UNAVAILABLE);
                assertThat(failure.isTemporary()).isFalse();
                assertThat(failure.why()).contains("newer Sluice");
              });
    }
  }

  @Test
  void refusesAStepThatWasAnotherFile() throws Exception {
    try (InMemory memory = new InMemory()) {
      Database database = Database.open(memory);
      database.write(handle -> handle.execute("UPDATE schema_step SET sha256 = 'other'"));
      assertThatThrownBy(() -> Database.open(memory))
          .isInstanceOf(Failure.class)
          .hasMessageContaining("V1__ledgers.sql");
    }
  }

  @Test
  void undoesAllStepsIfOneIsWrong() throws Exception {
    try (InMemory memory = new InMemory()) {
      Database database = Database.open(memory);
      database.write(handle -> handle.execute("DROP TABLE heard"));
      assertThatThrownBy(
              () ->
                  database.write(
                      handle -> {
                        List<String> files = new ArrayList<>(Migrations.FILES);
                        files.add("V" + (files.size() + 1) + "__no_such_file.sql");
                        new Migrations(files).bringUpToDate(handle, "x");
                        return 1;
                      }))
          .isInstanceOf(IllegalStateException.class);
      int steps =
          database.read(
              handle ->
                  Rows.list(
                          handle.createQuery("SELECT step FROM schema_step"),
                          row -> row.count("step"))
                      .size());
      assertThat(steps).isEqualTo(Migrations.FILES.size());
    }
  }

  @Test
  void splitsStatementsAndLeavesCommentsOut() {
    assertThat(Migrations.statements("-- a; b\nCREATE X (\n  a\n);\n\nINSERT;\n"))
        .containsExactly("CREATE X (\n  a\n);\n", "INSERT;\n");
    assertThatThrownBy(() -> Migrations.statements("CREATE X"))
        .isInstanceOf(IllegalStateException.class);
  }
}
