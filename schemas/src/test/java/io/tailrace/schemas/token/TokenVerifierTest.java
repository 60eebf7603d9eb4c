package io.tailrace.schemas.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.tailrace.schemas.problem.ProblemCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenVerifierTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final byte[] SECRET =
      "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.UTF_8);

  private final TokenVerifier verifier =
      new TokenVerifier(KeyRing.ofSecret("demo", SECRET), InstantSource.fixed(NOW));

  @Test
  void aTokenSaysWhoSpeaks() {
    Identity identity =
        new Identity(
            "demo", "ann", "phone", Set.of("publisher"), List.of("chat:a*"), NOW.plusSeconds(60));

    TokenResult result = verifier.verify(new TokenSigner(SECRET).sign(identity));

    assertEquals(new TokenResult.Accepted(identity), result);
  }

  @Test
  void noTokenAndNoJwtAreRefused() {
    assertRefused(ProblemCode.TOKEN_MISSING, null);
    assertRefused(ProblemCode.TOKEN_MISSING, "");
    assertRefused(ProblemCode.TOKEN_INVALID, "abc");
    assertRefused(ProblemCode.TOKEN_INVALID, "a.b.c");
    assertRefused(ProblemCode.TOKEN_INVALID, "x".repeat(10_000));
  }

  @Test
  void aForeignSecretOrTenantIsRefused() {
    Identity ann = new Identity("demo", "ann", null, Set.of(), null, NOW.plusSeconds(60));
    byte[] other = "ffffffffffffffffffffffffffffffff".getBytes(StandardCharsets.UTF_8);

    assertRefused(ProblemCode.TOKEN_INVALID, new TokenSigner(other).sign(ann));
    assertRefused(
        ProblemCode.TOKEN_INVALID,
        new TokenSigner(SECRET)
            .sign(new Identity("acme", "ann", null, Set.of(), null, NOW.plusSeconds(60))));
  }

  @Test
  void timeIsChecked() throws JOSEException {
    assertRefused(ProblemCode.TOKEN_EXPIRED, signed(claims().expirationTime(date(-31))));
    assertInstanceOf(
        TokenResult.Accepted.class, verifier.verify(signed(claims().expirationTime(date(-29)))));
    assertRefused(ProblemCode.TOKEN_INVALID, signed(claims()));
    assertRefused(
        ProblemCode.TOKEN_INVALID,
        signed(claims().expirationTime(date(Duration.ofDays(32).toSeconds()))));
    assertRefused(
        ProblemCode.TOKEN_INVALID,
        signed(claims().expirationTime(date(600)).notBeforeTime(date(31))));
  }

  @Test
  void claimsOfTheWrongShapeAreRefused() throws JOSEException {
    assertRefused(
        ProblemCode.TOKEN_INVALID, signed(claims().subject(null).expirationTime(date(60))));
    assertRefused(
        ProblemCode.TOKEN_INVALID, signed(claims().subject("a\u0000").expirationTime(date(60))));
    assertRefused(
        ProblemCode.TOKEN_INVALID,
        signed(claims().claim("roles", "admin").expirationTime(date(60))));
    assertRefused(
        ProblemCode.TOKEN_INVALID,
        signed(claims().claim("tenant", "De/mo").expirationTime(date(60))));
  }

  @Test
  void anUnsignedTokenIsRefused() {
    assertRefused(
        ProblemCode.TOKEN_INVALID,
        new PlainJWT(claims().expirationTime(date(60)).build()).serialize());
  }

  @Test
  void aPublicKeyIsNoHmacSecret(@TempDir Path folder) throws JOSEException, IOException {
    RSAKey key = new RSAKeyGenerator(2048).keyID("k1").generate();
    Files.writeString(folder.resolve("acme.json"), new JWKSet(key.toPublicJWK()).toString());
    Path ring = folder.resolve("keys.json");
    Files.writeString(ring, "{\"tenants\":{\"acme\":{\"jwks\":\"acme.json\"}}}");
    TokenVerifier acme = new TokenVerifier(KeyRing.load(ring), InstantSource.fixed(NOW));
    JWTClaimsSet claims = claims().claim("tenant", "acme").expirationTime(date(60)).build();
    SignedJWT good = new SignedJWT(new JWSHeader(JWSAlgorithm.RS256), claims);
    good.sign(new RSASSASigner(key));
    SignedJWT confused = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
    confused.sign(new MACSigner(key.toPublicJWK().toJSONString()));

    assertInstanceOf(TokenResult.Accepted.class, acme.verify(good.serialize()));
    assertInstanceOf(TokenResult.Refused.class, acme.verify(confused.serialize()));
  }

  @Test
  void aBadKeyFileIsNamed(@TempDir Path folder) throws IOException {
    Path ring = folder.resolve("keys.json");
    for (String bad :
        List.of(
            "{}",
            "x",
            "{\"tenants\":{}}",
            "{\"tenants\":{\"demo\":{\"hmac\":\"short\"}}}",
            "{\"tenants\":{\"De/mo\":{\"hmac\":\"0123456789abcdef0123456789abcdef\"}}}",
            "{\"tenants\":{\"demo\":{\"jwks\":\"none.json\"}}}",
            "{\"tenants\":{\"demo\":{}}}")) {
      Files.writeString(ring, bad);
      IllegalArgumentException fault =
          assertThrows(IllegalArgumentException.class, () -> KeyRing.load(ring), bad);
      assertTrue(String.valueOf(fault.getMessage()).startsWith(ring.toString()), bad);
    }
  }

  private static JWTClaimsSet.Builder claims() {
    return new JWTClaimsSet.Builder().subject("ann").claim("tenant", "demo");
  }

  private static String signed(JWTClaimsSet.Builder claims) throws JOSEException {
    SignedJWT jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims.build());
    jwt.sign(new MACSigner(SECRET));
    return jwt.serialize();
  }

  private static Date date(long secondsFromNow) {
    return Date.from(NOW.plusSeconds(secondsFromNow));
  }

  private void assertRefused(ProblemCode code, @Nullable String token) {
    assertEquals(code, assertInstanceOf(TokenResult.Refused.class, verifier.verify(token)).code());
  }
}
