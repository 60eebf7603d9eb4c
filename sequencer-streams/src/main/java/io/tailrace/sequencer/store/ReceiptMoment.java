package io.tailrace.sequencer.store;

import io.tailrace.schemas.name.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A {@link HistoryReader.ReceiptView} of two views. */
final class ReceiptMoment implements HistoryReader.ReceiptView {
  private final HistoryReader.View history;
  private final ReceiptRows rows;

  ReceiptMoment(HistoryReader.View history, ReceiptRows rows) {
    this.history = history;
    this.rows = rows;
  }

  @Override
  public HistoryReader.View history() {
    return history;
  }

  @Override
  public List<HistoryReader.UserPlace> receipts(Channel channel, String after, int most) {
    return rows.receipts(channel, after, most);
  }

  @Override
  public List<HistoryReader.ChannelPlace> channelsOf(
      String tenant, String user, String after, int most) {
    // Names are ASCII: texts are in the same order as keys.
    NavigableMap<String, HistoryReader.ChannelPlace> all = new TreeMap<>();
    for (String name : history.channelsOf(tenant, user, after, most)) {
      all.put(name, new HistoryReader.ChannelPlace(name, null));
    }
    for (HistoryReader.ChannelPlace one : rows.channelsOf(tenant, user, after, most)) {
      all.put(one.name(), one);
    }
    List<HistoryReader.ChannelPlace> merged = new ArrayList<>(all.values());
    return merged.size() <= most ? merged : List.copyOf(merged.subList(0, most));
  }

  @Override
  public void close() {
    try {
      rows.close();
    } finally {
      history.close();
    }
  }
}
