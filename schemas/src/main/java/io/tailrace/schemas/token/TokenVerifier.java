package io.tailrace.schemas.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.ProblemCode;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Verifies bearer tokens: signature by the keys of the tenant that the token names, then claims.
 *
 * <p>The algorithm is bound to the type of the tenant's key, never to the token's header alone: a
 * public key cannot be used as an HMAC secret. Thread-safe.
 */
public final class TokenVerifier {
  /** Longest token, in characters. */
  public static final int TOKEN_LENGTH_MAX = 8192;

  private static final Duration SKEW = Duration.ofSeconds(30);
  private static final Duration LIFE_MAX = Duration.ofDays(31);

  private final KeyRing keys;
  private final InstantSource clock;

  /** With the tenants' keys and the clock that decides what has expired. */
  public TokenVerifier(KeyRing keys, InstantSource clock) {
    this.keys = keys;
    this.clock = clock;
  }

  /** Verifies a compact JWT. */
  public TokenResult verify(@Nullable String token) {
    if (token == null || token.isEmpty()) {
      return new TokenResult.Refused(
          ProblemCode.TOKEN_MISSING, "send a token: Authorization: Bearer <JWT>");
    }
    if (token.length() > TOKEN_LENGTH_MAX) {
      return invalid("the token is longer than " + TOKEN_LENGTH_MAX + " characters");
    }
    try {
      Parsed parsed = parse(token);
      SignedJWT jwt = parsed.jwt();
      JWTClaimsSet claims = parsed.claims();
      String tenant = claims.getStringClaim("tenant");
      if (tenant == null || !Channel.isTenant(tenant)) {
        return invalid("the claim tenant is missing or no tenant name");
      }
      TenantKeys tenantKeys = keys.keysOf(tenant);
      JWKSet set = tenantKeys == null ? null : tenantKeys.keys();
      if (tenantKeys != null && set == null) {
        keys.keyMissing();
        return new TokenResult.Refused(
            ProblemCode.NOT_READY, "the tenant's keys could not be fetched yet: try again");
      }
      if (tenantKeys == null || set == null || !signedByAny(jwt, set)) {
        // One answer for both: whether a tenant exists is not told to strangers.
        keys.keyMissing();
        return invalid("the signature does not fit the tenant's keys");
      }
      String foreign = foreign(tenantKeys, claims);
      return foreign != null ? invalid(foreign) : check(tenant, claims);
    } catch (ParseException e) {
      return invalid("not a signed JWT in compact form");
    }
  }

  private record Parsed(SignedJWT jwt, JWTClaimsSet claims) {}

  /** Reads what nobody has signed yet: whatever the library makes of it is the sender's fault. */
  private static Parsed parse(String token) throws ParseException {
    try {
      SignedJWT jwt = SignedJWT.parse(token);
      return new Parsed(jwt, jwt.getJWTClaimsSet());
    } catch (RuntimeException e) {
      // Such as where a part is the JSON text null.
      throw new ParseException(String.valueOf(e.getMessage()), 0);
    }
  }

  private static @Nullable String foreign(TenantKeys keys, JWTClaimsSet claims) {
    if (keys.issuer() != null && !keys.issuer().equals(claims.getIssuer())) {
      return "the claim iss is not the tenant's issuer";
    }
    if (keys.audience() != null && !claims.getAudience().contains(keys.audience())) {
      return "the claim aud does not name this service";
    }
    return null;
  }

  private TokenResult check(String tenant, JWTClaimsSet claims) throws ParseException {
    Instant now = clock.instant();
    Date exp = claims.getExpirationTime();
    if (exp == null) {
      return invalid("the claim exp is missing");
    }
    if (exp.toInstant().isBefore(now.minus(SKEW))) {
      return new TokenResult.Refused(
          ProblemCode.TOKEN_EXPIRED, "the token has expired: get a fresh one");
    }
    if (exp.toInstant().isAfter(now.plus(LIFE_MAX))) {
      return invalid("the claim exp is more than 31 days away");
    }
    Date notBefore = claims.getNotBeforeTime();
    if (notBefore != null && notBefore.toInstant().isAfter(now.plus(SKEW))) {
      return invalid("the token is not valid yet");
    }
    String user = claims.getSubject();
    if (user == null || user.isEmpty() || user.length() > 200 || hasControl(user)) {
      return invalid("the claim sub must name the user, at most 200 characters");
    }
    String device = claims.getStringClaim("device");
    List<String> roles = claims.getStringListClaim("roles");
    List<String> channels = claims.getStringListClaim("channels");
    if (hasGap(roles) || hasGap(channels)) {
      return invalid("the claims roles and channels are lists of text");
    }
    return new TokenResult.Accepted(
        new Identity(
            tenant,
            user,
            device,
            roles == null ? Set.of() : Set.copyOf(roles),
            channels,
            exp.toInstant()));
  }

  /** The library takes a null in a list of text for text. */
  private static boolean hasGap(@Nullable List<String> claim) {
    return claim != null && claim.stream().anyMatch(Objects::isNull);
  }

  private static boolean hasControl(String text) {
    return text.chars().anyMatch(c -> c < 0x20 || c == 0x7f);
  }

  private static boolean signedByAny(SignedJWT jwt, JWKSet keys) {
    String kid = jwt.getHeader().getKeyID();
    for (JWK key : keys.getKeys()) {
      boolean named = kid == null || key.getKeyID() == null || kid.equals(key.getKeyID());
      if (named && signedBy(jwt, key)) {
        return true;
      }
    }
    return false;
  }

  private static boolean signedBy(SignedJWT jwt, JWK key) {
    JWSAlgorithm algorithm = jwt.getHeader().getAlgorithm();
    try {
      JWSVerifier verifier =
          switch (key) {
            case OctetSequenceKey secret when algorithm.equals(JWSAlgorithm.HS256) ->
                new MACVerifier(secret);
            case ECKey ec when algorithm.equals(JWSAlgorithm.ES256) -> new ECDSAVerifier(ec);
            case OctetKeyPair ed
                when ed.getCurve().equals(Curve.Ed25519) && algorithm.equals(JWSAlgorithm.EdDSA) ->
                new Ed25519Check(ed);
            case RSAKey rsa when algorithm.equals(JWSAlgorithm.RS256) -> new RSASSAVerifier(rsa);
            default -> null;
          };
      return verifier != null && jwt.verify(verifier);
    } catch (JOSEException _) {
      return false;
    }
  }

  private static TokenResult.Refused invalid(String detail) {
    return new TokenResult.Refused(ProblemCode.TOKEN_INVALID, detail);
  }
}
