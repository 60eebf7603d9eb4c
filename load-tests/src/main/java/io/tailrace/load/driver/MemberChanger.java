package io.tailrace.load.driver;

import io.tailrace.load.driver.Counters.Name;
import io.tailrace.load.oracle.Acknowledgement;
import io.tailrace.load.oracle.Acknowledgement.Place;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Lets users in and shuts them out at random, and changes what they may do: over HTTP with an
 * admin's token, as an owner, as somebody who leaves, and over SQL in a transaction with an event.
 */
public final class MemberChanger implements Actor {
  private static final List<String> ROLES = List.of("owner", "member", "member", "reader");

  private final Crew crew;
  private final Ledger ledger;
  private final List<MemberRoom> rooms;
  private final List<String> users;
  private final RandomGenerator random;
  private final Http admin;
  private @Nullable Connection open;

  /** Whom it has let in last, and where. */
  private record LetIn(MemberRoom room, String user) {}

  private @Nullable LetIn letIn;

  /**
   * @param rooms whose members it changes
   * @param users whom it lets in and shuts out
   */
  public MemberChanger(
      Crew crew,
      Ledger ledger,
      List<MemberRoom> rooms,
      List<String> users,
      RandomGenerator random) {
    this.crew = crew;
    this.ledger = ledger;
    this.rooms = List.copyOf(rooms);
    this.users = List.copyOf(users);
    this.random = random;
    this.admin = crew.http("verify-admin");
  }

  @Override
  public void act() throws IOException, SQLException, InterruptedException {
    var room = rooms.get(random.nextInt(rooms.size()));
    var user = users.get(random.nextInt(users.size()));
    var role = random.nextInt(5) < 2 ? null : ROLES.get(random.nextInt(ROLES.size()));
    var in = letIn;
    if (in != null && random.nextBoolean()) {
      // At random somebody would be shut out mostly where they are not in.
      room = in.room();
      user = in.user();
      role = null;
      letIn = null;
    }
    if (System.nanoTime() < room.closesAtNanos() || user.equals(room.keeper())) {
      return;
    }
    if (role != null) {
      letIn = new LetIn(room, user);
    }
    switch (random.nextInt(5)) {
      case 0 -> sql(room.channel(), user, role);
      case 1 -> http(crew.plain(user, crew.target()), room.channel(), user, null);
      case 2 -> {
        var keeper = room.keeper();
        var changer = keeper == null ? admin : crew.plain(keeper, crew.target());
        http(changer, room.channel(), user, role);
      }
      default -> http(admin, room.channel(), user, role);
    }
    crew.counters().count(Name.CHANGES);
  }

  /** Makes the first member of a room that has a keeper; true when it is done. */
  public boolean begin(MemberRoom room) throws IOException, InterruptedException {
    var keeper = room.keeper();
    return keeper == null || http(admin, room.channel(), keeper, "owner");
  }

  /**
   * @param role null: takes the user out
   */
  private boolean http(Http changer, String channel, String user, @Nullable String role)
      throws IOException, InterruptedException {
    var path = "/v1/channels/%s/members/%s".formatted(channel, user);
    var answer =
        role == null
            ? changer.delete(path)
            : changer.put(
                path, "{\"role\":\"%s\"}".formatted(role).getBytes(StandardCharsets.UTF_8));
    if (answer.status() == 500) {
      crew.counters().count(Name.SERVER_FAULTS);
      return false;
    }
    if (answer.passing()) {
      crew.counters().count(Name.REFUSALS);
      return false;
    }
    if (answer.status() / 100 != 2) {
      throw new ProtocolViolation(
          "%s %s was answered %d: %s"
              .formatted(
                  role == null ? "DELETE" : "PUT",
                  path,
                  answer.status(),
                  new String(answer.body(), StandardCharsets.UTF_8)));
    }
    if (answer.body().length > 0 && answer.json().has("id")) {
      var json = answer.json();
      var place =
          json.has("seq") ? new Place(json.path("epoch").asInt(), json.path("seq").asLong()) : null;
      ledger.acknowledged(
          channel,
          new Acknowledgement(UUID.fromString(json.path("id").asText()), "members", place));
    }
    return true;
  }

  /** With an event before it and one behind it, in one transaction; every fourth is rolled back. */
  private void sql(String channel, String user, @Nullable String role) throws SQLException {
    try {
      var connection = connection();
      publish(connection, channel);
      try (var change =
          connection.prepareStatement(
              role == null
                  ? "select tailrace.remove_member(?, ?, author => 'verify-sql')"
                  : "select tailrace.set_member(?, ?, ?, 'verify-sql')")) {
        change.setString(1, channel);
        change.setString(2, user);
        if (role != null) {
          change.setString(3, role);
        }
        change.execute();
      }
      publish(connection, channel);
      if (random.nextInt(4) == 0) {
        connection.rollback();
      } else {
        connection.commit();
      }
    } catch (SQLException lost) {
      close();
      throw lost;
    }
  }

  private static void publish(Connection connection, String channel) throws SQLException {
    try (var statement =
        connection.prepareStatement(
            "select tailrace.publish(?, 'message.posted', '{\"text\":\"with a change\"}')")) {
      statement.setString(1, channel);
      statement.execute();
    }
  }

  private Connection connection() throws SQLException {
    var connection = open;
    if (connection == null) {
      connection = crew.target().connect();
      connection.setAutoCommit(false);
      open = connection;
    }
    return connection;
  }

  @Override
  public void close() {
    var connection = open;
    open = null;
    if (connection != null) {
      try {
        connection.close();
      } catch (SQLException _) {
        // It is broken already.
      }
    }
  }
}
