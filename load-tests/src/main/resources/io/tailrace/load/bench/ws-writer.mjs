// The usual way to fan out with ws: for every event, one send to each client. The frame is made once, and as a buffer, which is
// cheaper than a string that every send encodes again. What it is told and what it says: io.tailrace.load.bench.WriterProcess.
import { createInterface } from 'node:readline';
import { WebSocketServer } from 'ws';

const [sockets, head, middle, tail] = process.argv.slice(2);
const say = (line) => process.stdout.write(`${line}\n`);

const server = new WebSocketServer(
  { host: '127.0.0.1', port: 0, backlog: Number(sockets), perMessageDeflate: false },
  () => say(`port ${server.address().port}`),
);
server.on('connection', (client) => {
  client.on('error', () => {});
  client.send('{"t":"subscribed"}');
});

let seq = 0;

function publish(dueNanos) {
  seq += 1;
  const frame = Buffer.from(`${head}${seq}${middle}${dueNanos}${tail}`);
  for (const client of server.clients) {
    client.send(frame, { binary: false });
  }
}

function run(startNanos, perSecond, count, lateNanosMax) {
  let made = 0;
  const due = () => Math.trunc((made * 1e9) / perSecond);
  // One event a turn, as each would come by itself: the sockets have theirs in between.
  const turn = () => {
    const late = Number(process.hrtime.bigint() - startNanos) - due();
    if (made === count || late > lateNanosMax) {
      say(`made ${made}`);
    } else if (late >= 0) {
      publish(startNanos + BigInt(due()));
      made += 1;
      setImmediate(turn);
    } else {
      setTimeout(turn, Math.ceil(-late / 1e6));
    }
  };
  turn();
}

const orders = createInterface({ input: process.stdin });
orders.on('line', (line) => {
  const [start, perSecond, count, lateNanosMax] = line.split(' ');
  run(BigInt(start), Number(perSecond), Number(count), Number(lateNanosMax));
});
orders.on('close', () => process.exit(0));
