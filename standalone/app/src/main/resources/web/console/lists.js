import { age, bytes, count, element, rate } from './words.js';

const LANES = ['metadata', 'receipt', 'presence', 'signal'];

function row(...cells) {
  const made = document.createElement('tr');
  made.append(...cells);
  return made;
}

function nothing(words, columns) {
  const cell = element('td', 'nothing', words);
  cell.colSpan = columns;
  return row(cell);
}

/** Channels with head, readers on this gateway and what they gained since the last look. */
export function showChannels(body, heading, state, before) {
  const heads = new Map(before?.channels?.map(({ channel, head }) => [channel, head]));
  const elapsed = before === undefined ? 0 : (state.at - before.at) / 1000;
  heading.textContent = state.channels.length === 0 ? '' : count(state.channels.length);
  const rows = state.channels.map(({ channel, head, readers }) => {
    const then = heads.get(channel);
    const gained = then === undefined || elapsed <= 0 || head < then ? undefined : (head - then) / elapsed;
    return row(
      element('td', 'mono', channel),
      element('td', 'number', count(head)),
      element('td', 'number', count(readers)),
      element('td', 'number', rate(gained)),
    );
  });
  body.replaceChildren(...(rows.length > 0 ? rows : [nothing('None within the window of this gateway.', 4)]));
}

/** Connections of the tenant, those with the most waiting first. */
export function showConnections(body, heading, state) {
  const { connections, connectionsInAll: all } = state;
  heading.textContent = all > connections.length ? `${count(connections.length)} of ${count(all)}` : all === 0 ? '' : count(all);
  const rows = connections.map((each) => {
    const shed = Object.entries(each.shed).map(([lane, n]) => `${lane} ${count(n)}`);
    return row(
      element('td', 'mono', each.user),
      element('td', 'mono device', each.device ?? '–'),
      element('td', '', `${each.wire.replace('_', ' ')} v${each.version}`),
      element('td', 'number', age(state.at - each.openedMs)),
      element('td', 'number', count(each.subscriptions)),
      element('td', 'number', bytes(each.queueBytes)),
      element('td', '', shed.join(', ') || '–'),
    );
  });
  body.replaceChildren(...(rows.length > 0 ? rows : [nothing('Nobody of this tenant is connected here.', 7)]));
}

/** What was left out for those who cannot keep up, since the gateway's start. */
export function showShed(list, state) {
  list.replaceChildren(
    ...LANES.map((lane) => {
      const fact = document.createElement('div');
      fact.append(element('dt', '', lane), element('dd', 'figure', count(state.metrics[`tailrace_shed_total{lane="${lane}"}`] ?? 0)));
      return fact;
    }),
  );
}
