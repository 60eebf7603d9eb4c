package io.tailrace.write.commit;

import io.tailrace.schemas.name.Channel;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is asked about a batch: one entry for each channel, author and contract, however many rows
 * it has. Numbers of entries begin at 1, as {@code tailrace.check_publish} counts.
 */
final class Checks {
  private record Entry(Channel channel, String author, ChannelCheck check) {}

  private final List<Entry> entries = new ArrayList<>();
  private final List<Integer> units = new ArrayList<>();
  private final List<Integer> rows = new ArrayList<>();
  private final List<Integer> entryOfRow = new ArrayList<>();
  private final KnownChannels known;

  private Checks(KnownChannels known) {
    this.known = known;
  }

  static Checks of(List<Pending> batch, KnownChannels known) {
    Checks checks = new Checks(known);
    Map<Entry, Integer> numbers = new HashMap<>();
    for (int unit = 0; unit < batch.size(); unit++) {
      List<EventRow> rows = batch.get(unit).unit.rows();
      for (int row = 0; row < rows.size(); row++) {
        checks.add(numbers, unit, row, rows.get(row));
      }
    }
    return checks;
  }

  private void add(Map<Entry, Integer> numbers, int unit, int row, EventRow event) {
    ChannelCheck check = event.check();
    if (check == null
        || (check.asks() == ChannelCheck.Asks.NOTHING && !unregistered(event.channel(), check))) {
      return;
    }
    Entry entry = new Entry(event.channel(), event.author(), check);
    Integer number = numbers.get(entry);
    if (number == null) {
      entries.add(entry);
      number = entries.size();
      numbers.put(entry, number);
    }
    units.add(unit);
    rows.add(row);
    entryOfRow.add(number);
  }

  private boolean unregistered(Channel channel, ChannelCheck check) {
    return check.registers() && !known.has(channel);
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  /** Binds the nine arrays from this parameter on; returns the parameter behind them. */
  int bind(Connection connection, PreparedStatement statement, int first) throws SQLException {
    int count = entries.size();
    String[][] texts = new String[4][count];
    Integer[] asks = new Integer[count];
    Boolean[][] flags = new Boolean[2][count];
    for (int i = 0; i < count; i++) {
      Entry entry = entries.get(i);
      ChannelCheck check = entry.check();
      texts[0][i] = entry.channel().tenant();
      texts[1][i] = entry.channel().name();
      texts[2][i] = entry.author();
      asks[i] = check.asks().code();
      texts[3][i] = check.rolesThatPublish();
      flags[0][i] = check.mayCreate();
      flags[1][i] = unregistered(entry.channel(), check);
    }
    statement.setArray(first, connection.createArrayOf("text", texts[0]));
    statement.setArray(first + 1, connection.createArrayOf("text", texts[1]));
    statement.setArray(first + 2, connection.createArrayOf("text", texts[2]));
    statement.setArray(first + 3, connection.createArrayOf("int4", asks));
    statement.setArray(first + 4, connection.createArrayOf("text", texts[3]));
    statement.setArray(first + 5, connection.createArrayOf("bool", flags[0]));
    statement.setArray(first + 6, connection.createArrayOf("bool", flags[1]));
    statement.setArray(first + 7, connection.createArrayOf("int4", units.toArray()));
    statement.setArray(first + 8, connection.createArrayOf("int4", entryOfRow.toArray()));
    return first + 9;
  }

  /** What became of the units that were not written, by their index. */
  Map<Integer, Verdict> verdicts(Integer[] entry, String[] verdict) {
    Map<Integer, String> said = new HashMap<>();
    for (int i = 0; i < entry.length; i++) {
      if (!verdict[i].equals("new")) {
        said.put(entry[i], verdict[i]);
      }
    }
    Map<Integer, Verdict> verdicts = new HashMap<>();
    for (int i = 0; i < units.size() && !said.isEmpty(); i++) {
      String of = said.get(entryOfRow.get(i));
      if (of != null) {
        verdicts.merge(units.get(i), new Verdict(of.equals("busy"), rows.get(i)), Verdict::first);
      }
    }
    return verdicts;
  }

  /** The channels of the units that were written are registered from now on. */
  void learn(List<Pending> batch, Outcome outcome) {
    for (int i = 0; i < units.size(); i++) {
      EventRow row = batch.get(units.get(i)).unit.rows().get(rows.get(i));
      ChannelCheck check = row.check();
      if (check != null && check.registers() && outcome.wrote(units.get(i))) {
        known.add(row.channel());
      }
    }
  }

  /**
   * Why a unit was not written.
   *
   * @param busy what decides is just being changed: to be tried again
   * @param row of the unit, at fault
   */
  record Verdict(boolean busy, int row) {
    /** A refusal is final, so it goes before. */
    private static @Nullable Verdict first(Verdict one, Verdict other) {
      return one.busy() && !other.busy() ? other : one;
    }
  }
}
