import * as words from './words.js';

/** Events that the median and the line are made of. */
const SAMPLES = 48;
/** One in so many is told to the server, where it joins the figures of all clients. */
const TOLD_EVERY = 8;
/** Fewer points are a speck, no line. */
const LINE_MIN = 8;
const WIDTH = 96;
const HEIGHT = 18;

/** Commit→screen of the last live events: a number and a small line. */
export class Timing {
  #line;
  #median;
  #tell;
  #samples = [];
  #seen = 0;

  /** @param {(event: object, ms: number) => void} tell */
  constructor(pane, tell) {
    this.#line = pane.querySelector('.spark polyline');
    this.#median = pane.querySelector('.median');
    this.#tell = tell;
  }

  add(event, ms) {
    this.#samples = [...this.#samples.slice(1 - SAMPLES), ms];
    if (this.#seen % TOLD_EVERY === 0) {
      this.#tell(event, ms);
    }
    this.#seen += 1;
    const sorted = [...this.#samples].sort((a, b) => a - b);
    this.#median.textContent = words.duration(sorted[sorted.length >> 1]);
    if (sorted.length < LINE_MIN) {
      return;
    }
    // a single slow event must not flatten the rest
    const top = Math.max(sorted[Math.floor(sorted.length * 0.95)], 1);
    const step = WIDTH / (SAMPLES - 1);
    const x = (i) => WIDTH - (this.#samples.length - 1 - i) * step;
    const y = (sample) => (HEIGHT - 1 - (HEIGHT - 2) * Math.min(sample / top, 1)).toFixed(1);
    this.#line.setAttribute('points', this.#samples.map((sample, i) => `${x(i).toFixed(1)},${y(sample)}`).join(' '));
  }
}
