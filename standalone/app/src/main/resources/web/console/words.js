/** How numbers are written. */
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const one = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

export const count = (n) => whole.format(n);
export const rate = (perSecond) => (perSecond === undefined ? '–' : (perSecond < 10 ? one : whole).format(perSecond));

export function bytes(n) {
  if (n < 1024) {
    return `${whole.format(n)} B`;
  }
  return n < 1024 * 1024 ? `${one.format(n / 1024)} KiB` : `${one.format(n / 1024 / 1024)} MiB`;
}

export function seconds(s) {
  if (s === undefined) {
    return '–';
  }
  return s < 1 ? `${one.format(s * 1000)} ms` : `${one.format(s)} s`;
}

export function age(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) {
    return `${s} s`;
  }
  return s < 3600 ? `${Math.floor(s / 60)} min` : `${Math.floor(s / 3600)} h`;
}

/** An element with a class and a text; text is text, whatever it looks like. */
export function element(name, className, text = '') {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}
