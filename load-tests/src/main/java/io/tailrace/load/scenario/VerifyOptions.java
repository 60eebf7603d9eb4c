package io.tailrace.load.scenario;

/**
 * How a verification runs.
 *
 * @param seconds how long there is load
 * @param channels that everybody may read
 * @param memberChannels beside them, that have members
 * @param writesPerSecond about how many events are written in a second, over all writers
 * @param settleSeconds how long everything may take to arrive after the last write
 * @param cutsPerSecond how many connections are broken in a second
 */
public record VerifyOptions(
    int seconds,
    int channels,
    int memberChannels,
    int writesPerSecond,
    int subscribers,
    double cutsPerSecond,
    int settleSeconds,
    long seed) {
  public static final int SECONDS_MAX = 24 * 3600;
  public static final int CHANNELS_MAX = 200;

  public VerifyOptions {
    bounded("seconds", seconds, SECONDS_MAX);
    bounded("channels", channels, CHANNELS_MAX);
    if (memberChannels < 0 || memberChannels > CHANNELS_MAX) {
      throw new IllegalArgumentException(
          "member channels must be 0 to " + CHANNELS_MAX + ", not " + memberChannels);
    }
    bounded("writesPerSecond", writesPerSecond, 20_000);
    bounded("subscribers", subscribers, 200);
    bounded("settleSeconds", settleSeconds, 3600);
  }

  private static void bounded(String name, int value, int max) {
    if (value < 1 || value > max) {
      throw new IllegalArgumentException(name + " must be 1 to " + max + ", not " + value);
    }
  }
}
