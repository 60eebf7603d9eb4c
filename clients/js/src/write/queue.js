import { backoffMs } from '../connection/backoff.js';

/**
 * Optimistic sends, as a pure state machine: what waits to be written, in order per channel. Its shell (`outbox.js`)
 * carries out the effects and feeds back what happened.
 *
 *     waiting ──► sending ──answer──► sent ──event──► (gone)
 *        ▲           │ └──event first──────────────► (gone)
 *        └─ no answer, later          refused ► failed ──retry──► waiting, at the end
 *
 * Rules: one request at a time per channel, so that a lost answer reorders nothing; the id is the event's id and its
 * idempotency key, so that trying again commits nothing twice; answer or event, whichever comes first, settles it; what
 * was sent is shown until its event is, or until the channel has passed its place: a snapshot has no events.
 *
 * Every input has `nowMs` and `random`. Inputs, by `on`: `send {item}`, `restore {items}`, `answered {id, published}`,
 * `refused {id, problem}`, `event {event}` (one of the followed channels was given this event), `place {channel, epoch, seq}` (it has come so
 * far), `unfollowed {channel}`,
 * `retry {id}`, `discard {id}`, `wake` (there is reason to try now), `tick`.
 *
 * Effects, by `do`: `post {item}`, `settle {id, published}`, `fail {id, problem}`, `keep {item}` and `forget {id}`
 * (for whoever stores them), `changed {channel}`.
 *
 * @typedef {{id: string, channel: string, body: string, status: 'waiting' | 'sending' | 'sent' | 'failed',
 *     tries: number, problem: object | null, notBeforeMs: number}} Item `body` is what is posted, always the same text
 */

/** Sends that may wait at once. Then a send is refused at once: an application that never sees the network must know. */
export const SENDS_MAX = 1000;

export const emptyQueue = Object.freeze({ items: Object.freeze([]), isHeld: false });
/** Nothing goes before what an earlier run of the application had not sent yet is restored: that comes first. */
export const heldQueue = Object.freeze({ ...emptyQueue, isHeld: true });

/**
 * @param {{items: ReadonlyArray<Item>, isHeld: boolean}} state
 * @param {(channel: string) => {epoch: number, seq: number} | null} placeOf how far a channel has come; null: not followed
 */
export function decideSend(state, input, placeOf) {
  switch (input.on) {
    case 'send':
      return go({ ...state, items: [...state.items, fresh(input.item)] }, [keep(input.item), changed(input.item)], input);
    case 'restore':
      return restore(state, input);
    case 'answered':
      return onAnswered(state, input, placeOf);
    case 'refused':
      return onRefused(state, input);
    case 'event':
      return onEvent(state, input);
    case 'place':
      return drop(state, (item) => item.channel === input.channel && item.status === 'sent' && hasPassed(input, item.at), [], input);
    case 'unfollowed':
      return drop(state, ({ channel, status }) => channel === input.channel && status === 'sent', [], input);
    case 'retry':
      return retry(state, input);
    case 'discard':
      return discard(state, input);
    case 'wake':
      return go({ ...state, items: state.items.map((item) => ({ ...item, notBeforeMs: 0 })) }, [], input);
    case 'tick':
      return go(state, [], input);
    default:
      throw new TypeError(`no such input: ${input.on}`);
  }
}

/** @returns {number | null} when a `tick` is wanted */
export function sendDueMs({ items, isHeld }) {
  if (isHeld) {
    return null;
  }
  const times = firstOfEach(items).filter((item) => item.status === 'waiting').map(({ notBeforeMs }) => notBeforeMs);
  return times.length === 0 ? null : Math.min(...times);
}

const fresh = (item) => ({ ...item, status: 'waiting', tries: 0, problem: null, notBeforeMs: 0 });
const keep = (item) => ({ do: 'keep', item });
const changed = ({ channel }) => ({ do: 'changed', channel });

/** Of every channel the first that is not through yet: only that one may be on its way. */
function firstOfEach(items) {
  const firsts = new Map();
  for (const item of items) {
    if ((item.status === 'waiting' || item.status === 'sending') && !firsts.has(item.channel)) {
      firsts.set(item.channel, item);
    }
  }
  return [...firsts.values()];
}

