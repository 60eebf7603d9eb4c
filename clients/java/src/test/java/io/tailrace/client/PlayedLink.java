package io.tailrace.client;

import io.tailrace.client.link.Link;
import io.tailrace.client.wire.ClientMessages.Want;
import java.util.ArrayList;
import java.util.List;

/** A link in the hands of a test. */
final class PlayedLink implements Link {
  final Receiver receiver;
  final List<List<Want>> asked = new ArrayList<>();
  final List<Long> refs = new ArrayList<>();
  final List<String> said = new ArrayList<>();
  boolean closed;

  PlayedLink(Receiver receiver) {
    this.receiver = receiver;
  }

  @Override
  public void subscribe(long ref, List<Want> wants) {
    refs.add(ref);
    asked.add(wants);
  }

  @Override
  public void unsubscribe(long ref, String channel) {}

  @Override
  public void renew(long ref) {}

  @Override
  public void ping(long ref) {
    receiver.heard();
  }

  @Override
  public void signal(String channel, String type, String data) {
    said.add(type + ' ' + data);
  }

  @Override
  public void receipt(String channel, long seq) {
    said.add("read " + seq);
  }

  @Override
  public void close() {
    closed = true;
  }
}
