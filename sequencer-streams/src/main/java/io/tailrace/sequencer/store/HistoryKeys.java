package io.tailrace.sequencer.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tailrace.schemas.name.Channel;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Keys of the history store. Ordered as unsigned bytes: first the kind of entry, then the channel
 * with its length in front, so that no channel's keys run into another's, then big-endian numbers.
 */
final class HistoryKeys {
  /** Offset of the last record that the store holds. */
  static final byte[] OFFSET = {0, 'o'};

  /** Highest epoch that was seen in the partition, and whether it has been seen whole. */
  static final byte[] EPOCH = {0, 'e'};

  /** Version of keys and values. */
  static final byte[] LAYOUT = {0, 'v'};

  private static final byte HEAD = 1;
  private static final byte EVENT = 2;
  private static final byte ENTITY = 3;
  private static final byte CLOSING = 4;
  private static final byte MEMBER = 5;
  private static final byte OF_USER = 6;

  private HistoryKeys() {}

  static byte[] head(Channel channel) {
    return prefix(HEAD, channel, 0).array();
  }

  /** Below every head. */
  static byte[] heads() {
    return new byte[] {HEAD};
  }

  /** The channel in the key of a head. */
  static Channel channelOf(byte[] headKey) {
    Channel channel = Channel.parseFull(new String(headKey, 3, headKey.length - 3, UTF_8));
    if (channel == null) {
      throw new IllegalArgumentException("not the key of a head");
    }
    return channel;
  }

  static byte[] event(Channel channel, int epoch, long seq) {
    return prefix(EVENT, channel, 4 + 8).putInt(epoch).putLong(seq).array();
  }

  /** Below every event of the channel. */
  static byte[] events(Channel channel) {
    return prefix(EVENT, channel, 0).array();
  }

  /** The seq in the key of an event. */
  static long seqOf(byte[] eventKey) {
    return ByteBuffer.wrap(eventKey).getLong(eventKey.length - 8);
  }

  static byte[] entity(Channel channel, byte[] entity) {
    return prefix(ENTITY, channel, entity.length).put(entity).array();
  }

  /** Below every entity of the channel. */
  static byte[] entities(Channel channel) {
    return prefix(ENTITY, channel, 0).array();
  }

  /** The entity in its key. */
  static byte[] entityOf(Channel channel, byte[] entityKey) {
    return Arrays.copyOfRange(entityKey, 3 + channel.full().length(), entityKey.length);
  }

  /** Since when the channel belongs to its members. */
  static byte[] closing(Channel channel) {
    return prefix(CLOSING, channel, 0).array();
  }

  static byte[] member(Channel channel, String user) {
    byte[] name = user.getBytes(UTF_8);
    return prefix(MEMBER, channel, name.length).put(name).array();
  }

  /** Below every member of the channel. */
  static byte[] members(Channel channel) {
    return prefix(MEMBER, channel, 0).array();
  }

  /** Says that the user is a member of a channel, or was; the row of the member says which. */
  static byte[] ofUser(String tenant, String user, String channelName) {
    return ofUser(OF_USER, tenant, user, channelName);
  }

  /** Below every channel of the user. */
  static byte[] ofUser(String tenant, String user) {
    return ofUser(OF_USER, tenant, user, "");
  }

  /** In the order of the channels' names. */
  static byte[] ofUser(byte kind, String tenant, String user, String channelName) {
    byte[] rest = channelName.getBytes(UTF_8);
    // A tenant's name has no slash: no two users have the same text here.
    return prefix(kind, tenant + '/' + user, rest.length).put(rest).array();
  }

  /** What stands in a key behind the name that it begins with. */
  static String rest(byte[] key) {
    int length = Short.toUnsignedInt(ByteBuffer.wrap(key).getShort(1));
    return new String(key, 3 + length, key.length - 3 - length, UTF_8);
  }

  /** The smallest key above this one. */
  static byte[] justAbove(byte[] key) {
    return Arrays.copyOf(key, key.length + 1);
  }

  /** Above every key that begins with the prefix, and below all others that are above it. */
  static byte[] above(byte[] prefix) {
    byte[] end = prefix.clone();
    for (int i = end.length - 1; i >= 0; i--) {
      if (end[i] != (byte) 0xff) {
        end[i]++;
        return Arrays.copyOf(end, i + 1);
      }
    }
    throw new IllegalArgumentException("no key is above a prefix of 0xff alone");
  }

  private static ByteBuffer prefix(byte kind, Channel channel, int more) {
    return prefix(kind, channel.full(), more);
  }

  /** Room for a key that begins with a name, its length in front. */
  static ByteBuffer prefix(byte kind, String text, int more) {
    byte[] name = text.getBytes(UTF_8);
    return ByteBuffer.allocate(1 + 2 + name.length + more)
        .put(kind)
        .putShort((short) name.length)
        .put(name);
  }
}
