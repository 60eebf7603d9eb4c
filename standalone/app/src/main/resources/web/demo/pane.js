import { AutoWriter } from './auto-writer.js';
import { Cable } from './cable.js';
import { nowMs } from './clock.js';
import { EventsList } from './events-list.js';
import { Outbox } from './outbox.js';
import { Timing } from './timing.js';
import * as words from './words.js';
import { connect } from '/client/index.js';

/** Messages of more events at once are announced as a number. */
const ANNOUNCED_MAX = 3;

const isLive = ({ phase }) => phase === 'live' || phase === 'degraded';
/** What is shown waits for a connection. */
const isAway = ({ phase }) => phase === 'connecting' || phase === 'cached';

/** One user: a client of its own behind a cable of its own, and what that user sees. */
export class Pane {
  #element;
  #cable = new Cable();
  #client;
  #follower;
  #list;
  #outbox;
  #announce;
  #changed;
  #cutAtMs = null;
  #joinedAtMs = nowMs();
  #catchUp = null;
  #everLive = false;
  #looked = 0;
  #ticking = null;

  /**
   * @param {{user: string, token: string, channel: string, keys: {write: string, cut: string, auto: string}}} who
   * @param {{announce: (text: string) => void, changed: () => void}} page
   */
  constructor(element, who, page) {
    this.#element = element;
    this.user = who.user;
    this.#announce = page.announce;
    this.#changed = page.changed;
    this.#client = connect({
      url: location.origin,
      token: who.token,
      device: `demo-${who.user}`,
      WebSocket: this.#cable.WebSocket,
      fetch: this.#cable.fetch,
      nowMs,
    });
    const timing = new Timing(element, (event, ms) => this.#client.rendered(who.channel, event.seq, ms));
    this.#list = new EventsList(
      element,
      () => this.#client.clock,
      (event, ms) => timing.add(event, ms),
      (seq) => this.#look(seq),
    );
    this.#outbox = new Outbox(
      element,
      (text) => this.#client.send(who.channel, 'message.posted', { text }),
      page.announce,
    );
    this.auto = new AutoWriter((text) => this.#outbox.send(text));
    this.#label(who);
    this.#wire();
    this.#follower = this.#client.follow(who.channel, {
      from: 'start',
      onEvents: (events, { via }) => this.#onEvents(events, via),
      onVoid: ({ after }) => {
        this.#looked = Math.min(this.#looked, after);
        this.#list.void(after);
      },
    });
    this.#follower.watchPresence((presence) => (this.#part('.who').textContent = words.here(presence)));
    this.#attend();
    document.addEventListener('visibilitychange', () => this.#attend());
    globalThis.addEventListener('pagehide', () => this.#follower.absent());
    globalThis.addEventListener('pageshow', () => this.#attend());
    this.#follower.watchSignals((signals) => this.#showTyping(signals));
    this.#follower.watchReceipts((receipts) => this.#showReceipts(receipts));
    document.addEventListener('visibilitychange', () => this.#list.look());
    this.#follower.watch((state) => this.#onState(state));
    this.#client.watch(({ phase }) => {
      if (phase === 'open') {
        this.#joinedAtMs = nowMs();
      }
      this.#showCountdown();
    });
  }

  get state() {
    return this.#follower.state;
  }

  focusComposer() {
    this.#part('input').focus();
  }

  toggleCut() {
    if (this.#cable.isCut) {
      this.#cable.mend();
      this.#client.reconnectNow();
    } else {
      this.#cutAtMs = nowMs();
      this.#cable.cut();
    }
    const { isCut } = this.#cable;
    this.#element.toggleAttribute('data-cut', isCut);
    this.#press('.cut', isCut, isCut ? 'Reconnect' : 'Cut connection');
  }

  toggleAuto() {
    this.auto.toggle();
    this.#press('.auto', this.auto.isOn, 'Auto-write');
  }

  #part(selector) {
    return this.#element.querySelector(selector);
  }

  #label({ user, keys }) {
    const name = words.name(user);
    const id = `name-${user}`;
    this.#element.dataset.user = user;
    this.#element.setAttribute('aria-labelledby', id);
    this.#part('.name').id = id;
    this.#part('.name').textContent = name;
    this.#part('.face').textContent = name.charAt(0);
    this.#part('.events').setAttribute('aria-label', `What ${name} sees`);
    this.#part('.scroller').setAttribute('aria-label', `What ${name} sees, scrollable`);
    this.#part('input').placeholder = `Write as ${name}`;
    this.#part('input').setAttribute('aria-label', `Write as ${name}`);
    this.#part('.cut kbd').textContent = keys.cut;
    this.#part('.auto kbd').textContent = keys.auto;
    this.#part('.composer kbd').textContent = keys.write;
  }

  #wire() {
    this.#part('.cut').addEventListener('click', () => this.toggleCut());
    this.#part('.auto').addEventListener('click', () => this.toggleAuto());
    const input = this.#part('input');
    // without an end of its own it would be shown until it expires
    const sayTyping = () => this.#follower.signal('typing', { on: input.value !== '' });
    input.addEventListener('input', sayTyping);
    this.#part('.composer').addEventListener('submit', (event) => {
      event.preventDefault();
      const text = input.value.trim();
      if (text !== '') {
        input.value = '';
        sayTyping();
        this.#outbox.send(text);
      }
    });
  }

  #attend() {
    this.#follower.present(document.visibilityState === 'visible' ? 'active' : 'away');
  }

  #press(selector, pressed, label) {
    const button = this.#part(selector);
    button.setAttribute('aria-pressed', pressed);
    button.querySelector('.label').textContent = label;
  }

  #onEvents(events, via) {
    this.#list.add(events, { live: via === 'live' });
    if (via === 'live' && events.length <= ANNOUNCED_MAX) {
      for (const { author, data } of events) {
        if (author === this.user) {
          this.#announce(`${words.name(author)}: ${data?.text ?? ''}`);
        }
      }
    }
  }

  #onState(state) {
    this.#followCatchUp(state);
    if (isLive(state)) {
      this.#everLive = true;
      this.#cutAtMs = null;
    }
    const said = words.state(state, this.#everLive);
    this.#element.dataset.phase = state.phase;
    const isAwayNow = this.#everLive && isAway(state);
    if (isAwayNow && !this.#element.hasAttribute('data-away')) {
      this.#announce(`${words.name(this.user)}: ${said}`);
    }
    this.#element.toggleAttribute('data-away', isAwayNow);
    this.#part('.held').hidden = state.phase !== 'cached';
    this.#part('.words').textContent = said;
    this.#part('.facts .seq').textContent = words.count(state.seq);
    this.#part('.facts .chain').textContent = words.chain(state.chain);
    // after the rows of this frame, which may be in sight
    requestAnimationFrame(() => this.#showUnread());
    this.#showCountdown();
    this.#changed();
  }

  #showTyping(signals) {
    const users = signals.filter(({ type, data }) => type === 'typing' && data?.on).map(({ user }) => user);
    this.#part('.typing').textContent = words.typing(users.filter((user) => user !== this.user));
  }

  #showReceipts(receipts) {
    this.#list.mark([...receipts].filter(([user]) => user !== this.user));
    this.#showUnread();
  }

  #look(seq) {
    this.#looked = Math.max(this.#looked, seq);
    this.#follower.read(seq);
    this.#showUnread();
  }

  /** What was looked at here need not come back before it counts as read. */
  #showUnread() {
    const { state, receipts } = this.#follower;
    const read = Math.max(this.#looked, receipts.get(this.user) ?? 0);
    this.#part('.unread').textContent = words.unread(Math.max(state.seq - read, 0));
  }

  #followCatchUp({ phase, catchUpAfter, catchUpTo, catchUpVia, seq }) {
    const catching = catchUpTo !== null;
    if (catching && this.#catchUp === null) {
      this.#catchUp = { after: catchUpAfter, to: catchUpTo, via: catchUpVia };
      this.#list.openGroup(!this.#everLive);
    } else if (!catching && this.#catchUp !== null) {
      const { after, to, via } = this.#catchUp;
      const reached = isLive({ phase }) ? to : seq;
      const awayMs = this.#cutAtMs === null ? null : this.#joinedAtMs - this.#cutAtMs;
      this.#list.closeGroup({ after, to: reached, via, tookMs: nowMs() - this.#joinedAtMs, awayMs });
      if (this.#everLive) {
        this.#announce(`${words.name(this.user)} caught up ${words.events(reached - after)}`);
      }
      this.#catchUp = null;
    }
  }

  /** Seconds to the next attempt, for the eye only: said aloud they would be a metronome. */
  #showCountdown() {
    clearTimeout(this.#ticking);
    const { retryAtMs } = this.#client.state;
    const more = this.#part('.more');
    if (retryAtMs === null || this.#follower === undefined || !isAway(this.#follower.state)) {
      more.textContent = '';
      return;
    }
    const leftMs = Math.max(retryAtMs - nowMs(), 0);
    more.textContent = leftMs > 500 ? `in ${Math.ceil(leftMs / 1000)} s` : 'now';
    this.#ticking = setTimeout(() => this.#showCountdown(), leftMs % 1000 || 1000);
  }
}
