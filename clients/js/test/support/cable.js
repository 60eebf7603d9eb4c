import { connect, createServer } from 'node:net';
import { once } from 'node:events';

/**
 * A TCP cable to a server, which can be cut (every connection is reset), mended, and made half-open (nothing comes
 * through any more, and nobody is told).
 * @param {string} url
 */
export async function cableTo(url) {
  const { hostname, port } = new URL(url);
  const pairs = new Set();
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    const pair = [near, far];
    pairs.add(pair);
    for (const [from, to] of [pair, [far, near]]) {
      from.on('data', (bytes) => to.destroyed || to.write(bytes));
      from.on('error', () => {});
      from.on('close', () => {
        pairs.delete(pair);
        to.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const [near, far] of pairs) {
      near.resetAndDestroy();
      far.destroy();
    }
    pairs.clear();
  };
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    cut,
    /** What is connected stays so, and nothing passes; new connections work. */
    silence() {
      const silent = [...pairs];
      pairs.clear();
      for (const sockets of silent) {
        for (const socket of sockets) {
          socket.removeAllListeners('data');
          socket.resume();
        }
      }
    },
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
