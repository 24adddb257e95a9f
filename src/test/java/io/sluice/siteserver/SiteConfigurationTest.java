package io.sluice.siteserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.site.SiteCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SiteConfigurationTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/data-folder-v0/site.json");

  @Test
  void readsAndWritesTheGoldenFile() throws IOException, Failure {
    byte[] bytes = Files.readAllBytes(GOLDEN);
    SiteConfiguration configuration = SiteConfiguration.parse(bytes, "site.json");
    assertThat(configuration.site()).isEqualTo(new SiteCode("WST"));
    assertThat(configuration.parent().orElseThrow().address())
        .isEqualTo(new SiteConfiguration.Address("central.example", 8530));
    assertThat(configuration.bytes()).isEqualTo(bytes);
  }

  @Test
  void listsAllProblemsAtOnce() {
    Failure failure =
        refused(
            """
            {"site":"con","site_address":"nowhere","admin_address":"10.0.0.1:1",
             "database":"oracle","colour":"blue","parent":{"site":"CEN"}}
            """);
    assertThat(failure.code()).isEqualTo(Code.CONFIGURATION_INVALID);
    assertThat(failure.items())
        .hasSize(6)
        .anyMatch(item -> item.contains("colour"))
        .anyMatch(item -> item.startsWith("site: "))
        .anyMatch(item -> item.startsWith("site_address: "))
        .anyMatch(item -> item.startsWith("admin_address: administration is local"))
        .anyMatch(item -> item.startsWith("database: "))
        .anyMatch(item -> item.startsWith("address: "));
  }

  @Test
  void refusesASiteThatIsItsOwnParentAndDuplicateKeysAndWhatIsNoJson() {
    assertThat(
            refused(
                    """
                    {"site":"CEN","site_address":"a:1","admin_address":"localhost:1",
                     "database":"sqlite","parent":{"site":"CEN","address":"a:1"}}
                    """)
                .items())
        .containsExactly("parent: a site cannot be its own parent");
    assertThat(refused("{\"site\":\"CEN\",\"site\":\"CEN\"}").items()).hasSize(1);
    assertThat(refused("[]").items()).containsExactly("it is not a JSON object");
    assertThat(refused("{").items()).hasSize(1);
  }

  private static Failure refused(String json) {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    Throwable[] caught = new Throwable[1];
    assertThatThrownBy(() -> SiteConfiguration.parse(bytes, "site.json"))
        .isInstanceOf(Failure.class)
        .satisfies(thrown -> caught[0] = thrown);
    return (Failure) caught[0];
  }
}
