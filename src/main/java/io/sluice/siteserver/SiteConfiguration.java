package io.sluice.siteserver;

import io.sluice.cli.Quantity;
import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import io.sluice.site.SiteCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A site's configuration file {@code site.json} (docs/formats/data-folder.md). Reading it finds all
 * problems at once; a configuration that exists is valid.
 *
 * @param site this site's code
 * @param siteAddress where children dial, host:port, port 0 for any free one
 * @param adminAddress where administrators ask, host:port, on this machine only
 * @param database {@code sqlite} or a {@code jdbc:postgresql:} URL
 * @param parent the site this one dials, if it has one
 */
public record SiteConfiguration(
    SiteCode site,
    Address siteAddress,
    Address adminAddress,
    String database,
    Optional<Parent> parent) {
  /** The embedded database. */
  public static final String SQLITE = "sqlite";

  /** The most bytes a configuration file may have. */
  static final int BYTES_MAX = 64 * 1024;

  private static final String POSTGRESQL = "jdbc:postgresql:";
  private static final Set<String> KEYS =
      Set.of("site", "site_address", "admin_address", "database", "parent");

  /** A parent site: its code and where it listens. */
  public record Parent(SiteCode site, Address address) {}

  /** A host name or address and a port. */
  public record Address(String host, int port) {
    private static final Pattern FORM =
        Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^\\[\\]:/\\s]+):([0-9]{1,5})");
    private static final int PORT_MAX = 65_535;

    /**
     * Parses {@code host:port}.
     *
     * @throws IllegalArgumentException if it is anything else
     */
    public static Address parse(String text) {
      Matcher matcher = FORM.matcher(text);
      if (!matcher.matches() || Integer.parseInt(matcher.group(2)) > PORT_MAX) {
        throw new IllegalArgumentException("\"" + text + "\" is not host:port");
      }
      return new Address(matcher.group(1), Integer.parseInt(matcher.group(2)));
    }

    /** The host as sockets and certificates take it: an IPv6 address without brackets. */
    public String bareHost() {
      return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    @Override
    public String toString() {
      return host + ":" + port;
    }
  }

  /** Parses the file's bytes; {@code file} is for messages. */
  public static SiteConfiguration parse(byte[] bytes, String file) throws Failure {
    List<String> problems = new ArrayList<>();
    SiteConfiguration configuration = null;
    if (bytes.length > BYTES_MAX) {
      problems.add("the file has more than " + BYTES_MAX + " bytes");
    } else {
      try {
        JsonNode node =
            JsonMapper.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build()
                .readTree(bytes);
        configuration = read(node, problems);
      } catch (JacksonException e) {
        problems.add("it is not JSON: " + e.getOriginalMessage());
      }
    }
    if (configuration == null || !problems.isEmpty()) {
      throw Failure.permanent(
              Code.CONFIGURATION_INVALID,
              "reading the configuration " + file,
              Quantity.count(problems.size(), "problem"),
              "correct the file; docs/formats/data-folder.md has its form")
          .about(problems);
    }
    return configuration;
  }

  private static @Nullable SiteConfiguration read(JsonNode node, List<String> problems) {
    if (!node.isObject()) {
      problems.add("it is not a JSON object");
      return null;
    }
    for (String key : new TreeSet<>(node.propertyNames())) {
      if (!KEYS.contains(key)) {
        problems.add("unknown key \"" + key + "\"");
      }
    }
    SiteCode site = parsed(node, "site", problems, SiteCode::new);
    Address siteAddress = parsed(node, "site_address", problems, Address::parse);
    Address adminAddress = parsed(node, "admin_address", problems, SiteConfiguration::local);
    String database = parsed(node, "database", problems, SiteConfiguration::database);
    Optional<Parent> parent = parent(node, problems);
    if (site == null || siteAddress == null || adminAddress == null || database == null) {
      return null;
    }
    if (parent.isPresent() && parent.get().site().equals(site)) {
      problems.add("parent: a site cannot be its own parent");
    }
    return new SiteConfiguration(site, siteAddress, adminAddress, database, parent);
  }

  private static Optional<Parent> parent(JsonNode node, List<String> problems) {
    JsonNode parent = node.get("parent");
    if (parent == null || parent.isNull()) {
      return Optional.empty();
    }
    if (!parent.isObject()) {
      problems.add("parent: neither null nor an object");
      return Optional.empty();
    }
    SiteCode site = parsed(parent, "site", problems, SiteCode::new);
    Address address = parsed(parent, "address", problems, Address::parse);
    return site == null || address == null
        ? Optional.empty()
        : Optional.of(new Parent(site, address));
  }

  private interface Parser<T> {
    T parse(String text);
  }

  private static <T> @Nullable T parsed(
      JsonNode node, String key, List<String> problems, Parser<T> parser) {
    JsonNode value = node.get(key);
    if (value == null || !value.isString()) {
      problems.add(key + ": missing, or not a string");
      return null;
    }
    try {
      return parser.parse(value.stringValue());
    } catch (IllegalArgumentException e) {
      problems.add(key + ": " + e.getMessage());
      return null;
    }
  }

  static Address local(String text) {
    Address address = Address.parse(text);
    if (!Set.of("127.0.0.1", "localhost", "[::1]").contains(address.host())) {
      throw new IllegalArgumentException(
          "administration is local: the host is 127.0.0.1, localhost or [::1], not "
              + address.host());
    }
    return address;
  }

  static String database(String text) {
    if (!text.equals(SQLITE) && !text.startsWith(POSTGRESQL)) {
      throw new IllegalArgumentException("neither \"sqlite\" nor a " + POSTGRESQL + " URL");
    }
    return text;
  }

  /** The file's bytes: indented JSON, as {@link #parse} takes it. */
  public byte[] bytes() {
    JsonMapper mapper = new JsonMapper();
    ObjectNode node = mapper.createObjectNode();
    node.put("site", site.text());
    node.put("site_address", siteAddress.toString());
    node.put("admin_address", adminAddress.toString());
    node.put("database", database);
    if (parent.isPresent()) {
      ObjectNode under = node.putObject("parent");
      under.put("site", parent.get().site().text());
      under.put("address", parent.get().address().toString());
    } else {
      node.putNull("parent");
    }
    String text = mapper.writerWithDefaultPrettyPrinter().writeValueAsString(node);
    return (text + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
