package io.tailrace.catchup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.problem.ProblemCode;
import io.tailrace.schemas.testkit.Await;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of a shared cache, with a real nginx; left out where there is none. */
class SharedCacheIT extends RunningCatchup {
  private static final Path NGINX = Path.of("/usr/sbin/nginx");
  private static final Path EXAMPLE = Path.of("../docs/shared-cache.conf");

  private Process nginx;
  private int port;

  @BeforeEach
  void startNginx(@TempDir Path folder) throws IOException {
    assumeTrue(Files.isExecutable(NGINX), "nginx is not installed");
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Path conf = folder.resolve("nginx.conf");
    Files.writeString(
        conf,
        Files.readString(EXAMPLE)
            .replace("127.0.0.1:8083", "127.0.0.1:" + server.port())
            .replace("listen 8090", "listen 127.0.0.1:" + port));
    nginx =
        new ProcessBuilder(
                NGINX.toString(),
                "-p",
                folder + "/",
                "-c",
                conf.toString(),
                "-e",
                "stderr",
                "-g",
                "daemon off; user root;")
            .inheritIO()
            .start();
    Await.until("nginx", () -> cached("bob", channel(), "").statusCode() == 200);
  }

  @AfterEach
  void stopNginx() throws InterruptedException {
    if (nginx != null) {
      nginx.destroy();
      nginx.waitFor(10, TimeUnit.SECONDS);
    }
  }

  private HttpResponse<String> cached(
      String user, Channel channel, String rest, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + port + "/v1/channels/" + channel.name() + rest))
            .header(
                "Authorization",
                "Bearer "
                    + (channel.tenant().equals("acme") ? tokenOf(user) : token(channel.tenant())));
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  private static String status(HttpResponse<String> response) {
    return response.headers().firstValue("X-Cache-Status").orElse("");
  }

  private void settle(Channel channel) {
    Await.until(
        "the store to have it",
        () -> json(getAs("owner", channel, "")).path("head").asLong() == log.head(channel));
  }

  @Test
  void oneWhoIsRemovedIsRefusedThoughThePageIsInTheCache() {
    Channel channel = channel("doc");
    log.change(channel, "owner", "owner");
    log.change(channel, "bob", "reader");
    log.append(channel, 300);
    settle(channel);

    HttpResponse<String> first = cached("owner", channel, "/pages/1/0");
    HttpResponse<String> second = cached("bob", channel, "/pages/1/0");

    assertEquals("MISS", status(first));
    assertEquals("HIT", status(second));
    assertEquals(range(1, 256), seqs(json(second).path("events")));
    assertEquals(getAs("bob", channel, "/pages/1/0").body(), second.body());
    String tag = second.headers().firstValue("ETag").orElseThrow();
    assertEquals(304, cached("bob", channel, "/pages/1/0", "If-None-Match", tag).statusCode());
    assertRefused(ProblemCode.FORBIDDEN, cached("eve", channel, "/pages/1/0"));

    log.change(channel, "bob", null);
    settle(channel);

    assertRefused(ProblemCode.FORBIDDEN, cached("bob", channel, "/pages/1/0"));
    assertEquals(403, cached("bob", channel, "/pages/1/0", "If-None-Match", tag).statusCode());
    assertEquals("HIT", status(cached("owner", channel, "/pages/1/0")));
  }

  @Test
  void whatIsNotForAllIsNotKept() {
    Channel channel = channel("doc");
    Channel others = new Channel("other", "doc", channel.id());
    log.append(channel, 300);
    log.append(others, 256);
    settle(channel);
    Await.until("the store", () -> json(get(others, "")).path("head").asLong() == 256);
    HttpResponse<String> own = cached("owner", channel, "/pages/1/0");

    HttpResponse<String> theirs = cached("ada", others, "/pages/1/0");

    assertEquals("MISS", status(theirs));
    assertNotEquals(own.body(), theirs.body());
    assertEquals(
        range(257, 300), seqs(json(cached("owner", channel, "/pages/1/1")).path("events")));
    log.append(channel, 1);
    settle(channel);
    assertEquals(
        range(257, 301), seqs(json(cached("owner", channel, "/pages/1/1")).path("events")));
    HttpResponse<String> app =
        cached("owner", channel, "/pages/1/0", "Origin", "https://app.example");
    assertEquals("HIT", status(app));
    assertEquals(
        "https://app.example", app.headers().firstValue("Access-Control-Allow-Origin").orElse(""));
    assertFalse(
        cached("owner", channel, "/pages/1/0")
            .headers()
            .firstValue("Access-Control-Allow-Origin")
            .isPresent());
    assertRefused(ProblemCode.BAD_REQUEST, cached("owner", channel, "/pages/1/0?after=1"));
    assertRefused(ProblemCode.NOT_READY, cached("owner", channel, "/pages/7/0"));
  }
}
