package io.tailrace.write.validate;

import io.tailrace.schemas.name.Channel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One event for many channels, all of it checked against the contracts of their kinds.
 *
 * @param channels at least one, none twice, in the order in which they get the event
 * @param id of the job, where the writer chose it
 * @param data the writer's JSON as it was written
 * @param reason why it is done, for the audit
 */
public record NewBroadcast(
    List<Channel> channels,
    String type,
    @Nullable String entity,
    @Nullable String id,
    String data,
    String reason) {
  /** Copies the channels. */
  public NewBroadcast {
    channels = List.copyOf(channels);
  }
}
