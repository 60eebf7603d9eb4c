import { bytes, count, element, rate, seconds } from './words.js';

/** The sum of all samples of a name whose labels contain the text. */
function total(state, name, label = '') {
  let sum;
  for (const [key, value] of Object.entries(state.metrics)) {
    if ((key === name || key.startsWith(`${name}{`)) && key.includes(label)) {
      sum = (sum ?? 0) + value;
    }
  }
  return sum;
}

/** What a counter gained per second between two looks; undefined at the first, and after a restart. */
function perSecond(of, state, before) {
  if (before === undefined) {
    return undefined;
  }
  const [now, then] = [of(state), of(before)];
  const elapsed = (state.at - before.at) / 1000;
  return now === undefined || then === undefined || now < then || elapsed <= 0 ? undefined : (now - then) / elapsed;
}

/** The mean of a timer's samples between two looks. */
function mean(name, state, before) {
  if (before === undefined) {
    return undefined;
  }
  const samples = total(state, `${name}_count`) - total(before, `${name}_count`);
  return samples > 0 ? (total(state, `${name}_sum`) - total(before, `${name}_sum`)) / samples : undefined;
}

const counter = (name, label) => (state) => total(state, name, label);
const lag = (records) => (records === undefined ? '–' : `${count(records)} behind`);

function slotState(state) {
  return ['lost', 'unreserved', 'extended', 'reserved'].find((each) => total(state, 'tailrace_relay_slot_state', `"${each}"`) === 1) ?? 'no slot';
}

/** The hops in the order of the way: what passes, and how far behind it is. `bad` says that it hurts. */
const HOPS = [
  {
    name: 'write',
    what: 'commits over HTTP',
    of: counter('tailrace_write_committed_events_total'),
    facts: () => [],
  },
  {
    name: 'outbox',
    what: 'rows read from the slot',
    of: counter('tailrace_relay_rows_total'),
    facts: (state) => [`slot ${slotState(state)}`, `${bytes(total(state, 'tailrace_relay_lag_bytes') ?? 0)} of WAL`],
    bad: (state) => !['reserved', 'extended'].includes(slotState(state)),
  },
  {
    name: 'relay',
    what: 'rows to Kafka',
    of: counter('tailrace_relay_rows_total'),
    facts: (state) => [`${seconds(total(state, 'tailrace_relay_lag_seconds') ?? 0)} behind`, `${count(total(state, 'tailrace_relay_dead_letters_total') ?? 0)} dead letters`],
    bad: (state) => (total(state, 'tailrace_relay_lag_seconds') ?? 0) > 10 || total(state, 'tailrace_relay_leading') === 0,
  },
  {
    name: 'Kafka',
    what: 'tailrace.outbox',
    of: (state) => state.kafka.outboxEnd,
    facts: (state) => [state.kafka.away ? 'does not answer' : `${count(state.kafka.partitions)} partitions`],
    bad: (state) => state.kafka.away === true,
  },
  {
    name: 'sequencer',
    what: 'epoch, seq, chain',
    of: counter('tailrace_sequencer_events_total'),
    facts: (state) => [lag(state.kafka.sequencerLag)],
    bad: (state) => state.kafka.sequencerLag > 10_000,
  },
  {
    name: 'gateway',
    what: 'commit → gateway',
    of: counter('tailrace_gateway_records_total'),
    facts: (state, before) => [seconds(mean('tailrace_commit_to_gateway_seconds', state, before))],
  },
  {
    name: 'catch-up',
    what: 'history store',
    of: (state) => state.kafka.eventsEnd,
    unit: 'log offsets/s',
    facts: (state) => [lag(state.kafka.catchupLag)],
    bad: (state) => state.kafka.catchupLag > 10_000,
  },
  {
    name: 'sockets',
    what: 'commit → socket',
    of: counter('tailrace_gateway_writes_total'),
    unit: 'calls/s',
    facts: (state, before) => [seconds(mean('tailrace_commit_to_socket_seconds', state, before)), `${count(total(state, 'tailrace_connections_open') ?? 0)} open`],
  },
  {
    name: 'screens',
    what: 'commit → render',
    of: counter('tailrace_commit_to_render_seconds_count'),
    unit: 'reports/s',
    facts: (state, before) => [seconds(mean('tailrace_commit_to_render_seconds', state, before))],
  },
];

/** The diagram: one box for each hop, the line between them moves while something passes. */
export class Way {
  constructor(list) {
    this.boxes = HOPS.map((hop) => {
      const box = element('li', 'hop');
      box.dataset.hop = hop.name;
      const passes = element('p', 'passes');
      const figure = element('b', 'figure', '–');
      passes.append(figure, element('span', 'unit', ` ${hop.unit ?? 'events/s'}`));
      const facts = element('p', 'lag');
      box.append(element('h3', '', hop.name), element('p', 'what', hop.what), passes, facts);
      list.append(box);
      return { box, figure, facts };
    });
  }

  show(state, before) {
    HOPS.forEach((hop, i) => {
      const { box, figure, facts } = this.boxes[i];
      const passing = perSecond(hop.of, state, before);
      figure.textContent = rate(passing);
      facts.replaceChildren(...hop.facts(state, before).map((fact) => element('span', '', fact)));
      box.classList.toggle('moving', passing > 0);
      box.classList.toggle('bad', hop.bad?.(state) === true);
    });
  }

  clear() {
    for (const { box, figure, facts } of this.boxes) {
      box.classList.remove('moving', 'bad');
      figure.textContent = '–';
      facts.replaceChildren();
    }
  }
}
