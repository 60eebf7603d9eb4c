package io.tailrace.schemas.token;

import com.nimbusds.jose.jwk.JWKSet;
import org.jspecify.annotations.Nullable;

/**
 * What one tenant's tokens are checked against.
 *
 * @param keys the keys; null where they could not be fetched yet
 * @param issuer what {@code iss} must be; null: anything
 * @param audience what {@code aud} must contain; null: anything
 */
record TenantKeys(@Nullable JWKSet keys, @Nullable String issuer, @Nullable String audience) {}
