package io.tailrace.gateway.session;

import io.tailrace.gateway.resume.ChannelWindow;
import io.tailrace.gateway.resume.Windows;
import io.tailrace.schemas.name.Channel;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rooms of a shard, each for as long as somebody is in it. Owned by the shard's thread. */
public final class Rooms {
  private final Windows windows;
  private final Map<String, Room> rooms = new HashMap<>();
  private final Doors doors;

  /** Hears who comes and goes, each once for each subscription. */
  public interface Doors {
    /** It takes new events from here on. */
    void wentLive(Subscription subscription);

    /** It took new events, and does not any more. */
    void left(Subscription subscription);
  }

  /** No rooms yet, over the shard's windows. */
  public Rooms(Windows windows, Doors doors) {
    this.windows = windows;
    this.doors = doors;
  }

  /** The windows below the rooms. */
  public Windows windows() {
    return windows;
  }

  /** A channel's room, null where nobody is in it. */
  public @Nullable Room find(String channel) {
    return rooms.get(channel);
  }

  /** All rooms, in no order. */
  public Collection<Room> all() {
    return rooms.values();
  }

  /** A channel's room, opened where nobody was in it; somebody must enter it now. */
  public Room open(Channel channel, int partition) {
    String full = channel.full();
    Room room = rooms.get(full);
    if (room == null) {
      ChannelWindow window = windows.hold(full, partition);
      room = new Room(channel.name(), window, doors);
      rooms.put(full, room);
    }
    return room;
  }

  /** Ends a subscription: it is in no room and on no connection any more. */
  public void leave(Subscription subscription) {
    Room room = subscription.room();
    room.leave(subscription);
    if (subscription.stage() == Subscription.Stage.REPLAYING) {
      subscription.peer().replaying(-1);
    }
    subscription.peer().subscriptions().remove(room.window().channel());
    if (subscription.stage() == Subscription.Stage.LIVE) {
      doors.left(subscription);
    }
    if (room.isEmpty()) {
      room.run().clear();
      rooms.remove(room.window().channel());
      windows.release(room.window());
    }
  }
}
