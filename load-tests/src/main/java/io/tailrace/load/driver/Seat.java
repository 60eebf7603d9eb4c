package io.tailrace.load.driver;

import java.util.List;

/**
 * Who follows what. Two seats of one user and device are two tabs.
 *
 * @param name how it is called in counterexamples
 */
public record Seat(String name, String user, String device, List<String> channels) {
  public Seat {
    channels = List.copyOf(channels);
  }

  /** A user with one device. */
  public static Seat alone(String name, List<String> channels) {
    return new Seat(name, name, name, channels);
  }

  /** The same user on the same device, once more. */
  public Seat tab(String other) {
    return new Seat(other, user, device, channels);
  }
}
