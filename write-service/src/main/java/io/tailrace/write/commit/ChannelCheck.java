package io.tailrace.write.commit;

/**
 * What the database has to be asked before an event of a channel is committed, because only the
 * transaction itself can know it. One instance serves all channels of a kind.
 *
 * @param asks whom membership decides about
 * @param rolesThatPublish of members, with commas between them
 * @param mayCreate whether the author may make the channel, should it not be there
 * @param registers whether channels of the kind are kept in {@code tailrace.channel}
 */
public record ChannelCheck(
    Asks asks, String rolesThatPublish, boolean mayCreate, boolean registers) {

  /** Whom membership decides about. */
  public enum Asks {
    /** Nobody: the token has decided. */
    NOTHING(0),
    /** Everybody, once the channel is closed. */
    MEMBERS_WHERE_CLOSED(1),
    /** Everybody, always. */
    MEMBERS(2);

    private final int code;

    Asks(int code) {
      this.code = code;
    }

    /** As {@code tailrace.check_publish} takes it. */
    int code() {
      return code;
    }
  }
}
