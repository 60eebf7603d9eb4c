import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventStreamParser } from '../src/link/event-stream.js';
import { random } from './support/random.js';

/** What is told when the bytes come in pieces of the given lengths. */
function parsed(text, lengths = () => 1e9) {
  const told = [];
  const parser = new EventStreamParser((name, data) => told.push([name, data]));
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; ) {
    const length = lengths();
    parser.push(bytes.subarray(at, at + length));
    at += length;
  }
  return told;
}

test('events, comments, other fields, and what is not complete yet', () => {
  const text = 'retry: 5\n\n:\n\nevent: event\nid: 1\ndata: {"a":1}\n\nevent: empty\n\ndata:no space\ndata:  two\n\ndata: not yet\n';
  assert.deepEqual(parsed(text), [['event', '{"a":1}'], ['', 'no space\n two']]);
});

test('sseclient#9, supabase-js#2516: lines end in CR, LF or both, and nowhere else, in whatever pieces they come', () => {
  const odd = '"\u2028\u2029\u0085 € 😀 é"';
  const expected = [['event', odd], ['x', '1\n2']];
  for (const end of ['\n', '\r', '\r\n']) {
    const text = ['event: event', `data: ${odd}`, '', 'event: x', 'data: 1', 'data: 2', '', ''].join(end);
    assert.deepEqual(parsed(text), expected);
    for (let seed = 1; seed <= 50; seed++) {
      const draw = random(seed);
      assert.deepEqual(parsed(text, () => 1 + draw.below(7)), expected, `seed ${seed}`);
    }
  }
});
