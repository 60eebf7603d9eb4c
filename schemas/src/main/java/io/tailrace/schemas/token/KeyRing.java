package io.tailrace.schemas.token;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The keys of every tenant, from one JSON file: {@code {"tenants": {"demo": {"hmac": "…"}, "acme":
 * {"jwks": "acme.json", "issuer": "…", "audience": "…"}}}}. A tenant has either an HMAC secret of
 * at least 32 bytes (for development) or a JWK set: a file relative to this one, or an https
 * address.
 *
 * <p>A ring that {@link #follow follows} its file takes up changed files by itself and fetches
 * addresses again, so that keys rotate without a restart; where that fails it keeps the keys it
 * has. Thread-safe; asking it never waits.
 */
public final class KeyRing implements AutoCloseable {
  private volatile Map<String, TenantKeys> keysByTenant;
  private volatile @Nullable KeyFollower follower;

  private KeyRing(Map<String, TenantKeys> keysByTenant) {
    this.keysByTenant = Map.copyOf(keysByTenant);
  }

  /** A ring with one tenant and its HMAC secret. */
  public static KeyRing ofSecret(String tenant, byte[] secret) {
    return new KeyRing(
        Map.of(
            tenant,
            new TenantKeys(new JWKSet(new OctetSequenceKey.Builder(secret).build()), null, null)));
  }

  /**
   * Reads a key file and goes on following it until closed.
   *
   * @throws IllegalArgumentException naming the file and the tenant at fault. An address that does
   *     not answer is no fault: its tenant's tokens are {@code not_ready} until it does
   */
  public static KeyRing follow(Path file) {
    KeyRing ring = new KeyRing(Map.of());
    ring.follower = KeyFollower.start(file, keys -> ring.keysByTenant = Map.copyOf(keys));
    return ring;
  }

  /** The keys of a tenant, or null where there is no such tenant. */
  @Nullable TenantKeys keysOf(String tenant) {
    return keysByTenant.get(tenant);
  }

  /**
   * What the keys are called, for an account of which came and went.
   *
   * @param byTenant names of keys, which tell nothing that could be used
   * @param unfetched tenants whose keys have not been seen yet
   */
  public record Names(Map<String, Set<String>> byTenant, Set<String> unfetched) {}

  /**
   * The names of all keys now. A public key's is its id and its RFC 7638 thumbprint; a secret's is
   * a digest, useless to whoever does not have the salt.
   */
  public Names names(byte[] salt) {
    Map<String, Set<String>> byTenant = new TreeMap<>();
    Set<String> unfetched = new TreeSet<>();
    keysByTenant.forEach((tenant, keys) -> {
      if (keys.keys() == null) {
        unfetched.add(tenant);
      } else {
        Set<String> names = new TreeSet<>();
        keys.keys().getKeys().forEach(key -> names.add(KeyNames.of(key, salt)));
        byTenant.put(tenant, names);
      }
    });
    return new Names(byTenant, unfetched);
  }

  /** Says that a token named a key that is not here: it may be newer than the last look. */
  void keyMissing() {
    KeyFollower following = follower;
    if (following != null) {
      following.lookSoon();
    }
  }

  /** Stops following. The keys stay. */
  @Override
  public void close() {
    KeyFollower following = follower;
    if (following != null) {
      following.close();
    }
  }
}
