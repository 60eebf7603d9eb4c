import { SUBPROTOCOL, parseFrame } from '../protocol/frames.js';

/**
 * A link over a WebSocket. Every link has `send(frame)` and `close(code, reason)`, and tells its listener `opened`,
 * `frame` and, unless it was closed from here, `closed` once.
 *
 * @param {{url: string, WebSocket: typeof WebSocket}} env
 */
export function socketLink({ url, WebSocket }, listener) {
  const socket = new WebSocket(url, SUBPROTOCOL);
  socket.onopen = () => listener.opened();
  socket.onclose = ({ code, reason, status, retryAfterMs }) =>
    listener.closed({ code: status === 401 ? 4401 : code, reason, retryAfterMs });
  socket.onmessage = ({ data }) => {
    let frame;
    try {
      frame = parseFrame(data);
    } catch {
      const reason = 'a frame that cannot be read';
      socket.close(4400, reason);
      return listener.closed({ code: 4400, reason });
    }
    return listener.frame(frame);
  };
  return {
    send: (frame) => socket.send(JSON.stringify(frame)),
    close: (code, reason) => socket.close(code, reason),
  };
}
