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
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.tailrace.schemas.problem.ProblemCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
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
    // Each part is the JSON text null.
    assertRefused(ProblemCode.TOKEN_INVALID, "bnVsbA.bnVsbA.bnVsbA");
    assertRefused(ProblemCode.TOKEN_INVALID, "eyJhbGciOiJIUzI1NiJ9.bnVsbA.bnVsbA");
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
    for (String list : List.of("roles", "channels")) {
      assertRefused(
          ProblemCode.TOKEN_INVALID,
          signed(claims().claim(list, Arrays.asList("a", null)).expirationTime(date(60))));
    }
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
    TokenVerifier acme = new TokenVerifier(KeyRing.follow(ring), InstantSource.fixed(NOW));
    JWTClaimsSet claims = claims().claim("tenant", "acme").expirationTime(date(60)).build();
    SignedJWT good = new SignedJWT(new JWSHeader(JWSAlgorithm.RS256), claims);
    good.sign(new RSASSASigner(key));
    SignedJWT confused = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
    confused.sign(new MACSigner(key.toPublicJWK().toJSONString()));

    assertInstanceOf(TokenResult.Accepted.class, acme.verify(good.serialize()));
    assertInstanceOf(TokenResult.Refused.class, acme.verify(confused.serialize()));
  }

  @Test
  void issuerAndAudienceOfATenantAreAskedFor(@TempDir Path folder) throws Exception {
    RSAKey key = new RSAKeyGenerator(2048).generate();
    Files.writeString(folder.resolve("acme.json"), new JWKSet(key.toPublicJWK()).toString());
    Path ring = folder.resolve("keys.json");
    Files.writeString(
        ring,
        "{\"tenants\":{\"acme\":{\"jwks\":\"acme.json\",\"issuer\":\"https://login.example\","
            + "\"audience\":\"tailrace\"}}}");
    try (KeyRing keys = KeyRing.follow(ring)) {
      TokenVerifier acme = new TokenVerifier(keys, InstantSource.fixed(NOW));
      JWTClaimsSet right =
          claims()
              .claim("tenant", "acme")
              .issuer("https://login.example")
              .audience(List.of("shop", "tailrace"))
              .expirationTime(date(60))
              .build();

      assertInstanceOf(TokenResult.Accepted.class, acme.verify(signed(key, right)));
      for (JWTClaimsSet wrong :
          List.of(
              new JWTClaimsSet.Builder(right).issuer("https://evil.example").build(),
              new JWTClaimsSet.Builder(right).issuer(null).build(),
              new JWTClaimsSet.Builder(right).audience("shop").build(),
              new JWTClaimsSet.Builder(right).audience((String) null).build())) {
        assertInstanceOf(
            TokenResult.Refused.class, acme.verify(signed(key, wrong)), wrong.toString());
      }
    }
  }

  @Test
  void ed25519IsVerifiedAndOneChangedByteIsSeen(@TempDir Path folder) throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    byte[] encoded = pair.getPublic().getEncoded();
    Base64URL x =
        Base64URL.encode(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
    OctetKeyPair jwk = new OctetKeyPair.Builder(Curve.Ed25519, x).keyID("e1").build();
    Files.writeString(folder.resolve("acme.json"), new JWKSet(jwk).toString());
    Path ring = folder.resolve("keys.json");
    Files.writeString(ring, "{\"tenants\":{\"acme\":{\"jwks\":\"acme.json\"}}}");
    try (KeyRing keys = KeyRing.follow(ring)) {
      TokenVerifier acme = new TokenVerifier(keys, InstantSource.fixed(NOW));
      JWSHeader header = new JWSHeader(JWSAlgorithm.EdDSA);
      JWTClaimsSet claims = claims().claim("tenant", "acme").expirationTime(date(60)).build();
      String input = header.toBase64URL() + "." + Base64URL.encode(claims.toString());
      Signature signer = Signature.getInstance("Ed25519");
      signer.initSign(pair.getPrivate());
      signer.update(input.getBytes(StandardCharsets.US_ASCII));
      byte[] signature = signer.sign();

      assertInstanceOf(
          TokenResult.Accepted.class, acme.verify(input + "." + Base64URL.encode(signature)));
      signature[3] ^= 1;
      assertRefused(acme, ProblemCode.TOKEN_INVALID, input + "." + Base64URL.encode(signature));
    }
  }

  private static String signed(RSAKey key, JWTClaimsSet claims) throws JOSEException {
    SignedJWT jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.RS256), claims);
    jwt.sign(new RSASSASigner(key));
    return jwt.serialize();
  }

  private static void assertRefused(TokenVerifier by, ProblemCode code, String token) {
    assertEquals(code, assertInstanceOf(TokenResult.Refused.class, by.verify(token)).code());
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
            "{\"tenants\":{\"demo\":{\"jwks\":\"http://login.example/keys\"}}}",
            "{\"tenants\":{\"demo\":{\"jwks\":\"k.json\",\"aud\":\"x\"}}}",
            "{\"tenants\":{\"demo\":{}}}")) {
      Files.writeString(ring, bad);
      IllegalArgumentException fault =
          assertThrows(IllegalArgumentException.class, () -> KeyRing.follow(ring), bad);
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
