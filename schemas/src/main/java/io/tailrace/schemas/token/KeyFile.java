package io.tailrace.schemas.token;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tailrace.schemas.name.Channel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the key file: which tenants there are, and where the keys of each one lie. */
final class KeyFile {
  private static final int SECRET_BYTES_MIN = 32;
  private static final Set<String> MEMBERS = Set.of("hmac", "jwks", "issuer", "audience");
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private KeyFile() {}

  /** Where keys lie. */
  sealed interface Source {
    /** In the key file itself: a shared secret, for development. */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared or changed
    record Secret(byte[] bytes) implements Source {}

    /** A JWK set in a file. */
    record JwksFile(Path file) implements Source {}

    /** A JWK set at an address. */
    record JwksUrl(URI address) implements Source {}
  }

  /** One tenant's entry. */
  record Entry(Source source, @Nullable String issuer, @Nullable String audience) {}

  /**
   * Reads the file.
   *
   * @throws IllegalArgumentException naming the file and the tenant at fault
   */
  static Map<String, Entry> read(Path file) {
    Map<String, Map<String, Map<String, String>>> root;
    try {
      root = JSON.readValue(Files.readAllBytes(file), new TypeReference<>() {});
    } catch (IOException e) {
      throw new IllegalArgumentException(
          file + ": no key file {\"tenants\": {\"NAME\": {\"hmac\" or \"jwks\": \"…\"}}}", e);
    }
    Map<String, Map<String, String>> tenants = root.get("tenants");
    if (tenants == null || tenants.isEmpty() || root.size() != 1) {
      throw new IllegalArgumentException(file + ": must have exactly one member, tenants");
    }
    Map<String, Entry> entries = new HashMap<>();
    tenants.forEach((tenant, entry) -> {
      String where = file + ": tenant " + tenant + ": ";
      if (!Channel.isTenant(tenant)) {
        throw new IllegalArgumentException(where + "not a tenant name");
      }
      entries.put(tenant, entry(file, where, entry));
    });
    return entries;
  }

  private static Entry entry(Path file, String where, Map<String, String> entry) {
    if (!MEMBERS.containsAll(entry.keySet())) {
      throw new IllegalArgumentException(where + "has more than hmac, jwks, issuer, audience");
    }
    String secret = entry.get("hmac");
    String jwks = entry.get("jwks");
    if ((secret == null) == (jwks == null)) {
      throw new IllegalArgumentException(where + "must have exactly one of hmac and jwks");
    }
    Source source = secret != null ? secret(where, secret) : jwks(file, where, jwks);
    return new Entry(source, entry.get("issuer"), entry.get("audience"));
  }

  private static Source secret(String where, String secret) {
    byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
    if (bytes.length < SECRET_BYTES_MIN) {
      throw new IllegalArgumentException(where + "hmac must have at least 32 bytes");
    }
    return new Source.Secret(bytes);
  }

  private static Source jwks(Path file, String where, @Nullable String jwks) {
    String place = jwks == null ? "" : jwks;
    if (!place.contains("://")) {
      return new Source.JwksFile(file.resolveSibling(place));
    }
    try {
      URI address = URI.create(place);
      boolean here = "http".equals(address.getScheme()) && isLoopback(address.getHost());
      if (address.getHost() != null && ("https".equals(address.getScheme()) || here)) {
        return new Source.JwksUrl(address);
      }
    } catch (IllegalArgumentException _) {
      // said below
    }
    throw new IllegalArgumentException(
        where + "jwks " + place + " is no https address (http only on this machine)");
  }

  private static boolean isLoopback(@Nullable String host) {
    try {
      return host != null && InetAddress.getByName(host).isLoopbackAddress();
    } catch (IOException _) {
      return false;
    }
  }
}
