import * as words from './words.js';

/** By pane: left, right. Plain keys, since every modifier is taken by some browser; they rest while a field has focus. */
export const KEYS = [
  { write: '1', cut: '3', auto: '5' },
  { write: '2', cut: '4', auto: '6' },
];

/**
 * @param {import('./pane.js').Pane[]} panes
 * @param {HTMLElement} list where they are told
 */
export function listenForShortcuts(panes, list) {
  const actions = new Map();
  panes.forEach((pane, i) => {
    actions.set(KEYS[i].write, () => pane.focusComposer());
    actions.set(KEYS[i].cut, () => pane.toggleCut());
    actions.set(KEYS[i].auto, () => pane.toggleAuto());
  });
  document.addEventListener('keydown', (event) => {
    const typing = event.target instanceof HTMLInputElement;
    if (event.key === 'Escape' && typing) {
      event.target.blur();
    } else if (!typing && !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat) {
      const action = actions.get(event.key);
      if (action !== undefined) {
        event.preventDefault();
        action();
      }
    }
  });
  const [left, right] = panes.map(({ user }) => words.name(user));
  list.replaceChildren(
    told([KEYS[0].write, KEYS[1].write], `write as ${left}, ${right}`),
    told([KEYS[0].cut, KEYS[1].cut], 'cut or reconnect'),
    told([KEYS[0].auto, KEYS[1].auto], 'auto-write'),
    told(['Esc'], 'leave the field, then use the keys'),
  );
}

function told(keys, text) {
  const item = document.createElement('li');
  for (const key of keys) {
    const kbd = document.createElement('kbd');
    kbd.textContent = key;
    item.append(kbd, ' ');
  }
  item.append(text);
  return item;
}
