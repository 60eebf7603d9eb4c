package io.tailrace.schemas.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;

/** Signs tokens with an HMAC secret: for development and tests, and said so. Thread-safe. */
public final class TokenSigner {
  private final byte[] secret;

  /** With a secret of at least 32 bytes. */
  public TokenSigner(byte[] secret) {
    this.secret = secret.clone();
  }

  /** A compact JWT that says what the identity says. */
  public String sign(Identity identity) {
    JWTClaimsSet.Builder claims =
        new JWTClaimsSet.Builder()
            .subject(identity.user())
            .claim("tenant", identity.tenant())
            .expirationTime(Date.from(identity.exp()));
    if (identity.device() != null) {
      claims.claim("device", identity.device());
    }
    if (!identity.roles().isEmpty()) {
      claims.claim("roles", new ArrayList<>(identity.roles()));
    }
    List<String> channels = identity.channelPatterns();
    if (channels != null) {
      claims.claim("channels", channels);
    }
    SignedJWT jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims.build());
    try {
      jwt.sign(new MACSigner(secret));
    } catch (JOSEException e) {
      throw new IllegalStateException("the secret is too short for HS256", e);
    }
    return jwt.serialize();
  }
}
