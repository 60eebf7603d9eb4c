package io.tailrace.sequencer.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tailrace.schemas.name.Channel;
import io.tailrace.schemas.topic.ReceiptRecord;

/**
 * Keys of the store of receipts, ordered as those of {@link HistoryKeys}. Every receipt stands
 * twice: by its channel, and by its user.
 */
final class ReceiptKeys {
  private static final byte BY_CHANNEL = 1;
  private static final byte BY_USER = 2;

  private ReceiptKeys() {}

  static byte[] byChannel(ReceiptRecord.Key key) {
    return byChannel(key.channel(), key.user());
  }

  static byte[] byChannel(Channel channel, String user) {
    byte[] name = user.getBytes(UTF_8);
    return HistoryKeys.prefix(BY_CHANNEL, channel.full(), name.length).put(name).array();
  }

  static byte[] byUser(ReceiptRecord.Key key) {
    return byUser(key.channel().tenant(), key.user(), key.channel().name());
  }

  /** Below every channel of the user where no name is given. */
  static byte[] byUser(String tenant, String user, String channelName) {
    return HistoryKeys.ofUser(BY_USER, tenant, user, channelName);
  }
}
