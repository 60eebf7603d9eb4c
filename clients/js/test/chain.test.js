import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { chainNext, chainStart } from '../src/protocol/chain.js';
import { murmur3 } from '../src/protocol/murmur3.js';
import { murmur3x86of128 } from './support/murmur3-bigint.js';
import { random } from './support/random.js';

const bytesOf = (text) => new TextEncoder().encode(text);
const hex = ({ low, high }) => [low, high].map((word) => word.toString(16).padStart(8, '0')).join('');

test('MurmurHash3 x86_128 has the published values', () => {
  // the values that the algorithm's public implementations print, first two words of four
  const published = {
    '': '0000000000000000',
    'The quick brown fox jumps over the lazy dog': '2f1583c3ecee2c67',
    'I will not buy this record, it is scratched.': 'a0a9683b25ac5e40',
  };
  for (const [text, hash] of Object.entries(published)) {
    assert.equal(hex(murmur3(bytesOf(text), bytesOf(text).length)), hash, text);
  }
});

test('it equals an independent implementation for every length and random bytes', () => {
  const draw = random(11);
  for (let length = 0; length < 200; length++) {
    const bytes = Uint8Array.from({ length }, () => draw.below(256));
    assert.equal(hex(murmur3(bytes, length)), murmur3x86of128(bytes), `length ${length}`);
  }
});

test('the first chain of an epoch is its number', () => {
  assert.equal(chainStart(1), '0000000000000001');
  assert.equal(chainStart(4_294_967_298), '0000000100000002');
});

test('every part of an event changes its chain, and empty parts do not run into each other', () => {
  const event = { id: 'a', type: 'b', entity: 'c', author: 'd', time: 't', raw: '1' };
  const chains = [
    event,
    { ...event, id: 'x' },
    { ...event, type: 'x' },
    { ...event, entity: undefined },
    { ...event, author: undefined },
    { ...event, entity: 'd', author: 'c' },
    { ...event, time: 'x' },
    { ...event, raw: '1.0' },
    { ...event, raw: '1 ' },
  ].map((one) => chainNext(chainStart(1), one));
  assert.equal(new Set(chains).size, chains.length);
  assert.notEqual(chainNext(chainStart(1), event), chainNext(chainStart(2), event));
});

test('an event larger than the first buffer, in any script', () => {
  const raw = JSON.stringify({ text: '€𝄞ä\u2028'.repeat(5000) });
  const event = { id: 'a', type: 'b', time: 't', raw };
  const key = new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, ...bytesOf(`a\0b\0\0\0t\0${raw}`)]);
  const printed = murmur3x86of128(key);
  assert.equal(chainNext(chainStart(2), event), printed.slice(8) + printed.slice(0, 8));
});

test('the published vectors', () => {
  const file = new URL('../../conformance/chain.json', import.meta.url);
  const { hashes, channels } = JSON.parse(readFileSync(file, 'utf8'));
  for (const { text, hash } of hashes) {
    const { low, high } = murmur3(bytesOf(text), bytesOf(text).length);
    assert.equal(hex({ low: high, high: low }), hash, text);
  }
  for (const { epoch, events } of channels) {
    let chain = chainStart(epoch);
    for (const event of events) {
      chain = chainNext(chain, { ...event, raw: event.data });
      assert.equal(chain, event.chain, event.id);
    }
  }
});
