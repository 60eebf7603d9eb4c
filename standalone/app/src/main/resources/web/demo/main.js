import { announcer } from './announcer.js';
import { Pane } from './pane.js';
import { KEYS, listenForShortcuts } from './shortcuts.js';
import { Verdict } from './verdict.js';

/** While the system is still starting its port is open already. */
const SESSION_RETRY_MS = 500;

const byId = (id) => document.getElementById(id);

async function session() {
  for (;;) {
    const response = await fetch('/demo/session');
    if (response.ok) {
      return response.json();
    }
    if (response.status !== 503) {
      const { detail } = await response.json().catch(() => ({}));
      throw new Error(detail ?? `The server answered ${response.status}.`);
    }
    await new Promise((done) => setTimeout(done, SESSION_RETRY_MS));
  }
}

async function main() {
  const { channel, users } = await session();
  byId('channel').textContent = channel;
  const panes = [];
  const verdict = new Verdict(panes);
  const page = {
    announce: announcer(byId('announcer')),
    changed: () => panes.length === 2 && verdict.update(),
  };
  users.slice(0, 2).forEach(({ user, token }, i) => {
    const element = byId('pane').content.firstElementChild.cloneNode(true);
    element.classList.add(i === 0 ? 'left' : 'right');
    byId('panes').append(element);
    panes.push(new Pane(element, { user, token, channel, keys: KEYS[i] }, page));
  });
  listenForShortcuts(panes, byId('keys'));
}

main().catch((problem) => {
  byId('failure').textContent = `The demo could not start. ${problem.message}`;
  byId('failure').hidden = false;
});