/** Posts whatever may go now. */
function go(state, effects, { nowMs }) {
  const next = new Set(firstOfEach(state.items).filter((item) => item.status === 'waiting' && item.notBeforeMs <= nowMs));
  if (state.isHeld || next.size === 0) {
    return { state, effects };
  }
  const items = state.items.map((item) => (next.has(item) ? { ...item, status: 'sending', tries: item.tries + 1 } : item));
  const posts = items.filter((_, i) => next.has(state.items[i])).map((item) => ({ do: 'post', item }));
  return { state: { ...state, items }, effects: [...effects, ...posts] };
}

function restore(state, input) {
  const known = new Set(state.items.map(({ id }) => id));
  const restored = input.items.filter(({ id }) => !known.has(id));
  // one that had failed stays failed: the application was told, and decides
  const items = restored.map((item) => (item.status === 'failed' ? item : fresh(item)));
  return go({ items: [...items, ...state.items], isHeld: false }, items.map(changed), input);
}

const of = (state, id) => state.items.find((item) => item.id === id);

function replace(state, id, fields) {
  return { ...state, items: state.items.map((item) => (item.id === id ? { ...item, ...fields } : item)) };
}

function drop(state, isDropped, effects, input) {
  const dropped = state.items.filter(isDropped);
  const items = state.items.filter((item) => !isDropped(item));
  const told = dropped.flatMap((item) => [{ do: 'forget', id: item.id }, changed(item)]);
  return go({ ...state, items }, [...effects, ...told], input);
}

/** What is on its way cannot be called back. */
function discard(state, input) {
  const item = of(state, input.id);
  if (item === undefined || item.status === 'sending') {
    return { state, effects: [] };
  }
  const problem = { code: 'discarded', message: 'It was discarded before it was sent.' };
  const fail = item.status === 'waiting' ? [{ do: 'fail', id: item.id, problem }] : [];
  return drop(state, ({ id }) => id === item.id, fail, input);
}

const hasPassed = (place, at) => place.epoch > at.epoch || (place.epoch === at.epoch && place.seq >= at.seq);

function onAnswered(state, input, placeOf) {
  const item = of(state, input.id);
  if (item?.status !== 'sending') {
    return { state, effects: [] };
  }
  const settle = { do: 'settle', id: item.id, published: input.published };
  const { epoch, seq } = input.published;
  const place = placeOf(item.channel);
  if (place === null || seq === undefined || hasPassed(place, { epoch, seq })) {
    return drop(state, ({ id }) => id === item.id, [settle], input);
  }
  // shown until its event is: a message that vanishes for the blink between the two would flicker
  const effects = [{ do: 'forget', id: item.id }, settle, changed(item)];
  return go(replace(state, item.id, { status: 'sent', at: { epoch, seq } }), effects, input);
}

function onRefused(state, input) {
  const { problem } = input;
  const item = of(state, input.id);
  if (item?.status !== 'sending') {
    return { state, effects: [] };
  }
  if (problem.retry) {
    const notBeforeMs = input.nowMs + backoffMs(item.tries - 1, input.random, problem.retryAfterMs);
    return { state: replace(state, item.id, { status: 'waiting', problem, notBeforeMs }), effects: [changed(item)] };
  }
  const failed = { ...item, status: 'failed', problem };
  const effects = [keep(failed), { do: 'fail', id: item.id, problem }, changed(item)];
  return go(replace(state, item.id, failed), effects, input);
}

function onEvent(state, input) {
  const item = of(state, input.event.id);
  if (item === undefined) {
    return { state, effects: [] };
  }
  const { event } = input;
  const published = { channel: item.channel, id: event.id, epoch: event.epoch, seq: event.seq, time: event.time };
  const settle = item.status === 'sent' ? [] : [{ do: 'settle', id: item.id, published: { ...published, replayed: false } }];
  return drop(state, ({ id }) => id === item.id, settle, input);
}

function retry(state, input) {
  const item = of(state, input.id);
  if (item?.status !== 'failed') {
    return { state, effects: [] };
  }
  const again = fresh(item);
  const items = [...state.items.filter(({ id }) => id !== item.id), again];
  return go({ ...state, items }, [keep(again), changed(item)], input);
}
