/** Connects, and stays connected until `close()`. */
export function connect(options: ClientOptions): Client;

export interface ClientOptions {
  /** The server, such as `https://example.org`. Default: where the page came from. */
  url?: string;
  /** Where the live service (`/v1/ws`, `/v1/sse`) is, if at another address than `url`. */
  liveUrl?: string;
  /**
   * A token, or a function that fetches one. It is asked when there is none that lives, before the token ends, and
   * after the server has refused one; what it gives is used until it ends.
   */
  token: string | (() => string | Promise<string>);
  /** Names this device among the user's. */
  device?: string;
  /**
   * What may be used, best first: WebSocket, server-sent events, long polls. Default: all three. One that carries nothing
   * is fallen away from, and the best is tried again now and then.
   */
  transports?: readonly Transport[];
  /**
   * Keeps what was shown, and what was not sent yet, over a restart: `indexedDbCache(user)` in browsers,
   * `fileCache(folder)` in Node. Used by channels that are followed from the start. Default: none.
   */
  cache?: Cache;
  /** A fault of the cache; everything else goes on without it. Default: a warning on the console. */
  onFault?: (fault: Error) => void;
  /** For runtimes without one of their own. In Node the package brings one. */
  WebSocket?: typeof WebSocket;
  fetch?: typeof fetch;
  /** Milliseconds since 1970, with a fraction, never running backwards. */
  nowMs?: () => number;
  /** The wall clock in milliseconds since 1970; a jump says that the machine slept. */
  wallMs?: () => number;
  /** In [0, 1); spreads reconnects. */
  random?: () => number;
  /** A new UUID, the id of a send. */
  newId?: () => string;
}

export type Transport = 'ws' | 'sse' | 'poll';

export class Client {
  constructor(options: ClientOptions);
  readonly state: ConnectionState;
  /** The server's clock minus ours, right within half a round trip; null until the first answer. */
  readonly clock: { readonly offsetMs: number | null; readonly roundTripMs: number | null };
  /** Calls at every change of `state`, and now. Returns what stops it. */
  watch(watcher: (state: ConnectionState) => void): () => void;
  /** Follows a channel (`kind:id`) until `leave()`. At most one follower a channel. */
  follow(channel: string, options?: FollowOptions): Follower;
  /** Writes one event. Resolves after the commit; rejects with a `TailraceProblem` after some tries. */
  publish(channel: string, type: string, data: unknown, options?: PublishOptions): Promise<Published>;
  /**
   * Writes one event optimistically: it is `pending` at once, sent in order with the channel's other sends, and tried
   * again, also after a restart where there is a cache, until the server has answered or the event has come.
   * @throws {TailraceProblem} `outbox_full`: 1000 wait already
   */
  send(channel: string, type: string, data: unknown, options?: SendOptions): Send;
  /** The sends of a channel that are not among its events yet, in order; failed ones stay until retried or discarded. */
  pending(channel: string): Send[];
  /** Calls with `pending(channel)` at every change of it, and now. Returns what stops it. */
  watchPending(channel: string, watcher: (pending: Send[]) => void): () => void;
  /**
   * All channels of this user that have events: those that they are a member of or have read in. In the order of their
   * names, in pages of 500 that are each of their own moment. Rejects with a `TailraceProblem`.
   */
  myChannels(options?: { signal?: AbortSignal }): Promise<MyChannel[]>;
  /** Tells the server how long commit→screen took; meant for a sample of the events. */
  rendered(channel: string, seq: number, ms: number): void;
  /** Try now rather than after the back-off. A browser's events do it by themselves. */
  reconnectNow(): void;
  /** Resolves when the cache holds what was applied and what is to be sent. */
  flush(): Promise<void>;
  /** Leaves all channels and closes the connection; resolves when the cache is written. What was not sent stays in it. */
  close(): Promise<void>;
}

export interface ConnectionState {
  readonly phase: 'stopped' | 'fetching' | 'opening' | 'greeting' | 'open' | 'waiting' | 'refused';
  readonly transport: Transport;
  /** Attempts since the connection was last stable. */
  readonly attempt: number;
  readonly session: string | null;
  /** How the last link ended; null while all is well. */
  readonly lastClose: { readonly code: number; readonly reason: string } | null;
  /** When the next attempt begins, by `nowMs`; null while none is waited for. */
  readonly retryAtMs: number | null;
  /** What the gateway sheds of this connection, which reads too slowly; null: nothing. Events are never shed. */
  readonly shed: { readonly lanes: readonly string[]; readonly dropped: Readonly<Record<string, number>> } | null;
}

