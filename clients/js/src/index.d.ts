/** Connects, and stays connected until `close()`. */
export function connect(options: ClientOptions): Client;

export interface ClientOptions {
  /** The server, such as `https://example.org`. Default: where the page came from. */
  url?: string;
  /** Where the WebSocket is, if another address than `url`. */
  liveUrl?: string;
  /** A token, or a function that fetches one: it is asked at every connect, before the token ends, and after a 401. */
  token: string | (() => string | Promise<string>);
  /** Names this device among the user's. */
  device?: string;
  /** For runtimes without one of their own (Node before 22). */
  WebSocket?: typeof WebSocket;
  fetch?: typeof fetch;
  /** Milliseconds since 1970, with a fraction, never running backwards. */
  nowMs?: () => number;
  /** In [0, 1); spreads reconnects. */
  random?: () => number;
}

export class Client {
  constructor(options: ClientOptions);
  readonly state: ConnectionState;
  /** The server's clock minus ours, right within half a round trip; null until the first answer. */
  readonly clock: { offsetMs: number | null; roundTripMs: number | null };
  /** Calls at every change of `state`, and now. Returns what stops it. */
  watch(watcher: (state: ConnectionState) => void): () => void;
  /** Follows a channel (`kind:id`) until `leave()`. At most one follower a channel. */
  follow(channel: string, options?: FollowOptions): Follower;
  /** Writes one event. Resolves after the commit; rejects with a `TailraceProblem`. */
  publish(channel: string, type: string, data: unknown, options?: PublishOptions): Promise<Published>;
  /** Tells the server how long commit→screen took; meant for a sample of the events. */
  rendered(channel: string, seq: number, ms: number): void;
  /** Try now rather than after the back-off. A browser's `online` event does it by itself. */
  reconnectNow(): void;
  close(): void;
}

export interface ConnectionState {
  readonly phase: 'stopped' | 'fetching' | 'opening' | 'greeting' | 'open' | 'waiting' | 'refused';
  /** Attempts since the connection was last stable. */
  readonly attempt: number;
  readonly session: string | null;
  /** How the last socket ended; null while all is well. */
  readonly lastClose: { readonly code: number; readonly reason: string } | null;
  /** When the next attempt begins, by `nowMs`; null while none is waited for. */
  readonly retryAtMs: number | null;
}

export interface FollowOptions {
  /** Everything there is, only what comes, or what comes after a place that was saved. Default: `start`. */
  from?: 'start' | 'now' | Place;
  /** These events are next: once each, in order. */
  onEvents?: (events: readonly TailraceEvent[], how: Delivery) => void;
  /**
   * What is held above `after` is void (0: everything, also entities); the events that replace it follow. Rare: an
   * epoch has changed, or the server had shown what was never committed.
   */
  onVoid?: (what: { readonly epoch: number; readonly after: number }) => void;
  /**
   * History is older than what is kept: the latest event of every entity as of `seq`, in parts, stands in for it. An
   * entity can be newer than `seq`; of two states of an entity the higher seq wins.
   */
  onEntities?: (entities: readonly TailraceEvent[], of: { readonly seq: number }) => void;
  /** What may be read begins above `after`, further on than what was asked for. */
  onSkip?: (what: { readonly after: number }) => void;
}

/** Where a follower stands. Saved and given to `from`, it goes on there. */
export interface Place {
  readonly epoch: number;
  readonly seq: number;
  readonly chain: string;
}

export interface Delivery {
  /** `live`: as it happens; `replay`: missed, from the gateway's window; `history`: missed, over HTTP. */
  readonly via: 'live' | 'replay' | 'history';
  /** When the frame came, by `nowMs`; null for history. */
  readonly receivedAtMs: number | null;
}

export interface TailraceEvent<Data = any> {
  readonly seq: number;
  readonly id: string;
  readonly type: string;
  readonly entity?: string;
  readonly author?: string;
  /** Commit time, RFC 3339 UTC in microseconds. */
  readonly time: string;
  readonly traceId?: string;
  readonly chain: string;
  readonly data: Data;
  /** `data` as the text that was written: numbers keep all their digits. */
  readonly raw: string;
}

export class Follower {
  readonly channel: string;
  readonly state: ChannelState;
  /** Calls at every change of `state`, and now. Returns what stops it. */
  watch(watcher: (state: ChannelState) => void): () => void;
  /** After `refused` or `revoked`: ask again. */
  retry(): void;
  leave(): void;
}

export interface ChannelState {
  /**
   * `connecting`, `reconnecting`, `offline`: there is no connection; `joining`: asked for; `replaying`, `catchingUp`:
   * what was missed is on its way, from the gateway's window or over HTTP; `live`; `refused`, `revoked`: see `problem`;
   * `left`.
   */
  readonly phase:
    | 'connecting'
    | 'reconnecting'
    | 'offline'
    | 'joining'
    | 'replaying'
    | 'catchingUp'
    | 'live'
    | 'refused'
    | 'revoked'
    | 'left';
  /** 0 until the server has told it. */
  readonly epoch: number;
  /** The last event that was applied. */
  readonly seq: number;
  /** The chain there; null where the view began in the middle and nothing has come yet. */
  readonly chain: string | null;
  /** The highest seq known to exist. */
  readonly head: number;
  /** While catching up: (after, to], and how; else null. */
  readonly catchUpAfter: number | null;
  readonly catchUpTo: number | null;
  readonly catchUpVia: 'replay' | 'history' | null;
  readonly problem: { readonly code: string; readonly detail?: string } | null;
}

export interface PublishOptions {
  entity?: string;
  /** The idempotency key: the same key is the same write. Default: a new one. */
  key?: string;
  signal?: AbortSignal;
}

export interface Published {
  readonly channel: string;
  readonly id: string;
  /** Missing where the event was committed but not numbered yet. */
  readonly epoch?: number;
  readonly seq?: number;
  readonly time: string;
  readonly traceId?: string;
  /** The key had been used for the same write before: this is the first answer again. */
  readonly replayed: boolean;
}

/** A refusal by the server, or a failure to reach it. */
export class TailraceProblem extends Error {
  /** Stable, meant for programs. `unreachable`: there was no answer. */
  readonly code: string;
  /** HTTP status; 0: no answer. */
  readonly status: number;
  /** The same request may succeed later. */
  readonly retry: boolean;
  readonly retryAfterMs: number;
  /** The problem document. */
  readonly body: Record<string, unknown>;
}

/** The chain before the first event of an epoch. */
export function chainStart(epoch: number): string;
/** The chain after an event, given the chain before it. */
export function chainNext(
  previous: string,
  event: Pick<TailraceEvent, 'id' | 'type' | 'entity' | 'author' | 'time' | 'raw'>,
): string;
/** Milliseconds since 1970, with a fraction, of an RFC 3339 UTC time. */
export function parseTime(time: string): number;
