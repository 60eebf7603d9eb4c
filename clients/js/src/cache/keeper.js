import { isSound, isTooLarge, recordAt, withEntities, withEvents, withoutAbove } from './record.js';

/** A channel is written at most this often: the record is written whole. */
const SAVE_MS = 500;

/**
 * Keeps the record of one followed channel, and writes it now and then. A fault of the store is told once and costs the
 * cache alone.
 */
export class Keeper {
  #channel;
  #cache;
  #onFault;
  #record = null;
  #mustReplace = false;
  #timer = null;
  #writing = Promise.resolve();

  /**
   * @param {string} channel
   * @param {import('../index.js').Cache} cache
   * @param {(fault: Error) => void} onFault
   */
  constructor(channel, cache, onFault) {
    this.#channel = channel;
    this.#cache = cache;
    this.#onFault = onFault;
  }

  /** @returns {Promise<object | null>} the record to begin with; null: none, or one that is not sound */
  async load() {
    try {
      const record = await this.#cache.loadChannel(this.#channel);
      if (record && isSound(record)) {
        this.#record = record;
        return record;
      }
      // another user's, another version's, or damaged: the server has it all
      return null;
    } catch (fault) {
      this.#onFault(fault);
      return null;
    }
  }

  /** @param {number} before the seq that was held before these events, `chain` the chain there */
  events(epoch, events, before, chain) {
    const follows = this.#record?.epoch === epoch && this.#record.seq === before;
    this.#put(withEvents(follows ? this.#record : recordAt(epoch, before, chain), events));
  }

  /** A part of a snapshot; nothing is written before the last, whose chain is known. */
  entities(epoch, entities, seq, chain) {
    const same = this.#record?.epoch === epoch && this.#record.base === seq && this.#record.seq === seq;
    this.#record = withEntities(same ? this.#record : recordAt(epoch, seq, chain), entities, epoch, seq, chain);
    if (chain !== undefined) {
      this.#put(this.#record);
    }
  }

  void(epoch, after) {
    this.#mustReplace = true;
    this.#put(this.#record === null ? null : withoutAbove(this.#record, epoch, after));
  }

  /** Keeps nothing: whose right to read it is gone has no copy of it on the device either. */
  forget() {
    this.#mustReplace = true;
    this.#put(null);
  }

  /** Writes what is not written yet. */
  async flush() {
    clearTimeout(this.#timer);
    if (this.#timer !== null) {
      this.#timer = null;
      this.#write();
    }
    await this.#writing;
  }

  #put(record) {
    this.#record = record === null || isTooLarge(record) ? null : record;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#write();
    }, SAVE_MS);
  }

  #write() {
    const record = this.#record;
    const replace = this.#mustReplace;
    this.#mustReplace = false;
    this.#writing = this.#writing
      .then(() => this.#cache.saveChannel(this.#channel, record, { replace }))
      .catch((fault) => this.#onFault(fault));
  }
}
