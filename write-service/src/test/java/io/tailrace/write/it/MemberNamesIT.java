package io.tailrace.write.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tailrace.write.it.Caller.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Users of any name over HTTP: one name, one member, whatever stands on the way. */
class MemberNamesIT {
  private final long seed = Long.getLong("seed", System.nanoTime());
  private final Random random = new Random(seed);

  private String name() {
    String hard = "/%;?#&+ :@.\\\"'<>=,!*()[]{}|^`~-_\u00e9\u2028\ufeff\ud83c\udf0a";
    StringBuilder name = new StringBuilder();
    int length = 1 + random.nextInt(12);
    while (name.length() < length) {
      int c =
          hard.codePointAt(
              hard.offsetByCodePoints(0, random.nextInt(hard.codePointCount(0, hard.length()))));
      name.appendCodePoint(random.nextInt(3) == 0 ? 'a' + random.nextInt(26) : c);
    }
    return name.toString();
  }

  @Test
  void aNameIsTheSameEverywhere() throws Exception {
    System.out.println("MemberNamesIT -Dseed=" + seed);
    try (Running running = new Running()) {
      Caller ada = running.caller("ada");
      ada.set("doc:names", "ada", "owner");
      List<String> entities = new ArrayList<>(List.of("member:ada"));
      for (int i = 0; i < 100; i++) {
        String user = "n" + i + name();
        String path = Caller.member("doc:names", user);
        Reply set = ada.send("PUT", path + "?ack=commit", "{\"role\":\"editor\"}");
        Reply one = ada.send("GET", path, "");

        assertEquals(202, set.status(), () -> user + set.raw().body());
        assertEquals(user, one.json().path("user").asText(), path);
        entities.add("member:" + user);
        // The name in the token is the same one.
        assertEquals(
            202,
            running
                .caller(user)
                .post(
                    "/v1/channels/doc:names/events?ack=commit",
                    "{\"type\":\"block.set\",\"data\":{}}")
                .status());
      }
      assertEquals(entities, stored());
    }
  }

  private static List<String> stored() throws SQLException {
    List<String> entities = new ArrayList<>();
    try (Connection connection = Servers.connect();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select entity from tailrace.outbox where channel = 'doc:names'"
                    + " and type = 'member.set' order by created_at")) {
      while (row.next()) {
        entities.add(row.getString(1));
      }
    }
    return entities;
  }

  @Test
  void whatIsNoNameIsRefused() throws IOException {
    try (Running running = new Running()) {
      Caller ada = running.caller("ada");
      String members = "/v1/channels/doc:no-names/members/";
      String body = "{\"role\":\"owner\"}";
      for (String segment :
          new String[] {"%00", "%0a", "%7F", "%C0%AF", "%ED%A0%80", "a%1Fb", "x".repeat(194)}) {
        Reply reply = ada.send("PUT", members + segment, body);
        assertEquals(400, reply.status(), segment);
        assertEquals("bad_request", reply.code());
      }
      assertEquals(201, ada.send("PUT", members + "x".repeat(193), body).status());
      for (String line :
          new String[] {
            "PUT " + members + "a;b HTTP/1.1",
            "PUT " + members + "% HTTP/1.1",
            "PUT " + members + "a%2 HTTP/1.1",
            "PUT " + members + "\u00fc HTTP/1.1",
            "PUT " + members + "a/../b HTTP/1.1",
            "PUT http://x" + members + "a HTTP/1.1"
          }) {
        String status = raw(running.address(), line).lines().findFirst().orElse("");
        assertTrue(status.startsWith("HTTP/1.1 4"), line + " -> " + status);
      }
    }
  }

  private static String raw(URI address, String line) throws IOException {
    try (Socket socket = new Socket(address.getHost(), address.getPort());
        OutputStream out = socket.getOutputStream();
        InputStream in = socket.getInputStream()) {
      String request =
          line
              + "\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
              + "Content-Length: 16\r\n\r\n{\"role\":\"owner\"}";
      out.write(request.getBytes(StandardCharsets.UTF_8));
      out.flush();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
