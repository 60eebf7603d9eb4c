/** Milliseconds since 1970 with a fraction; never runs backwards. The client measures by the same clock. */
export const nowMs = () => performance.timeOrigin + performance.now();

/**
 * To be called from an animation frame's callback: calls `painted` with the time at which that frame has been drawn.
 * The callbacks run just before the drawing; a message posted by one of them is handled just after.
 */
export function whenFramePainted(painted) {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => painted(nowMs());
  port2.postMessage(null);
}
