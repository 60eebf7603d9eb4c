package io.tailrace.standalone.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tailrace.schemas.contract.Contracts;
import io.tailrace.schemas.http.BearerAuth;
import io.tailrace.schemas.http.Respond;
import io.tailrace.schemas.http.ServiceServer;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.token.Identity;
import io.tailrace.schemas.token.KeyRing;
import io.tailrace.schemas.token.TokenResult;
import io.tailrace.schemas.token.TokenVerifier;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Deque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/**
 * {@code GET /console/api/…}: {@code state}, polled by the page; {@code contracts}; {@code
 * trace?of=…}. Answers only tokens with the role {@code admin}.
 */
public final class ConsoleApi implements HttpHandler, AutoCloseable {
  /** Where it answers. */
  public static final String PATH = "/console/api/";

  private static final int TRACES_AT_ONCE = 2;
  private static final JsonMapper JSON = new JsonMapper();

  private final KeyRing keys;
  private final TokenVerifier tokens;
  private final Parts parts;
  private final KafkaView kafka;
  private final Tracing tracing;
  private final Contracts contracts;
  private final InstantSource clock = InstantSource.system();
  private final ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore traces = new Semaphore(TRACES_AT_ONCE);

  /**
   * Answers from these.
   *
   * @param keysFile the keys that tokens are signed with
   * @param parts the services that are looked at
   * @param bootstrap Kafka's addresses
   */
  public ConsoleApi(Path keysFile, Parts parts, String bootstrap, Contracts contracts) {
    this.keys = KeyRing.follow(keysFile);
    this.tokens = new TokenVerifier(keys, clock);
    this.parts = parts;
    this.kafka = new KafkaView(bootstrap, System::nanoTime);
    this.tracing = new Tracing(bootstrap, parts, kafka);
    this.contracts = contracts;
  }

  @Override
  public void close() {
    requests.shutdownNow();
    keys.close();
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) {
    switch (BearerAuth.verify(exchange, tokens)) {
      case TokenResult.Refused(ProblemCode code, String detail) ->
          Respond.problem(exchange, code, detail);
      case TokenResult.Accepted(Identity who) when !who.roles().contains(Identity.ADMIN) ->
          Respond.problem(
              exchange,
              ProblemCode.FORBIDDEN,
              "the console is for administrators: this token's roles do not name admin");
      case TokenResult.Accepted(Identity who) -> {
        exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, "no-store");
        exchange.dispatch(requests, () -> answer(exchange, who));
      }
    }
  }

  private void answer(HttpServerExchange exchange, Identity who) {
    try {
      switch (exchange.getRequestPath().substring(PATH.length())) {
        case "state" -> send(exchange, state(who));
        case "contracts" -> send(exchange, ContractJson.of(contracts));
        case "trace" -> trace(exchange, who);
        default -> ServiceServer.notFound(exchange);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      Respond.problem(exchange, ProblemCode.NOT_READY, "the server stops");
    }
  }

  private ObjectNode state(Identity who) throws InterruptedException {
    ObjectNode state = JSON.createObjectNode();
    state.put("at", clock.millis());
    state.put("tenant", who.tenant());
    state.set("metrics", Samples.of(parts.scrape()));
    state.set("kafka", kafka.look());
    GatewayView.put(state, parts, who);
    return state;
  }

  private void trace(HttpServerExchange exchange, Identity who) throws InterruptedException {
    Deque<String> asked = exchange.getQueryParameters().get("of");
    Tracing.Wanted wanted = asked == null ? null : Tracing.Wanted.of(asked.getFirst());
    if (wanted == null) {
      Respond.problem(
          exchange,
          ProblemCode.BAD_REQUEST,
          "of must be an event's id (a UUID) or a trace id (32 hexadecimal digits)");
      return;
    }
    if (!traces.tryAcquire()) {
      Respond.problem(
          exchange, ProblemCode.OVERLOADED, "other look-ups read the topics: ask again");
      return;
    }
    try {
      send(exchange, tracing.find(wanted, who, clock.instant()));
    } finally {
      traces.release();
    }
  }

  private static void send(HttpServerExchange exchange, ObjectNode body) {
    try {
      Respond.json(exchange, 200, JSON.writeValueAsBytes(body));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree is always JSON", e);
    }
  }
}
