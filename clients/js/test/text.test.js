import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFrame, parsePage } from '../src/protocol/frames.js';
import { parseTime } from '../src/protocol/time.js';

const ODD_DATA = [
  '{ "text" : "spaces stay",\n "n": 1.10, "big": 12345678901234567890 }',
  '{"a":{"data":{"b":[{"data":1}]}}}',
  '"a string, \\"data\\": and }]} inside"',
  '"ends in a backslash \\\\"',
  '[[],{},[{}]]',
  'null',
  '{"events":[{"seq":9}]}',
  '"€𝄞\u2028"',
];
const object = (raw, author = 'ann') =>
  `{"seq":1,"id":"i","type":"x","author":${JSON.stringify(author)},"time":"t","chain":"c","data":${raw}}`;

test('the data of a frame is cut out as it was written', () => {
  for (const raw of ODD_DATA) {
    const frame = parseFrame(`{"t":"event","channel":"chat:1",${object(raw).slice(1)}`);
    assert.equal(frame.raw, raw);
    assert.deepEqual(frame.data, JSON.parse(raw));
  }
});

test('no author can pass for the data', () => {
  for (const author of [',"data":1}', '","data":', '\\', '\\",', '{', ']']) {
    assert.equal(parseFrame(`{"t":"event",${object('1', author).slice(1)}`).raw, '1');
  }
});

test('so is that of every item of a page, whatever stands around it', () => {
  const items = ODD_DATA.map((raw, i) => object(raw, ['"events":[{', '\\"', ']}'][i % 3]));
  const text = `{"channel":"events","epoch":1,"odd":{"events":[{"data":0}]},"events":[${items.join(', ')}],"next":null}`;
  const { events } = parsePage(text, 'events');
  assert.deepEqual(events.map(({ raw }) => raw), ODD_DATA);
  assert.deepEqual(parsePage('{"events":[]}', 'events').events, []);
});

test('what is no frame and no page is refused', () => {
  for (const text of ['', '1', 'null', '{}', '{"t":1}', '{"t":"event"}', '{"t":"event","data":1,"seq":2} ']) {
    assert.throws(() => parseFrame(text), SyntaxError, text);
  }
  for (const text of ['null', '{}', '{"events":1}', '{"events":{}}', '{"events":[1]}']) {
    assert.throws(() => parsePage(text, 'events'), SyntaxError, text);
  }
});

test('times keep their fraction of a millisecond', () => {
  assert.equal(parseTime('1970-01-01T00:00:01.234500Z'), 1234.5);
  assert.equal(parseTime('1970-01-01T00:00:01Z'), 1000);
});
