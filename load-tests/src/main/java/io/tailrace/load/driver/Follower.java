package io.tailrace.load.driver;

import io.tailrace.load.oracle.Witness;
import java.util.List;

/** A subscriber that follows the protocol, whatever is done to its connections. */
public interface Follower extends AutoCloseable {

  /** How it is called in counterexamples. */
  String name();

  List<String> channels();

  /** How far it has applied the channel. */
  long last(String channel);

  /** Whether it was ever subscribed to the channel. */
  boolean subscribed(String channel);

  /** What it applied of the channel. */
  List<Witness> witnesses(String channel);

  /** Ends it; {@link #witnesses} stays. */
  @Override
  void close();
}
