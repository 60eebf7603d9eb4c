import * as words from './words.js';

/** The two sides get an event within milliseconds of each other: a difference is one when it stays. */
const SETTLE_MS = 250;

/** Says whether the two sides hold the same history, and what proves it. */
export class Verdict {
  #element = document.getElementById('verdict');
  #said = document.getElementById('verdict-words');
  #seq = document.getElementById('verdict-seq');
  #chain = document.getElementById('verdict-chain');
  #panes;
  #timer = null;

  constructor(panes) {
    this.#panes = panes;
  }

  update() {
    const [left, right] = this.#panes.map(({ state }) => state);
    const placed = left.epoch !== 0 && left.epoch === right.epoch;
    if (placed && left.seq === right.seq) {
      clearTimeout(this.#timer);
      this.#timer = null;
      const same = left.chain === right.chain;
      this.#show(same ? 'same' : 'different', same ? 'Same history' : 'Histories differ', left.seq, left.chain);
    } else {
      this.#timer ??= setTimeout(() => {
        this.#timer = null;
        this.#showDifference();
      }, SETTLE_MS);
    }
  }

  #showDifference() {
    const [one, other] = this.#panes;
    if (one.state.epoch !== other.state.epoch || one.state.epoch === 0) {
      this.#show('unknown', 'Comparing…', null, null);
      return;
    }
    const difference = one.state.seq - other.state.seq;
    if (difference !== 0) {
      const late = difference > 0 ? other : one;
      const said = `${words.name(late.user)} is ${words.events(Math.abs(difference))} behind`;
      this.#show('behind', said, late.state.seq, late.state.chain);
    }
  }

  #show(verdict, said, seq, chain) {
    this.#element.dataset.verdict = verdict;
    if (this.#said.textContent !== said) {
      this.#said.textContent = said;
    }
    this.#seq.textContent = seq === null ? '' : `seq ${words.count(seq)}`;
    this.#chain.textContent = seq === null ? '' : `chain ${words.chain(chain)}`;
  }
}
