import { nowMs, whenFramePainted } from './clock.js';
import * as words from './words.js';
import { parseTime } from '/client/index.js';

/** Rows kept in the document. Older ones are a scroll nobody makes, and cost every layout. */
const ROWS_MAX = 300;
/** Rows of one group that slide in one after another; the rest comes at once. */
const STAGGERED_MAX = 12;
const NEAR_BOTTOM_PX = 48;

/**
 * The events of one pane. Rows wait for the next frame and are added together, so that a burst costs one layout.
 */
export class EventsList {
  #pane;
  #list;
  #scroller;
  #older;
  #empty;
  #below;
  #clock;
  #painted;
  #waiting = [];
  #frame = 0;
  #group = null;
  #unseen = 0;
  #dropped = 0;
  #digits = 2;
  #read;
  #readers = new Map();

  /**
   * @param {HTMLElement} pane
   * @param {() => {offsetMs: number | null}} clock the server's clock against ours
   * @param {(event: object, ms: number) => void} painted a live event is on the screen, `ms` after its commit
   * @param {(seq: number) => void} read all up to there have been looked at
   */
  constructor(pane, clock, painted, read) {
    this.#pane = pane;
    this.#list = pane.querySelector('.events');
    this.#scroller = pane.querySelector('.scroller');
    this.#older = pane.querySelector('.older');
    this.#empty = pane.querySelector('.empty');
    this.#below = pane.querySelector('.below');
    this.#clock = clock;
    this.#painted = painted;
    this.#read = read;
    this.#below.addEventListener('click', () => this.#toBottom());
    this.#scroller.addEventListener('scroll', () => this.#isAtBottom() && this.#seen(), { passive: true });
    // a note below the list makes it lower: who was at its end stays there
    new ResizeObserver(() => this.#isAtBottom() && this.#toBottom()).observe(this.#scroller);
  }

  /** The following events are those that were missed. */
  openGroup(first) {
    this.#group = { head: null, first, rows: 0 };
  }

  /** They have all come. `summary` is shown above them. */
  closeGroup(summary) {
    const group = this.#group;
    this.#group = null;
    this.#waiting.push({ group, summary });
    this.#schedule();
  }

  add(events, { live }) {
    const group = live ? null : this.#group;
    for (const event of events) {
      this.#waiting.push({ event, group });
    }
    if (this.#waiting.length > ROWS_MAX * 2) {
      // a page in the background gets no frames
      this.#dropped += this.#waiting.length - ROWS_MAX;
      this.#waiting.splice(0, this.#waiting.length - ROWS_MAX);
    }
    this.#schedule();
  }

  /** What is held above `after` is void. */
  void(after) {
    this.#waiting = this.#waiting.filter(({ event }) => event === undefined || event.seq <= after);
    for (const row of [...this.#list.children]) {
      if (after === 0 || Number(row.dataset.seq) > after) {
        row.remove();
      }
    }
  }

  /** How far others have read, by user: each stands at the last row that they have read. */
  mark(readers) {
    this.#readers = readers;
    for (const mark of this.#list.querySelectorAll('.readers')) {
      mark.remove();
    }
    const rows = [...this.#list.querySelectorAll('.event')];
    for (const [user, seq] of readers) {
      const row = rows.findLast(({ dataset }) => Number(dataset.seq) <= seq);
      row?.querySelector('.body').append(part('span', 'readers', words.readBy(user)));
    }
  }

  /** What is in sight now is looked at, where the page is. */
  look() {
    const seq = Number([...this.#list.querySelectorAll('.event')].at(-1)?.dataset.seq ?? 0);
    if (seq > 0 && document.visibilityState === 'visible' && this.#isAtBottom()) {
      this.#read(seq);
    }
  }

  #schedule() {
    this.#frame ||= requestAnimationFrame(() => this.#flush());
  }

  #flush() {
    this.#frame = 0;
    const follow = this.#isAtBottom();
    const rows = document.createDocumentFragment();
    const live = [];
    for (const { event, group, summary } of this.#waiting.splice(0)) {
      if (summary !== undefined) {
        this.#conclude(group, summary);
        continue;
      }
      if (group !== null && group.head === null) {
        group.head = groupHead(group.first);
        rows.append(group.head);
      }
      const row = this.#row(event, group);
      rows.append(row);
      if (group === null) {
        live.push({ event, row });
      }
    }
    const added = rows.querySelectorAll('.event').length;
    const lastSeq = rows.lastElementChild?.dataset.seq ?? '';
    if (lastSeq.length > this.#digits) {
      this.#digits = lastSeq.length;
      // separators take the room of a digit at most
      const width = words.count(Number(lastSeq)).length;
      this.#list.style.setProperty('--digits', width);
    }
    this.#list.append(rows);
    this.#trim();
    this.mark(this.#readers);
    this.#empty.hidden = this.#list.children.length > 0;
    if (follow) {
      this.#toBottom();
    } else if (added > 0) {
      this.#unseen += added;
      this.#below.textContent = `${words.events(this.#unseen)} below`;
      this.#below.hidden = false;
    }
    if (live.length > 0) {
      whenFramePainted((atMs) => this.#measure(live, atMs));
    }
  }

  #row(event, group) {
    const row = document.createElement('li');
    row.className = 'event';
    row.dataset.seq = event.seq;
    row.classList.toggle('own', event.author === this.#pane.dataset.user);
    const ms = part('span', 'ms figure');
    if (group !== null) {
      row.classList.add(group.first ? 'history' : 'caught-up');
      ms.textContent = group.first
        ? words.timeOfDay(parseTime(event.time))
        : `${words.duration(this.#sinceCommit(event, nowMs()))} late`;
      if (!group.first && group.rows < STAGGERED_MAX) {
        row.style.setProperty('--turn', group.rows);
      }
      group.rows += 1;
    }
    const body = part('span', 'body');
    body.append(part('b', 'author', words.name(event.author ?? 'somebody')), ' ', part('span', 'text', textOf(event)));
    if (group !== null && !group.first) {
      body.append(' ', part('span', 'tag', 'caught up'));
    }
    row.append(part('span', 'seq figure', words.count(event.seq)), body, ms);
    return row;
  }

  #conclude({ head, first, rows }, { after, to, via, tookMs, awayMs }) {
    if (head === null) {
      return;
    }
    const title = first ? `${words.events(rows)} before you came` : `Caught up ${words.events(rows)}`;
    const parts = [part('b', 'title', title), part('span', 'mono', words.range(after, to)), part('span', 'via', words.via(via))];
    parts.push(part('span', 'figure', `in ${words.duration(tookMs)}`));
    if (awayMs !== null) {
      parts.push(part('span', 'figure', `away ${words.duration(awayMs)}`));
    }
    head.replaceChildren(...parts);
    head.dataset.via = via;
  }

  #measure(live, atMs) {
    if (this.#clock().offsetMs === null) {
      return;
    }
    for (const { event, row } of live) {
      const ms = this.#sinceCommit(event, atMs);
      row.querySelector('.ms').textContent = words.duration(ms);
      this.#painted(event, ms);
    }
  }

  #sinceCommit(event, atMs) {
    return atMs + (this.#clock().offsetMs ?? 0) - parseTime(event.time);
  }

  #trim() {
    const { children } = this.#list;
    while (children.length > ROWS_MAX) {
      this.#dropped += children[0].classList.contains('event') ? 1 : 0;
      children[0].remove();
    }
    this.#older.hidden = this.#dropped === 0;
    this.#older.textContent = `${words.events(this.#dropped)} above, not shown here`;
  }

  #isAtBottom() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM_PX;
  }

  #toBottom() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#seen();
  }

  #seen() {
    this.#unseen = 0;
    this.#below.hidden = true;
    this.look();
  }
}

function groupHead(first) {
  const head = part('li', first ? 'group history' : 'group caught-up');
  head.append(part('b', 'title', first ? 'Reading history…' : 'Catching up…'));
  return head;
}

function textOf({ type, data, raw }) {
  return type === 'message.posted' && typeof data?.text === 'string' ? data.text : `${type} ${raw}`;
}

function part(tag, className, text = '') {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}
