package io.tailrace.write.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.tailrace.write.it.Caller.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is refused over HTTP, with which status and code. */
@SuppressWarnings("NullAway.Init") // JUnit fills the fields before any test
class RefusalIT {
  private static Running running;
  private static Caller ada;

  @BeforeAll
  static void start() {
    running = new Running();
    ada = running.caller("ada");
  }

  @AfterAll
  static void stop() {
    running.close();
  }

  private static void assertRefused(int status, String code, Reply reply) {
    assertEquals(code, reply.code(), reply.raw().body());
    assertEquals(status, reply.status());
    assertEquals(status, reply.json().path("status").asInt());
    assertEquals(
        "application/problem+json", reply.raw().headers().firstValue("Content-Type").orElse(""));
    assertEquals(32, reply.json().path("traceId").asText().length());
    assertFalse(reply.json().path("detail").asText().isEmpty());
  }

  @Test
  void identity() {
    String body = Caller.message("x");
    assertRefused(401, "token_missing", ada.event("chat:a", body, "Authorization", "Basic x"));
    assertRefused(401, "token_invalid", ada.event("chat:a", body, "Authorization", "Bearer x.y.z"));
    assertRefused(403, "forbidden", ada.event("feed:a", "{\"type\":\"x\",\"data\":1}"));
  }

  @Test
  void address() {
    String body = Caller.message("x");
    assertRefused(400, "bad_request", ada.event("chat", body));
    assertRefused(404, "not_found", ada.event("nokind:a", body));
    assertRefused(400, "bad_request", ada.event("chat:a%20b", body));
    assertRefused(400, "bad_request", ada.event("chat:" + "x".repeat(201), body));
    assertEquals(201, ada.event("chat:" + "x".repeat(200), body).status());
    assertEquals(201, ada.event("chat%3Aescaped", body).status());
    assertRefused(400, "bad_request", ada.post("/v1/channels/chat:a/events?ack=maybe", body));
    assertRefused(400, "bad_request", ada.post("/v1/channels/chat:a/events?wait=1", body));
  }

  @Test
  void headers() {
    String body = Caller.message("x");
    assertRefused(415, "media_type", ada.event("chat:a", body, "Content-Type", "text/plain"));
    assertRefused(
        415,
        "media_type",
        ada.event("chat:a", body, "Content-Type", "application/json; charset=latin1"));
    assertEquals(
        201, ada.event("chat:a", body, "Content-Type", "application/json; charset=UTF-8").status());
    assertRefused(
        400, "bad_request", ada.event("chat:a", body, "Idempotency-Key", "k".repeat(201)));
    assertRefused(400, "bad_request", ada.event("chat:a", body, "Idempotency-Key", "a b"));
    assertEquals(201, ada.event("chat:a", body, "Idempotency-Key", "k".repeat(200)).status());
    assertEquals(201, ada.event("chat:a", body, "traceparent", "rubbish").status());
  }

  @Test
  void sizes() {
    int cap = 65_536;
    assertEquals(201, ada.event("chat:size", padded(cap - 1)).status());
    assertEquals(201, ada.event("chat:size", padded(cap)).status());
    assertRefused(413, "too_large", ada.event("chat:size", padded(cap + 1)));
    // Beyond the envelope's room the body is not even read.
    assertRefused(413, "too_large", ada.event("chat:size", padded(cap + 5_000)));
    assertRefused(413, "too_large", ada.event("chat:size", padded(2_000_000)));
  }

  private static String padded(int dataBytes) {
    String head = "{\"text\":\"x\",\"pad\":\"";
    String data = head + "p".repeat(dataBytes - head.length() - 2) + "\"}";
    return "{\"type\":\"message.posted\",\"data\":" + data + "}";
  }

  @Test
  void bodies() {
    assertRefused(400, "bad_request", ada.event("chat:a", ""));
    assertRefused(400, "bad_request", ada.event("chat:a", "{"));
    assertRefused(422, "invalid_event", ada.event("chat:a", "[]"));
    assertRefused(422, "invalid_event", ada.event("chat:a", "{\"type\":\"message.posted\"}"));
    Reply expect =
        ada.event("chat:a", "{\"type\":\"message.posted\",\"data\":{\"text\":\"x\"},\"expect\":0}");
    assertRefused(422, "not_available", expect);
    assertEquals("/expect", expect.json().path("pointer").asText());
  }

  @Test
  void otherMethodsAreToldWhichOneIsRight() throws IOException {
    String answer = raw("GET /v1/transactions HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    assertEquals("HTTP/1.1 405 Method Not Allowed", answer.lines().findFirst().orElse(""));
    assertEquals(true, answer.contains("Allow: POST"));
  }

  @Test
  void aChunkedBodyIsBoundedToo() throws IOException {
    String head =
        "POST /v1/channels/chat:a/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    String chunk = "8000\r\n" + " ".repeat(0x8000) + "\r\n";

    String answer = raw(head + chunk.repeat(4) + "0\r\n\r\n");

    assertEquals("HTTP/1.1 413 Request Entity Too Large", answer.lines().findFirst().orElse(""));
  }

  private static String raw(String request) throws IOException {
    URI address = running.address();
    try (Socket socket = new Socket(address.getHost(), address.getPort());
        OutputStream out = socket.getOutputStream();
        InputStream in = socket.getInputStream()) {
      out.write(request.getBytes(StandardCharsets.US_ASCII));
      out.flush();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
