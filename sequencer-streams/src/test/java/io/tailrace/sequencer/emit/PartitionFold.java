package io.tailrace.sequencer.emit;

import io.tailrace.schemas.event.Position;
import io.tailrace.schemas.name.Channel;
import io.tailrace.sequencer.number.ChannelState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The sequencer's state of one partition, in memory, with what it has emitted. */
final class PartitionFold {
  /** An event as far as the order is concerned. */
  record Emitted(Channel channel, String id, ChannelState place) {}

  private @Nullable Position last;
  private final Map<Channel, ChannelState> channels;
  private final List<Emitted> emitted;
  private final List<Decision.DeadLetter> letters = new ArrayList<>();
  private final List<Integer> marks = new ArrayList<>();
  private int dropped;

  PartitionFold() {
    this(null, Map.of(), List.of());
  }

  private PartitionFold(
      @Nullable Position last, Map<Channel, ChannelState> channels, List<Emitted> emitted) {
    this.last = last;
    this.channels = new HashMap<>(channels);
    this.emitted = new ArrayList<>(emitted);
  }

  /** The same state in another generation of the sequencer. */
  PartitionFold copy() {
    return new PartitionFold(last, channels, emitted);
  }

  Decision take(Input input) {
    Channel channel = input instanceof Input.Row row ? row.record().channel() : null;
    ChannelState state = channel == null ? null : channels.get(channel);
    Decision decision = Sequencing.decide(last, state, input);
    switch (decision) {
      case Decision.Drop _ -> dropped++;
      case Decision.Emit(Position position, ChannelState next) -> {
        last = position;
        if (input instanceof Input.Row row && channel != null) {
          channels.put(channel, next);
          emitted.add(new Emitted(channel, row.record().envelope().id(), next));
        }
      }
      case Decision.Mark(Position position) -> {
        last = position;
        marks.add(position.incarnation());
      }
      case Decision.DeadLetter letter -> {
        last = letter.position() == null ? last : letter.position();
        letters.add(letter);
      }
    }
    return decision;
  }

  List<Emitted> emitted() {
    return emitted;
  }

  List<String> ids() {
    return emitted.stream().map(Emitted::id).toList();
  }

  List<Decision.DeadLetter> letters() {
    return letters;
  }

  /** Epochs that were marked as begun. */
  List<Integer> marks() {
    return marks;
  }

  int dropped() {
    return dropped;
  }
}