export interface FollowOptions {
  /** Everything there is, only what comes, or what comes after a place that was saved. Default: `start`. */
  from?: 'start' | 'now' | Place;
  /** These events are next: once each, in order. */
  onEvents?: (events: readonly TailraceEvent[], how: Delivery) => void;
  /**
   * What is held above `after` is void (0: everything, also entities); the events that replace it follow. Rare: an
   * epoch has changed, the server had shown what was never committed, or a snapshot takes the place of events.
   */
  onVoid?: (what: { readonly epoch: number; readonly after: number }) => void;
  /**
   * Too much was missed (the channel's contract says how much that is), or it is not kept any more: the latest event of
   * every entity as of `seq`, in parts, stands in for it. An entity can be newer than `seq`; of two states of an
   * entity the higher seq wins. Without this handler events are read one and all, as far as they are kept.
   */
  onEntities?: (entities: readonly TailraceEvent[], of: { readonly seq: number }) => void;
  /** Events at or below `after` that were not given before will not be: not this reader's, not kept, or not cached. */
  onSkip?: (what: { readonly after: number }) => void;
}

/** Where a follower stands. Saved and given to `from`, it goes on there. */
export interface Place {
  readonly epoch: number;
  readonly seq: number;
  readonly chain: string;
}

export interface Delivery {
  /**
   * `live`: as it happens; `replay`: missed, from the gateway's window; `history`: missed, over HTTP; `cache`: what an
   * earlier run had shown, from the cache.
   */
  readonly via: 'live' | 'replay' | 'history' | 'cache';
  /** When the frame came, by `nowMs`; null for history and cache. */
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
  /** What others signal now, without what has expired. A new array at every change. */
  readonly signals: readonly Signal[];
  /** Calls at every change of `signals`, also when one expires, and now. Returns what stops it. */
  watchSignals(watcher: (signals: readonly Signal[]) => void): () => void;
  /**
   * Says something that is shown to the others for a moment and kept nowhere, such as typing or a cursor. No faster than
   * the contract allows: of what is too fast, the latest of each type goes out when its turn comes.
   * @param type letters, digits, `.`, `_` and `-`
   * @returns false where it cannot be said now: the channel is not live, or the transport has no way back
   */
  signal(type: string, data?: unknown): boolean;
  /**
   * By user, the seq up to which they have read, on whatever device; this user is among them once it is kept. The
   * thousand that have moved last. Complete while it is watched and the channel is live; over long polls it is of the
   * moment when the channel went live. A new map at every change.
   */
  readonly receipts: ReadonlyMap<string, number>;
  /** Calls at every change of `receipts`, and now. Returns what stops it. */
  watchReceipts(watcher: (receipts: ReadonlyMap<string, number>) => void): () => void;
  /**
   * This user has read the channel up to `seq`; default, and at most: the last event that was applied. May be called for
   * every event that is seen: the furthest goes out twice a second, over WebSocket only, and again, also after a
   * reconnect, until it is kept. It never goes back. Where the page ends before that, it is lost.
   */
  read(seq?: number): void;
  /** Who is here. A new object at every change; while the connection is away, as it was last told. */
  readonly presence: Presence;
  /** Calls at every change of `presence`, and now. Returns what stops it. */
  watchPresence(watcher: (presence: Presence) => void): () => void;
  /**
   * Says what the user is doing here: at once where that is possible, then by itself as often as the server asks, and after
   * every reconnect, until `absent()` or `leave()`. Over event streams and long polls nobody is present.
   * @param mode 1 to 32 letters, digits, `.`, `_` and `-`. Default: `active`. `away`: here without attending
   */
  present(mode?: string, data?: unknown): void;
  /** The user is not here any more, though the channel is followed. */
  absent(): void;
  /** After `gone`: ask again. */
  retry(): void;
  /** Resolves when the cache holds what was applied. */
  flush(): Promise<void>;
  leave(): Promise<void>;
}

