package io.tailrace.load.replay;

import io.tailrace.load.trace.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What must come out of each channel: the numbers of its messages, in the order of the trace. */
final class Expected {
  private final Map<String, List<Integer>> numbers = new LinkedHashMap<>();
  private final List<Message> messages;

  Expected(List<Message> messages) {
    this.messages = messages;
    for (int n = 0; n < messages.size(); n++) {
      numbers.computeIfAbsent(TraceText.channel(messages.get(n)), _ -> new ArrayList<>()).add(n);
    }
  }

  Iterable<String> channels() {
    return numbers.keySet();
  }

  int count(String channel) {
    return numbers.getOrDefault(channel, List.of()).size();
  }

  /** The data of the channel's message in this place, from 0. */
  String data(String channel, int place) {
    int number = numbers.getOrDefault(channel, List.of()).get(place);
    return TraceText.data(messages.get(number), number);
  }
}
