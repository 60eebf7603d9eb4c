package io.tailrace.schemas.token;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import io.tailrace.schemas.name.Channel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The keys of every tenant, read from one JSON file: {@code {"tenants": {"demo": {"hmac": "…"},
 * "acme": {"jwks": "acme.json"}}}}. A tenant has either an HMAC secret of at least 32 bytes (for
 * development) or a JWKS file, relative to this one.
 */
public final class KeyRing {
  private static final int SECRET_BYTES_MIN = 32;
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private final Map<String, JWKSet> keysByTenant;

  private KeyRing(Map<String, JWKSet> keysByTenant) {
    this.keysByTenant = Map.copyOf(keysByTenant);
  }

  /** A ring with one tenant and its HMAC secret. */
  public static KeyRing ofSecret(String tenant, byte[] secret) {
    return new KeyRing(Map.of(tenant, new JWKSet(new OctetSequenceKey.Builder(secret).build())));
  }

  /**
   * Reads a key file.
   *
   * @throws IllegalArgumentException naming the file and the tenant at fault
   */
  public static KeyRing load(Path file) {
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
    Map<String, JWKSet> keys = new HashMap<>();
    tenants.forEach((tenant, key) -> keys.put(tenant, keys(file, tenant, key)));
    return new KeyRing(keys);
  }

  private static JWKSet keys(Path file, String tenant, Map<String, String> key) {
    String where = file + ": tenant " + tenant + ": ";
    if (!Channel.isTenant(tenant)) {
      throw new IllegalArgumentException(where + "not a tenant name");
    }
    String secret = key.get("hmac");
    String jwks = key.get("jwks");
    if (key.size() != 1 || (secret == null && jwks == null)) {
      throw new IllegalArgumentException(where + "must have exactly one of hmac and jwks");
    }
    if (secret != null) {
      byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
      if (bytes.length < SECRET_BYTES_MIN) {
        throw new IllegalArgumentException(where + "hmac must have at least 32 bytes");
      }
      return new JWKSet(new OctetSequenceKey.Builder(bytes).build());
    }
    try {
      return JWKSet.load(file.resolveSibling(jwks).toFile());
    } catch (IOException | ParseException e) {
      throw new IllegalArgumentException(where + "jwks " + jwks + " is no JWK set", e);
    }
  }

  /** The keys of a tenant, or null where it has none. */
  @Nullable JWKSet keysOf(String tenant) {
    return keysByTenant.get(tenant);
  }
}
