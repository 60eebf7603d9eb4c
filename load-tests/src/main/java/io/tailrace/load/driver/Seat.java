package io.tailrace.load.driver;

import java.util.List;

/**
 * Who follows what. Two seats of one user and device are two tabs.
 *
 * @param name how it is called in counterexamples
 * @param comesAndGoes whether the user may be let in and shut out: then a refusal is an answer, and
 *     the seat asks again and again
 */
public record Seat(
    String name, String user, String device, List<String> channels, boolean comesAndGoes) {
  public Seat {
    channels = List.copyOf(channels);
  }

  /** A user to whom the channels are open. */
  public Seat(String name, String user, String device, List<String> channels) {
    this(name, user, device, channels, false);
  }

  /** A user who has what membership gives and nothing else. */
  public static Seat member(String name, String user, List<String> channels) {
    return new Seat(name, user, name, channels, true);
  }

  /** A user with one device. */
  public static Seat alone(String name, List<String> channels) {
    return new Seat(name, name, name, channels);
  }

  /** The same user on the same device, once more. */
  public Seat tab(String other) {
    return new Seat(other, user, device, channels, comesAndGoes);
  }
}
