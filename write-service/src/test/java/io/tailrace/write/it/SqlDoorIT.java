package io.tailrace.write.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.PGConnection;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** What a product does in its own transaction, as its own database role. */
@SuppressWarnings("NullAway.Init") // JUnit fills the fields before any test
class SqlDoorIT {
  private static Running running;

  @BeforeAll
  static void start() throws SQLException {
    running = new Running();
    try (Connection owner = Servers.connect();
        Statement statement = owner.createStatement()) {
      statement.execute("create role shop login password 'shop'");
      statement.execute("create role stranger login password 'shop'");
      statement.execute("create table public.orders (id int primary key)");
      statement.execute("grant insert on public.orders to shop");
      statement.execute("insert into tailrace.tenant_role values ('shop', 'shop-tenant')");
    }
  }

  @AfterAll
  static void stop() {
    running.close();
  }

  private static Connection as(String role) throws SQLException {
    return DriverManager.getConnection(Servers.postgres().jdbcUrl(), role, "shop");
  }

  private static String publish(Connection connection, String arguments) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select tailrace.publish(" + arguments + ")")) {
      row.next();
      return row.getString(1);
    }
  }

  @Test
  void publishesForTheTenantOfTheRoleTogetherWithTheProductsOwnRows() throws SQLException {
    try (Connection shop = as("shop");
        Statement statement = shop.createStatement()) {
      shop.setAutoCommit(false);
      statement.execute("insert into public.orders values (1)");
      String id =
          publish(shop, "'chat:orders', 'message.posted', E'{\"n\":\\r\\n1.0}', 'order:1', 'ada'");
      assertEquals(0, WriteIT.count("channel = 'chat:orders'"), "not before the commit");
      shop.commit();

      assertEquals("shop-tenant", WriteIT.column(id, "tenant"));
      assertEquals("{\"n\":\n1.0}", WriteIT.column(id, "data"));
      assertEquals("order:1", WriteIT.column(id, "entity"));
    }
  }

  @Test
  void whatIsRolledBackIsNotThere() throws SQLException {
    try (Connection shop = as("shop")) {
      shop.setAutoCommit(false);
      publish(shop, "'chat:undone', 'message.posted', '{}'");
      shop.rollback();
    }
    assertEquals(0, WriteIT.count("channel = 'chat:undone'"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "'chat', 'message.posted', '{}' # not a channel",
        "'chat:' || repeat('x', 201), 'message.posted', '{}' # not a channel",
        "'Chat:x', 'message.posted', '{}' # there is no kind \"Chat\"",
        "'chat:a/b', 'message.posted', '{}' # not a channel",
        "'chat:x', '', '{}' # not an event type",
        "'chat:x', repeat('t', 129), '{}' # not an event type",
        "'chat:x', 'message.posted', '{' # invalid input syntax for type json",
        "'chat:x', 'message.posted', null # must not be null",
        "'chat:x', 'message.posted', '{}', '' # entity must have 1 to 200",
        "'chat:x', 'message.posted', '{}', E'a\\nb' # entity must have 1 to 200",
        "'chat:x', 'message.posted', '{}', null, repeat('a', 201) # author must have 1 to 200",
        "'chat:x', 'message.posted', '{}', null, null, null, '00-1-2-3' # not a W3C traceparent",
        "'nokind:x', 'message.posted', '{}' # there is no kind",
        "'chat:x', 'message.posted', to_json(repeat('x', 65535)) # takes at most 65536",
      })
  void refusalsSayWhatIsWrong(String arguments, String message) throws SQLException {
    try (Connection shop = as("shop")) {
      SQLException e = assertThrows(SQLException.class, () -> publish(shop, arguments));
      assertTrue(String.valueOf(e.getMessage()).contains(message), e.getMessage());
    }
  }

  @Test
  void takesTheLargestDataThatTheKindTakes() throws SQLException {
    try (Connection shop = as("shop")) {
      publish(shop, "'chat:largest', 'message.posted', to_json(repeat('x', 65534))");
    }
    assertEquals(1, WriteIT.count("channel = 'chat:largest'"));
  }

  @Test
  void aRoleWithoutTenantIsToldHowToGetOne() throws SQLException {
    try (Connection stranger = as("stranger")) {
      PSQLException e =
          assertThrows(PSQLException.class, () -> publish(stranger, "'chat:x', 'a.b', '{}'"));

      ServerErrorMessage message = e.getServerErrorMessage();
      assertTrue(
          message != null && String.valueOf(message.getHint()).contains("tenant_role"),
          e.getMessage());
    }
  }

  @Test
  void productsReachNothingButTheDoor() throws SQLException {
    try (Connection shop = as("shop");
        Statement statement = shop.createStatement()) {
      for (String sql :
          new String[] {
            "select * from tailrace.outbox",
            "insert into tailrace.outbox (tenant, channel, type, data) values"
                + " ('demo','chat:x','a','1')",
            "select * from tailrace.written",
            "insert into tailrace.tenant_role values ('stranger', 'demo')",
            "select tailrace.drop_partitions(now())",
          }) {
        SQLException e = assertThrows(SQLException.class, () -> statement.execute(sql));
        assertEquals("42501", e.getSQLState(), sql);
      }
    }
  }

  @Test
  void rowsOfOneCopyAllArrive() throws SQLException, IOException {
    StringBuilder csv = new StringBuilder();
    for (int i = 0; i < 5_000; i++) {
      csv.append("demo,chat:copied,message.posted,\"{\"\"text\"\":\"\"")
          .append(i)
          .append("\"\"}\"\n");
    }
    try (Connection owner = Servers.connect()) {
      long rows =
          owner
              .unwrap(PGConnection.class)
              .getCopyAPI()
              .copyIn(
                  "copy tailrace.outbox (tenant, channel, type, data) from stdin (format csv)",
                  new StringReader(csv.toString()));
      assertEquals(5_000, rows);
    }
    assertEquals(5_000, WriteIT.count("channel = 'chat:copied'"));
    assertEquals(0, WriteIT.count("channel = 'chat:copied' and id is null"));
  }

  @Test
  void copyHoldsTheRulesOfTheTable() throws SQLException {
    try (Connection owner = Servers.connect()) {
      var copy = owner.unwrap(PGConnection.class).getCopyAPI();
      SQLException e =
          assertThrows(
              SQLException.class,
              () ->
                  copy.copyIn(
                      "copy tailrace.outbox (tenant, channel, type, data) from stdin (format csv)",
                      new StringReader("demo,nochannel,message.posted,1\n")));
      assertTrue(String.valueOf(e.getMessage()).contains("not a channel"), e.getMessage());
    }
  }
}
