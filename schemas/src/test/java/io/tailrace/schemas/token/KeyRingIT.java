package io.tailrace.schemas.token;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.testkit.Await;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys that rotate while services run: files on disk, and a real HTTP server for addresses. */
class KeyRingIT {
  @TempDir private Path folder = Path.of("");
  private HttpServer server;
  private volatile int status = 200;
  private volatile String body = "{\"keys\":[]}";

  KeyRingIT() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  @BeforeEach
  void serveKeys() {
    server.createContext(
        "/keys",
        exchange -> {
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void aNewKeyInTheFileIsTakenUpWhileRunning() throws Exception {
    ECKey old = key("old");
    ECKey fresh = key("new");
    Files.writeString(folder.resolve("acme.json"), publicSet(old));
    try (KeyRing ring = KeyRing.follow(ring("acme.json"))) {
      TokenVerifier verifier = new TokenVerifier(ring, InstantSource.system());
      assertInstanceOf(TokenResult.Accepted.class, verifier.verify(token(old)));
      assertInstanceOf(TokenResult.Refused.class, verifier.verify(token(fresh)));

      Files.writeString(folder.resolve("acme.json"), publicSet(fresh));

      Await.until(
          "the new key is known",
          () -> verifier.verify(token(fresh)) instanceof TokenResult.Accepted);
      assertInstanceOf(TokenResult.Refused.class, verifier.verify(token(old)));
    }
  }

  @Test
  void anAddressIsFetchedAndAnUnreadableFileLeavesTheKeysInForce() throws Exception {
    ECKey key = key("k");
    body = publicSet(key);
    Path file = ring("http://127.0.0.1:" + server.getAddress().getPort() + "/keys");
    try (KeyRing ring = KeyRing.follow(file)) {
      TokenVerifier verifier = new TokenVerifier(ring, InstantSource.system());
      Await.until(
          "the address to have answered",
          () -> verifier.verify(token(key)) instanceof TokenResult.Accepted);

      status = 500;
      Files.writeString(file, "half a fi");
      ring.keyMissing();

      assertInstanceOf(TokenResult.Accepted.class, verifier.verify(token(key)));
    }
  }

  @Test
  void anAddressThatDoesNotAnswerMakesItsTenantWaitAndNobodyElse() throws Exception {
    status = 503;
    Path file = ring("http://127.0.0.1:" + server.getAddress().getPort() + "/keys");
    try (KeyRing ring = KeyRing.follow(file)) {
      TokenResult result = new TokenVerifier(ring, InstantSource.system()).verify(token(key("k")));

      assertEquals(
          ProblemCode.NOT_READY, assertInstanceOf(TokenResult.Refused.class, result).code());
    }
  }

  private Path ring(String jwks) throws Exception {
    return Files.writeString(
        folder.resolve("keys.json"), "{\"tenants\":{\"acme\":{\"jwks\":\"" + jwks + "\"}}}");
  }

  private static ECKey key(String id) throws Exception {
    return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
  }

  private static String publicSet(ECKey key) {
    return new JWKSet(key.toPublicJWK()).toString();
  }

  private static String token(ECKey key) throws Exception {
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(),
            new JWTClaimsSet.Builder()
                .subject("ann")
                .claim("tenant", "acme")
                .expirationTime(Date.from(Instant.now().plusSeconds(60)))
                .build());
    jwt.sign(new ECDSASigner(key));
    return jwt.serialize();
  }
}
