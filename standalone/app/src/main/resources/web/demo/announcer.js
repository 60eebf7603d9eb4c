/** Announcements within this time become one: a screen reader drops what is replaced too fast. */
const GATHER_MS = 400;
const LENGTH_MAX = 300;

/** One polite voice for both panes, so that nothing is read twice. */
export function announcer(element) {
  let gathered = [];
  return (text) => {
    gathered.push(text);
    if (gathered.length === 1) {
      setTimeout(() => {
        element.textContent = gathered.join('. ').slice(0, LENGTH_MAX);
        gathered = [];
      }, GATHER_MS);
    }
  };
}
