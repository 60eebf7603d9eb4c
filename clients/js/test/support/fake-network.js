/** A server's side of the wire for tests of the whole client: sockets that record, requests that wait for an answer. */
export class FakeNetwork {
  sockets = [];
  requests = [];

  constructor() {
    const network = this;
    this.WebSocket = class {
      sent = [];
      closed = null;

      constructor(url, protocol) {
        Object.assign(this, { url, protocol });
        network.sockets.push(this);
      }

      send(text) {
        this.sent.push(JSON.parse(text));
      }

      close(code, reason) {
        this.closed = { code, reason };
      }

      say(frame) {
        this.onmessage({ data: typeof frame === 'string' ? frame : JSON.stringify(frame) });
      }

      last(t) {
        return this.sent.findLast((frame) => frame.t === t);
      }

      welcome() {
        this.onopen();
        const exp = new Date(Date.now() + 3_600_000).toISOString();
        const time = new Date().toISOString();
        this.say({ t: 'welcome', ref: this.last('hello').ref, session: 's', user: 'ann', exp, heartbeatMs: 20_000, time });
      }
    };
    this.fetch = (url, init) =>
      new Promise((resolve, reject) => {
        init.signal?.addEventListener('abort', () => reject(init.signal.reason));
        this.requests.push({
          url: new URL(url),
          init,
          fail: reject,
          answer: (status, body, headers = {}) => {
            resolve(new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers }));
          },
        });
      });
  }

  get socket() {
    return this.sockets.at(-1);
  }
}

/** Lets everything that waits for nothing but a turn of the loop happen. */
export async function settle() {
  for (let i = 0; i < 3; i++) {
    await new Promise((done) => setTimeout(done));
  }
}
