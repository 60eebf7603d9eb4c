// Follows channels by the product's client and says what it applied, one line of JSON each.
// What it is told and what it says: io.tailrace.load.driver.ProcessFollower.
import { createInterface } from 'node:readline';
import { connect, fileCache } from './client/node/index.js';

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

function follow(client, channel, isCached) {
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
      for (const { seq, id, type, entity, author, time, chain, raw } of events) {
        say({ k: 'event', channel, seq, id, type, entity, author, time, chain, raw });
      }
    },
    onVoid: ({ after }) => say({ k: 'void', channel, after }),
    onEntities: (_, { seq }) => restored(seq, 'got a snapshot although no history is gone'),
    onSkip: ({ after }) => restored(after, `skipped to ${after}`),
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
      wrong(`gone: ${problem?.code}, ${problem?.detail}`);
    }
  });
}

const input = createInterface({ input: process.stdin });
// Whoever started this is gone.
input.on('close', () => process.exit(0));
input.once('line', (line) => {
  const { url, token, device, transports, cache, channels } = JSON.parse(line);
  const client = connect({ url, token: () => token, device, transports, cache: cache ? fileCache(cache) : null });
  for (const channel of channels) {
    follow(client, channel, cache !== null);
  }
});
