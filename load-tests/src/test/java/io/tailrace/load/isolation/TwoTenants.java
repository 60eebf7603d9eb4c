package io.tailrace.load.isolation;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import io.tailrace.load.input.Patient;
import io.tailrace.load.isolation.RawHttp.Raw;
import io.tailrace.standalone.launch.Installation;
import io.tailrace.standalone.launch.Standalone;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.LoggerFactory;

/**
 * The whole system in this JVM with a tenant that attacks, one that is attacked, and a third whose
 * tokens are signed with RSA; and every line that it logs, as a service of its own would log it.
 */
final class TwoTenants implements AutoCloseable {
  static final String OWN = "demo";
  static final String THEIRS = "acme";
  static final String THIRD = "rosa";

  /** What stands in everything that is theirs, and must never be seen. */
  static final String CANARY =
      "canary" + Long.toHexString(UUID.randomUUID().getLeastSignificantBits());

  /** Their channels' ids; one of the same length that nobody has. */
  static final String ROOM = "room-1-" + CANARY.substring(6, 12) + "-a";

  static final String NO_ROOM = "room-1-" + CANARY.substring(6, 12) + "-b";

  static final String THEIR_USER = "bea-" + CANARY;

  /** More than a page of history, so that there is a whole one. */
  private static final int EVENTS = 300;

  private static final int EVENTS_PER_REQUEST = 100;
  private static final Duration HOUR = Duration.ofHours(1);

  private final Standalone standalone;
  private final Installation installation;
  private final Path folder;
  private final KeyPair rsa;
  private final Queue<String> lines = new ConcurrentLinkedQueue<>();
  private final Lines appender = new Lines();

  TwoTenants(Path folder) throws IOException, GeneralSecurityException {
    this.folder = folder;
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    rsa = generator.generateKeyPair();
    Files.writeString(
        folder.resolve("keys.json"),
        "{\"tenants\":{\"%s\":{\"hmac\":\"%s\"},\"%s\":{\"hmac\":\"%s\"},\"%s\":{\"jwks\":\"rosa.json\"}}}"
            .formatted(OWN, "o".repeat(20) + UUID.randomUUID(), THEIRS, UUID.randomUUID(), THIRD));
    RSAKey key = new RSAKey.Builder((RSAPublicKey) rsa.getPublic()).keyID("rosa-1").build();
    Files.writeString(folder.resolve("rosa.json"), new JWKSet(key).toString());
    appender.begin();
    installation = Installation.open(folder);
    standalone =
        Standalone.start(
            new Standalone.Options(folder, "127.0.0.1", 0, false, Patient.SETTINGS), _ -> {});
  }

  URI base() {
    return URI.create("http://127.0.0.1:" + standalone.port());
  }

  Path keysFile() {
    return installation.keysFile();
  }

  String token(String tenant, String user, String... roles) {
    return installation.token(tenant, user, Set.of(roles), null, HOUR);
  }

  /**
   * The attacker's; an administrator and publisher of the own tenant, to be refused by nothing
   * else.
   */
  String ownToken() {
    return token(OWN, "ada", "admin", "publisher");
  }

  String theirToken() {
    return token(THEIRS, THEIR_USER, "admin", "publisher");
  }

  Forgery forgery() throws IOException {
    return new Forgery(
        THEIRS,
        THEIR_USER,
        secretOf(OWN).getBytes(UTF_8),
        rsa.getPrivate(),
        Files.readAllBytes(folder.resolve("rosa.json")));
  }

  private String secretOf(String tenant) throws IOException {
    return new JsonMapper()
        .readTree(Files.readAllBytes(keysFile()))
        .path("tenants")
        .path(tenant)
        .path("hmac")
        .asText();
  }

  /**
   * What must stand nowhere, beside the canary: keys, the password, and every token's signature.
   */
  List<String> secrets() throws IOException {
    return List.of(
        secretOf(OWN),
        secretOf(THEIRS),
        installation.serviceKey(),
        standalone.addresses().get("database.password"),
        signature(ownToken()),
        signature(theirToken()));
  }

