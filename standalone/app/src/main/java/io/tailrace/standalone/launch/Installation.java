package io.tailrace.standalone.launch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tailrace.schemas.token.Identity;
import io.tailrace.schemas.token.TokenSigner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The data folder: keys, addresses, and where the servers keep their files.
 *
 * <p>{@code keys.json} holds the development key of every tenant, {@code service.key} what the
 * services prove themselves to each other with; both are readable by their owner only. {@code
 * tailrace.properties} tells other commands where a running system listens.
 */
public final class Installation {
  private static final String KEYS = "keys.json";
  private static final String SERVICE_KEY = "service.key";
  private static final String ADDRESSES = "tailrace.properties";
  private static final List<String> TENANTS = List.of("demo", "acme");

  private final Path folder;

  private Installation(Path folder) {
    this.folder = folder;
  }

  /**
   * Opens the folder, and makes it with fresh keys where it is not there yet.
   *
   * @throws IllegalStateException where it cannot be made or read
   */
  public static Installation open(Path folder) {
    Installation installation = new Installation(folder.toAbsolutePath().normalize());
    try {
      Files.createDirectories(installation.folder);
      installation.createOnce(KEYS, freshKeys());
      installation.createOnce(SERVICE_KEY, freshSecret());
    } catch (IOException e) {
      throw new IllegalStateException(
          "the data folder " + folder + " cannot be made or written: " + e.getMessage(), e);
    }
    return installation;
  }

  /** The folder itself, absolute. */
  public Path folder() {
    return folder;
  }

  /** The key file that services load. */
  public Path keysFile() {
    return folder.resolve(KEYS);
  }

  /** What the services prove themselves to each other with. */
  public String serviceKey() {
    return read(SERVICE_KEY).strip();
  }

  /** A token of a tenant, signed with its development key. */
  public String token(
      String tenant,
      String user,
      Set<String> roles,
      @Nullable List<String> channels,
      Duration validFor) {
    // JWT times are whole seconds.
    Instant exp = Instant.now().plus(validFor).truncatedTo(ChronoUnit.SECONDS);
    return new TokenSigner(secretOf(tenant))
        .sign(new Identity(tenant, user, null, roles, channels, exp));
  }

  /** Tells other commands where the running system listens. */
  public void writeAddresses(Map<String, String> addresses) {
    Properties properties = new Properties();
    properties.putAll(addresses);
    try {
      Path draft = Files.createTempFile(folder, "addresses", ".tmp");
      try (var writer = Files.newBufferedWriter(draft)) {
        properties.store(writer, "Where this installation listens; written at every start");
      }
      Files.move(draft, folder.resolve(ADDRESSES), StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new IllegalStateException("cannot write " + folder.resolve(ADDRESSES), e);
    }
  }

  /**
   * Where the system that was started last on a folder listens, or listened. Makes nothing.
   *
   * @throws IllegalStateException where none was ever started there
   */
  public static Map<String, String> addresses(Path folder) {
    Path file = folder.resolve(ADDRESSES);
    Properties properties = new Properties();
    try (var reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (IOException e) {
      throw new IllegalStateException(
          "no system was ever started on " + folder + ": name its folder with --data", e);
    }
    Map<String, String> addresses = new TreeMap<>();
    properties.stringPropertyNames().forEach(n -> addresses.put(n, properties.getProperty(n)));
    return addresses;
  }

  private byte[] secretOf(String tenant) {
    JsonNode secret;
    try {
      secret = new JsonMapper().readTree(read(KEYS)).path("tenants").path(tenant).path("hmac");
    } catch (IOException e) {
      throw new IllegalStateException(keysFile() + " is not JSON", e);
    }
    if (!secret.isTextual()) {
      throw new IllegalStateException(
          "tenant " + tenant + " has no hmac key in " + keysFile() + ": add it there");
    }
    return secret.textValue().getBytes(StandardCharsets.UTF_8);
  }

  private String read(String name) {
    try {
      return Files.readString(folder.resolve(name));
    } catch (IOException e) {
      throw new IllegalStateException("cannot read " + folder.resolve(name), e);
    }
  }

  private void createOnce(String name, String content) throws IOException {
    Path file = folder.resolve(name);
    if (Files.exists(file)) {
      return;
    }
    // Written aside and linked into place, so that two commands at once agree on one key.
    Path draft =
        Files.createTempFile(
            folder,
            name,
            ".tmp",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      Files.writeString(draft, content);
      Files.createLink(file, draft);
    } catch (FileAlreadyExistsException _) {
      // The other command was first; its key is as good.
    } finally {
      Files.delete(draft);
    }
  }

  private static String freshKeys() {
    StringBuilder json = new StringBuilder("{\"tenants\":{");
    String separator = "";
    for (String tenant : TENANTS) {
      json.append(separator).append('"').append(tenant).append("\":{\"hmac\":\"");
      json.append(freshSecret()).append("\"}");
      separator = ",";
    }
    return json.append("}}").toString();
  }

  private static String freshSecret() {
    byte[] bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
