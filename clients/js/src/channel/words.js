/**
 * What a channel's state is called towards the application, from the core's state and what is known of the
 * connection:
 *
 * - `connecting`: asked for, or the connection is being made. Words for people: "Connecting…", "Reconnecting…".
 * - `cached`: what is shown is what was held; the server has not confirmed it. The connection has failed, or only the
 *   persistent cache has spoken so far. "Showing cached messages".
 * - `catchingUp`: what was missed is on its way.
 * - `live`: everything up to the head is held, and what happens comes as it happens.
 * - `degraded`: live, with less: by long poll only, or the gateway sheds ephemeral lanes.
 * - `gone`: over until the application asks again: refused, no longer a member, or left; or the server refuses this
 *   client altogether. See `problem`.
 *
 * @param {string} phase the core's
 * @param {{isUp: boolean, isRefused: boolean, hasFailed: boolean, holds: boolean, confirmed: boolean, isReduced: boolean}} known `holds`:
 *     there is something to show; `confirmed`: the server has answered since it was loaded from the cache
 */
export function publicPhase(phase, { isUp, isRefused, hasFailed, holds, confirmed, isReduced }) {
  switch (phase) {
    case 'idle':
    case 'joining':
      if (isRefused) {
        return 'gone';
      }
      return holds && (!confirmed || (!isUp && hasFailed)) ? 'cached' : 'connecting';
    case 'replaying':
    case 'catchingUp':
      return 'catchingUp';
    case 'live':
      return isReduced ? 'degraded' : 'live';
    case 'refused':
    case 'revoked':
    case 'left':
      return 'gone';
    default:
      throw new TypeError(`no such phase: ${phase}`);
  }
}

/** What the application is shown of a channel: see `ChannelState` in index.d.ts. */
export function channelState({ ledger, head, catchUp, problem }, phase, refusal) {
  const { epoch, seq, chain } = ledger;
  const { after: catchUpAfter = null, to: catchUpTo = null, via: catchUpVia = null } = catchUp ?? {};
  return { phase, epoch, seq, chain, head, catchUpAfter, catchUpTo, catchUpVia, problem: problem ?? refusal };
}