/** A channel of the user, with how far they have read it. */
export interface MyChannel {
  /** `kind:id`. */
  readonly channel: string;
  /** The seq of its last event. */
  readonly head: number;
  /** The seq up to which the user has read, on whatever device. */
  readonly read: number;
  /** `head - read`. */
  readonly unread: number;
  /** What the user is in the channel; absent where no member. */
  readonly role?: string;
}

/** Who is in a channel. */
export interface Presence {
  /** Whether the server has told it. */
  readonly known: boolean;
  /** How many users are here. */
  readonly count: number;
  /** The room is too large for a list: `members` are a few of them. */
  readonly sampled: boolean;
  readonly members: readonly Member[];
}

/** A user in a channel, all devices and tabs in one. */
export interface Member<Data = any> {
  readonly user: string;
  readonly device?: string;
  readonly mode: string;
  /** RFC 3339: since when, over all connections that followed each other. */
  readonly since: string;
  /** RFC 3339; as old as the last change of this member that was told. */
  readonly lastSeen: string;
  readonly data?: Data;
}

/** Somebody's latest signal of one type. */
export interface Signal<Data = any> {
  readonly user: string;
  readonly device?: string;
  readonly type: string;
  readonly data: Data;
  /** When it expires, by `nowMs`. */
  readonly untilMs: number;
}

export interface ChannelState {
  /**
   * - `connecting`: asked for, or the connection is being made. "Connecting…", "Reconnecting…".
   * - `cached`: what is shown was held and is not confirmed: the connection has failed, or only the cache has spoken so
   *   far. "Showing cached messages".
   * - `catchingUp`: what was missed is on its way.
   * - `live`: everything up to the head is held, and what happens comes as it happens.
   * - `degraded`: live, with less: over long polls, or with ephemeral lanes shed.
   * - `gone`: over until `retry()`: refused, no longer a member, or left; or the server refuses this client altogether,
   *   as one whose version it does not speak. See `problem`.
   */
  readonly phase: 'connecting' | 'cached' | 'catchingUp' | 'live' | 'degraded' | 'gone';
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

export interface SendOptions {
  entity?: string;
  /** The event's id, a UUID, which is also the idempotency key: the same id is the same send. Default: a new one. */
  id?: string;
}

/** One optimistic send. */
export interface Send {
  readonly id: string;
  readonly channel: string;
  readonly type: string;
  readonly data: any;
  readonly entity?: string;
  /**
   * `waiting`: for its turn, or for the network; `sending`; `sent`: committed, and its event is on its way or has come;
   * `failed`: refused, see `problem`; it stays pending until it is retried or discarded.
   */
  readonly status: 'waiting' | 'sending' | 'sent' | 'failed';
  /** Why it failed, or why it is not through yet. */
  readonly problem: { readonly code: string; readonly message: string } | null;
  /** Resolves at the answer or the event, whichever is first; rejects when it is refused. After `retry()` a new one. */
  readonly done: Promise<Published>;
  /** Send what failed again, as the same write, after everything else that waits. */
  retry(): void;
  /** Forget it, unless it is on its way. */
  discard(): void;
}

/**
 * Where a client keeps things between two runs. `indexedDbCache` and `fileCache` are two; any store will do that holds
 * plain values whole. Several clients of one user may share it.
 */
export interface Cache {
  /** What was saved last, or null. */
  loadChannel(channel: string): Promise<object | null>;
  /**
   * Takes the place of what is there only if it is not older (by `epoch`, then `seq`), or if `replace`: then what is
   * there has become void. A null record removes it.
   */
  saveChannel(channel: string, record: object | null, options?: { replace?: boolean }): Promise<void>;
  /** All saved sends, by their `order`. */
  loadSends(): Promise<object[]>;
  saveSend(send: { readonly id: string; readonly order: number }): Promise<void>;
  removeSend(id: string): Promise<void>;
}

/** A cache in the browser's IndexedDB. `user`: whose it is; what one user was shown is never shown to another. */
export function indexedDbCache(user: string, options?: { name?: string; indexedDB?: IDBFactory }): Cache;
/** In Node only: a cache in a folder of one user, which is made where it does not exist. */
export function fileCache(folder: string): Cache;

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
