// Follows channels by the product's client and says what it applied, one line of JSON each.
// What it is told and what it says: io.tailrace.load.driver.ProcessFollower.
import { createInterface } from 'node:readline';
import { connect, fileCache } from './client/node/index.js';

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** Until one who was shut out asks again. */
const AGAIN_MS = 250;

const plain = ({ seq, id, type, entity, author, time, chain, raw }) => ({ seq, id, type, entity, author, time, chain, raw });

function follow(client, channel, isCached, comesAndGoes) {
  let began = false;
  let isRestored = false;
  const wrong = (detail) => say({ k: 'wrong', channel, detail });
  // A cache keeps the latest events of a long channel: what came before is known as a state only.
  const restored = (after, otherwise) => {
    if (!isCached || began) {
      wrong(otherwise);
    } else if (!isRestored) {
      isRestored = true;
      say({ k: 'begin', channel, after });
    }
  };
  const follower = client.follow(channel, {
    from: 'start',
    onEvents: (events) => {
      began = true;
      for (const event of events) {
        say({ k: 'event', channel, ...plain(event) });
      }
    },
    onVoid: ({ after }) => say({ k: 'void', channel, after }),
    onEntities: (entities, { seq }) =>
      comesAndGoes
        ? say({ k: 'state', channel, seq, events: entities.map(plain) })
        : restored(seq, 'got a snapshot although no history is gone'),
    onSkip: ({ after }) =>
      comesAndGoes ? say({ k: 'state', channel, seq: after, events: [] }) : restored(after, `skipped to ${after}`),
  });
  let shown;
  follower.watch(({ phase, epoch, head, problem }) => {
    if (phase === shown) {
      return;
    }
    shown = phase;
    if (phase === 'live') {
      say({ k: 'live', channel, epoch, head });
    } else if (phase === 'gone') {
      say({ k: 'ended', channel, code: problem?.code, detail: problem?.detail });
      setTimeout(() => follower.retry(), AGAIN_MS);
    }
  });
}

const input = createInterface({ input: process.stdin });
// Whoever started this is gone.
input.on('close', () => process.exit(0));
input.once('line', (line) => {
  const { url, token, device, transports, cache, comesAndGoes, channels } = JSON.parse(line);
  const client = connect({ url, token: () => token, device, transports, cache: cache ? fileCache(cache) : null });
  for (const channel of channels) {
    follow(client, channel, cache !== null, comesAndGoes);
  }
});