  private static String signature(String token) {
    return token.substring(token.lastIndexOf('.') + 1);
  }

  /** Everything that has been logged, as JSON lines. */
  String logged() {
    return String.join("", lines);
  }

  /**
   * Fills their channels: history of more than a page, entities, members, one user's own channel.
   */
  void plant(RawHttp http) throws IOException {
    for (int from = 0; from < EVENTS; from += EVENTS_PER_REQUEST) {
      StringBuilder events = new StringBuilder();
      for (int i = from; i < from + EVENTS_PER_REQUEST; i++) {
        events.append(events.isEmpty() ? "" : ",");
        events.append(
            event("chat:" + ROOM, "message.posted", "\"text\":\"" + CANARY + i + "\"", i));
      }
      written(post(http, theirToken(), "/v1/transactions", "{\"events\":[" + events + "]}", ""));
    }
    for (String event :
        List.of(
            event("doc:" + ROOM, "block.set", "\"x\":\"" + CANARY + "\"", 1),
            event("feed:" + ROOM, "item.published", "\"title\":\"" + CANARY + "\"", 1),
            event("inbox:" + ROOM, "notice.posted", "\"title\":\"" + CANARY + "\"", 1),
            event("inbox:ada", "notice.posted", "\"title\":\"" + CANARY + "\"", 1))) {
      written(post(http, theirToken(), "/v1/transactions", "{\"events\":[" + event + "]}", ""));
    }
    written(
        http.send(
            request("PUT", "/v1/channels/chat:" + ROOM + "/members/" + THEIR_USER, theirToken())
                .replace(
                    "\r\n\r\n",
                    "\r\n"
                        + "Content-Type: application/json\r\n"
                        + "Content-Length: 16\r\n\r\n"
                        + "{\"role\":\"owner\"}")));
  }

  private static String event(String channel, String type, String data, int entity) {
    return "{\"channel\":\"%s\",\"type\":\"%s\",\"entity\":\"e-%s-%d\",\"data\":{%s}}"
        .formatted(channel, type, CANARY, entity % 50, data);
  }

  private static void written(Raw raw) {
    if (raw.status() / 100 != 2) {
      throw new IllegalStateException("nothing was planted: " + raw.text());
    }
  }

  /** A request without a body, with its last empty line. */
  static String request(String method, String target, String token) {
    return method
        + " "
        + target
        + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
        + token
        + "\r\n\r\n";
  }

  static Raw get(RawHttp http, String token, String target) throws IOException {
    return http.send(request("GET", target, token));
  }

  static Raw post(RawHttp http, String token, String target, String body, String headers)
      throws IOException {
    return http.send(
        request("POST", target, token).replace("\r\n\r\n", "\r\n")
            + headers
            + "Content-Type: application/json\r\nContent-Length: "
            + body.getBytes(UTF_8).length
            + "\r\n\r\n"
            + body);
  }

  @Override
  public void close() {
    standalone.close();
    appender.end();
  }

  /** What services write, from the level that they write it at, and theirs in more detail. */
  private final class Lines extends AppenderBase<ILoggingEvent> {
    private final LoggerContext loggers = (LoggerContext) LoggerFactory.getILoggerFactory();
    private final Logger root = loggers.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Logger own = loggers.getLogger("io.tailrace");
    private final JsonEncoder encoder = new JsonEncoder();
    private final Level before = root.getLevel();

    void begin() {
      encoder.setContext(loggers);
      encoder.setWithArguments(true);
      encoder.start();
      setContext(loggers);
      start();
      root.setLevel(Level.WARN);
      own.setLevel(Level.INFO);
      root.addAppender(this);
    }

    void end() {
      root.detachAppender(this);
      root.setLevel(before);
      own.setLevel(null);
      stop();
    }

    @Override
    protected void append(ILoggingEvent event) {
      lines.add(new String(encoder.encode(event), UTF_8));
    }
  }
}
