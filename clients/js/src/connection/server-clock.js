/** Samples kept. The clocks drift apart slowly; a sample that is too old is worse than a slower round trip. */
const SAMPLES_MAX = 8;

/**
 * How far the server's clock is ahead of ours, from round trips (Cristian's algorithm): the server read its clock
 * somewhere between our two readings, so the shortest round trip bounds the error best.
 */
export class ServerClock {
  #samples = [];

  /** All three in milliseconds. */
  add(sentMs, receivedMs, serverMs) {
    const sample = { roundTripMs: receivedMs - sentMs, offsetMs: serverMs - (sentMs + receivedMs) / 2 };
    this.#samples = [...this.#samples.slice(1 - SAMPLES_MAX), sample];
  }

  /** Null until the first answer. Server time = our time + offset. */
  get offsetMs() {
    return this.#best?.offsetMs ?? null;
  }

  /** Of the sample in use: the offset is right within half of it. */
  get roundTripMs() {
    return this.#best?.roundTripMs ?? null;
  }

  get #best() {
    return this.#samples.reduce(
      (best, sample) => (best === null || sample.roundTripMs < best.roundTripMs ? sample : best),
      null,
    );
  }
}
