/** Between two lines that a toggle writes. A reader can still follow. */
const PAUSE_MS = 700;

const LINES = [
  'The water is down to the second mark.',
  'Gate two is open.',
  'Flow looks even from here.',
  'Taking the reading again in a moment.',
  'Seventeen, as before.',
  'Someone should look at the screen by the inlet.',
  'On my way.',
  'Found a branch, nothing more.',
  'Level is steady.',
  'Writing it into the log.',
];

/** Writes a line every so often while it is on. */
export class AutoWriter {
  #write;
  #timer = null;
  #next = 0;

  constructor(write) {
    this.#write = write;
  }

  get isOn() {
    return this.#timer !== null;
  }

  toggle() {
    if (this.isOn) {
      clearInterval(this.#timer);
      this.#timer = null;
    } else {
      this.#timer = setInterval(() => this.#line(), PAUSE_MS);
      this.#line();
    }
  }

  #line() {
    this.#write(LINES[this.#next % LINES.length]);
    this.#next += 1;
  }
}
