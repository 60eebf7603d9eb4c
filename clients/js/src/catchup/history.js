import { parsePage } from '../protocol/frames.js';
import { problemOf, unreachable } from '../protocol/problem.js';

/** Events asked for at once. The server allows 1000; half of it is on the screen sooner. */
export const PAGE_LIMIT = 500;
/** Channels asked for at once: the server's own bound. */
const CHANNELS_LIMIT = 500;
/** An answer that takes longer is given up: the server's own waits are a few seconds. */
const READ_MS = 15_000;

/** Reads what is history over HTTP. */
export class History {
  #http;

  /** @param {import('../http/http.js').Http} http */
  constructor(http) {
    this.#http = http;
  }

  /**
   * One page of events above `after`, read no earlier than the server has `minSeq`.
   * @throws {import('../protocol/problem.js').TailraceProblem}
   */
  events(channel, { after, minSeq, epoch }, signal) {
    const query = new URLSearchParams({ after, limit: PAGE_LIMIT, minSeq, epoch });
    return this.#read(`/v1/channels/${encodeURIComponent(channel)}/events?${query}`, 'events', signal);
  }

  /**
   * One page of the snapshot; `cursor` null for the first one.
   * @throws {import('../protocol/problem.js').TailraceProblem}
   */
  snapshot(channel, cursor, signal) {
    const query = cursor === null ? '' : `?${new URLSearchParams({ cursor })}`;
    return this.#read(`/v1/channels/${encodeURIComponent(channel)}/snapshot${query}`, 'entities', signal);
  }

  /**
   * How many missed events the contract says to be too many; null where it never offers a snapshot.
   * @throws {import('../protocol/problem.js').TailraceProblem}
   */
  async snapshotAfter(channel, signal) {
    const path = `/v1/channels/${encodeURIComponent(channel)}`;
    const { contract } = await this.#get(path, signal, JSON.parse);
    return contract?.longAbsence === 'snapshot' ? contract.snapshotAfter : null;
  }

  /**
   * How many signals a second the contract passes on.
   * @throws {import('../protocol/problem.js').TailraceProblem}
   */
  async signalsPerSecond(channel, signal) {
    const path = `/v1/channels/${encodeURIComponent(channel)}`;
    const { contract } = await this.#get(path, signal, JSON.parse);
    return contract.signals.perSecond;
  }

  /**
   * How far its readers have read the channel, a page of them; `cursor` null for the first one.
   * @throws {import('../protocol/problem.js').TailraceProblem}
   */
  receipts(channel, cursor, signal) {
    const query = cursor === null ? '' : `?${new URLSearchParams({ cursor })}`;
    return this.#get(`/v1/channels/${encodeURIComponent(channel)}/receipts${query}`, signal, JSON.parse);
  }

  /**
   * All channels of the user, with what is unread in them.
   * @throws {import('../protocol/problem.js').TailraceProblem}
   */
  async myChannels(signal) {
    const all = [];
    for (let after = ''; after !== null; ) {
      const query = new URLSearchParams({ limit: CHANNELS_LIMIT, ...(after === '' ? {} : { after }) });
      const { channels, next } = await this.#get(`/v1/me/channels?${query}`, signal, JSON.parse);
      all.push(...channels);
      after = next;
    }
    return all;
  }

  #read(path, key, signal) {
    return this.#get(path, signal, (text) => parsePage(text, key));
  }

  async #get(path, signal, parse) {
    const response = await this.#http.request(path, { signal: AbortSignal.any([signal, AbortSignal.timeout(READ_MS)]) });
    if (!response.ok) {
      throw await problemOf(response);
    }
    try {
      return parse(await response.text());
    } catch (problem) {
      throw unreachable(problem);
    }
  }
}
