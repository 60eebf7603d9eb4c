/**
 * The network of one user, which can be cut. What the client is given in place of WebSocket and fetch: a cut ends the
 * open socket without a goodbye and lets nothing new through, so the client meets what it would meet in a tunnel.
 */
export class Cable {
  #sockets = new Set();
  #requests = new AbortController();
  isCut = false;

  constructor() {
    const cable = this;
    this.WebSocket = class extends EventTarget {
      onopen = null;
      onclose = null;
      onmessage = null;
      #real = null;

      constructor(url, protocol) {
        super();
        if (cable.isCut) {
          setTimeout(() => this.onclose?.({ code: 1006, reason: 'no network' }));
          return;
        }
        this.#real = new WebSocket(url, protocol);
        this.#real.onopen = (event) => this.onopen?.(event);
        this.#real.onmessage = (event) => this.onmessage?.(event);
        this.#real.onclose = (event) => {
          cable.#sockets.delete(this);
          this.onclose?.(event);
        };
        cable.#sockets.add(this);
      }

      send(text) {
        this.#real?.send(text);
      }

      close(code, reason) {
        this.#real?.close(code === 1000 ? code : Math.max(code ?? 1000, 3000), reason);
      }

      /** Nothing is heard any more; the server finds out for itself. */
      drop() {
        const real = this.#real;
        this.#real = null;
        real.onopen = real.onmessage = real.onclose = null;
        real.close();
        this.onclose?.({ code: 1006, reason: 'cut' });
      }
    };
    this.fetch = (url, init = {}) => {
      if (cable.isCut) {
        return Promise.reject(new TypeError('no network'));
      }
      const cut = cable.#requests.signal;
      return fetch(url, { ...init, signal: init.signal ? AbortSignal.any([init.signal, cut]) : cut });
    };
  }

  cut() {
    this.isCut = true;
    this.#requests.abort(new TypeError('no network'));
    this.#requests = new AbortController();
    for (const socket of [...this.#sockets]) {
      this.#sockets.delete(socket);
      socket.drop();
    }
  }

  mend() {
    this.isCut = false;
  }
}
