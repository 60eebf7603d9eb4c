import { element } from './words.js';

const micros = /^(.*T.*)\.(\d+)Z$/;

/** A time's part of the day, as exact as it was told. */
function clock(at) {
  const [, day, fraction] = micros.exec(at) ?? [undefined, at.replace('Z', ''), '0'];
  return `${day.replace('T', ' ')}.${fraction.padEnd(3, '0')}`;
}

/** Since the commit; by another clock it may be less than nothing. */
function since(from, at) {
  const ms = Date.parse(at) - Date.parse(from);
  return `${ms < 0 ? '−' : '+'}${Math.abs(ms)} ms`;
}

function hop(each, from) {
  const item = element('li', each.hop === 'dead letter' ? 'step bad' : 'step');
  item.append(element('b', '', each.hop));
  if (each.at !== undefined) {
    item.append(element('span', 'mono at', clock(each.at)));
    if (each.hop !== 'commit') {
      item.append(element('span', 'figure', since(from, each.at)));
    }
  }
  const more = [each.seq && `epoch ${each.epoch}, seq ${each.seq}`, each.reason, each.detail, each.place].filter(Boolean);
  item.append(element('span', 'more', more.join(' · ')));
  return item;
}

/** The events that were found, each with its hops. */
export function showTraces(list, words, { events, incomplete }) {
  words.textContent =
    (events.length === 0 ? 'Not found: the topics no longer have it, or it is of another tenant. ' : '') +
    (incomplete ? `Not all was read: ${incomplete}.` : '');
  list.replaceChildren(
    ...events.map((event) => {
      const card = element('article', 'trace');
      const title = element('h3', 'mono', event.channel);
      const facts = element('p', 'hint', `${event.type} · ${event.id}${event.traceId ? ` · trace ${event.traceId}` : ''}`);
      const hops = document.createElement('ol');
      hops.append(...event.hops.map((each) => hop(each, event.hops[0].at)));
      card.append(title, facts, hops);
      return card;
    }),
  );
}
