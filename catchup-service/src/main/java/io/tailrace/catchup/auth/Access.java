package io.tailrace.catchup.auth;

import io.tailrace.schemas.token.ServiceKey;
import io.tailrace.schemas.token.TokenVerifier;

/**
 * What decides about a caller.
 *
 * @param tokens verifies the tokens of clients
 * @param right says what a client may read
 * @param key what services show
 */
public record Access(TokenVerifier tokens, ReadRight right, ServiceKey key) {}
