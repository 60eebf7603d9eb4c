import assert from 'node:assert/strict';
import { ModelServer, foldEntities } from './model-server.js';
import { random } from './random.js';
import { SimClient } from './sim-client.js';

/** How long a token lives. */
const TOKEN_MS = 120_000;
/** Every so many runs end with hours of nothing. */
const IDLE_EVERY = 8;

/** A client, a server, what lies between them, and a seed that decides what happens. */
export class World {
  nowMs = Date.UTC(2026, 0, 1);
  wallMs = this.nowMs;
  server = new ModelServer();
  links = new Map();
  posted = [];
  #sends = 0;

  constructor(core, seed) {
    this.draw = random(seed);
    const { draw } = this;
    const options = { from: draw.chance(0.3) ? 'now' : 'start', snapshots: draw.chance(0.6) };
    this.client = new SimClient(core, this, options);
    this.client.connectionInput({ on: 'start' });
    this.common = [
      () => this.server.write(),
      () => this.server.write(),
      () => this.server.commit(),
      () => this.server.store(),
      () => this.anyGateway().follow(),
      () => this.goOn(),
      () => this.goOn(),
      () => this.goOn(),
      () => this.goOn(),
      () => this.goOn(),
      () => this.goOn(),
      () => this.goOn(),
      () => this.goOn(),
      () => this.post(),
      () => this.pass(draw.below(400)),
      () => this.passToNext(),
    ];
    const rare = [
      () => this.cut(),
      () => this.cut(),
      () => this.silence(),
      () => this.refuse(),
      () => this.anyLink()?.toClient.push({ t: 'drain', reconnectAfterMs: draw.below(500), deadlineMs: 5000 }),
      () => this.server.diverge(),
      () => this.anyGateway().behind(),
      () => this.server.forget(),
      () => draw.chance(0.3) && this.server.renumber(),
      () => this.server.revoke(),
      () => this.server.admit(draw.chance(0.5)),
      () => this.client.channelInput({ on: 'again' }),
      () => this.fail(),
      () => this.repeat(),
      () => this.send(),
      () => this.send(),
      () => this.client.connectionInput({ on: 'wake' }),
      () => this.late(),
      // called once a minute, asleep for an hour, and a wall clock that is set
      () => this.pass(60_000),
      () => this.pass(3_600_000),
      () => draw.chance(0.5) && (this.wallMs += draw.pick([-7_200_000, 7_200_000])),
    ];
    // a world in which everything happens never lets anything go on for long: each has its own part of it
    this.rare = rare.filter(() => draw.chance(0.4));
    this.isLossy = draw.chance(0.3);
    if (this.isLossy) {
      this.rare.push(() => this.lose(), () => this.damage());
    }
    this.rarely = draw.pick([0.02, 0.1, 0.3]);
    this.unready = draw.pick([0, 0.1, 0.5]);
    if (draw.chance(0.5)) {
      Array.from({ length: 14 }, () => this.server.write());
      this.server.commit();
      this.server.store();
      this.server.gateways.forEach((gateway) => gateway.follow());
    }
  }

  step() {
    const { draw } = this;
    (this.rare.length === 0 || !draw.chance(this.rarely) ? draw.pick(this.common) : draw.pick(this.rare))();
  }

  /** One of the things that wait to happen happens. */
  goOn() {
    const { client } = this;
    const waits = [];
    for (const { isOpen, isSilent, toClient, toServer } of this.links.values()) {
      if (!isSilent && !isOpen) {
        waits.push(this.accept);
      }
      if (!isSilent && toClient.length > 0) {
        waits.push(this.deliver);
      }
      if (!isSilent && isOpen && toServer.length > 0) {
        waits.push(this.takeAll);
      }
    }
    if (client.wantsToken !== null) {
      waits.push(this.token);
    }
    if (client.reads.some(({ answer }) => answer === undefined)) {
      waits.push(this.serve);
    }
    if (client.reads.some(({ answer }) => answer !== undefined)) {
      waits.push(this.answer);
    }
    if (waits.length > 0) {
      this.draw.pick(waits).call(this);
    } else if (client.joinAtMs !== null || client.connection.phase === 'waiting') {
      this.passToNext();
    }
  }

  // ---- the network

  open(link) {
    const gateway = this.draw.pick(this.server.gateways);
    this.links.set(link, { link, gateway, isOpen: false, isSilent: false, toServer: [], toClient: [] });
  }

  toServer(link, frame) {
    this.links.get(link)?.toServer.push(frame);
  }

  close(link) {
    this.links.get(link)?.gateway.lose(link);
    this.links.delete(link);
  }

  anyLink() {
    return this.links.size === 0 ? undefined : this.draw.pick([...this.links.values()]);
  }

  anyGateway() {
    return this.draw.pick(this.server.gateways);
  }

  accept() {
    const link = this.anyLink();
    if (link && !link.isOpen && !link.isSilent) {
      link.isOpen = true;
      link.gateway.connect(link.link, link.toClient);
      this.client.connectionInput({ on: 'opened', link: link.link });
    }
  }

  #lost(link, how) {
    if (link) {
      this.close(link.link);
      this.client.connectionInput({ on: 'closed', link: link.link, reason: '', ...how });
    }
  }

  refuse() {
    this.#lost(this.anyLink(), this.draw.pick([{ code: 1006, retryAfterMs: 500 }, { code: 4401 }, { code: 4429 }, { code: 1012 }]));
  }

  cut() {
    this.#lost(this.anyLink(), { code: 1006 });
  }

  /** Half-open: nothing passes any more, and nobody is told. */
  silence() {
    const link = this.anyLink();
    if (link) {
      link.isSilent = true;
    }
  }

  /** One frame to the client. */
  deliver() {
    const link = this.anyLink();
    if (link && !link.isSilent && link.toClient.length > 0) {
      this.client.receive(link.link, link.toClient.shift());
    }
  }

  /** Everything that the client has said, on one link, is heard and answered. */
  takeAll() {
    const link = this.anyLink();
    if (link && !link.isSilent && link.isOpen) {
      link.toServer.splice(0).forEach((frame) => this.#hear(link, frame));
    }
  }

  #hear({ link, gateway, toClient }, frame) {
    const iso = (ms) => new Date(ms).toISOString();
    switch (frame.t) {
      case 'hello':
        this.links.get(link).expMs = this.nowMs + TOKEN_MS;
        return toClient.push({ t: 'welcome', heartbeatMs: 15_000, time: iso(this.nowMs), exp: iso(this.nowMs + TOKEN_MS) });
      case 'ping':
        return toClient.push({ t: 'pong', ref: frame.ref });
      case 'auth':
        this.links.get(link).expMs = this.nowMs + TOKEN_MS;
        return toClient.push({ t: 'authed', exp: iso(this.nowMs + TOKEN_MS) });
      case 'subscribe':
        return gateway.subscribe(link, frame, { isReady: this.isCalm || !this.draw.chance(this.unready), isLenient: this.draw.chance(0.3) });
      case 'unsubscribe':
        return gateway.unsubscribe(link);
      default:
        return assert.fail(`unexpected frame ${frame.t}`);
    }
  }

  /** What a link still says after it was given up. */
  late() {
    const link = this.draw.below(this.client.connection.links + 1);
    if (!this.links.has(link)) {
      const how = this.draw.pick([{ on: 'closed', code: 1006, reason: '' }, { on: 'opened' }, { on: 'frame', frame: { t: 'pong', ref: 0 } }]);
      this.client.connectionInput({ link, serverNowMs: this.nowMs, ...how });
    }
  }

  mayRefuse(code) {
    return code === 'forbidden' || (code === 'history_differs' && this.isLossy);
  }

  /** The same event twice, one lost, one damaged: none may happen, all must be survived. */
  repeat() {
    const link = this.anyLink();
    if (link && !link.isSilent && link.toClient[0]?.t === 'event') {
      this.client.receive(link.link, link.toClient[0]);
    }
  }

  lose() {
    const link = this.anyLink();
    if (link?.toClient[0]?.t === 'event') {
      link.toClient.shift();
    }
  }

  damage() {
    const link = this.anyLink();
    if (link?.toClient[0]?.t === 'event') {
      link.toClient[0] = { ...link.toClient[0], raw: '"damaged"' };
    }
  }

  // ---- HTTP

  token() {
    const { client } = this;
    if (client.wantsToken !== null) {
      client.wantsToken = null;
      client.connectionInput(this.isCalm || this.draw.chance(0.9) ? { on: 'token', token: 'jwt' } : { on: 'tokenFailed', problem: 'login' });
    }
  }

  /** The server looks at a request: what it answers is of this moment, whenever it arrives. */
  serve() {
    const read = this.client.reads.length === 0 ? undefined : this.draw.pick(this.client.reads);
    if (read && read.answer === undefined) {
      const { request } = read;
      if (read.do === 'readContract') {
        const { snapshotAfter, problem } = this.server.contract();
        read.answer = problem ? { on: 'readFailed', request, problem } : { on: 'contract', request, snapshotAfter };
      } else {
        const { page, problem } = read.do === 'read' ? this.server.events(read) : this.server.snapshot(read.cursor);
        const on = read.do === 'read' ? 'page' : 'snapshotPage';
        read.answer = page ? { on, request, page } : { on: 'readFailed', request, problem };
      }
    }
  }

  answer() {
    const { reads } = this.client;
    const at = reads.findIndex(({ answer }) => answer !== undefined);
    if (at >= 0) {
      const [{ answer }] = reads.splice(at, 1);
      this.client.channelInput(answer);
    }
  }

  fail() {
    const [read] = this.client.reads.splice(0, 1);
    if (read) {
      const problem = { code: 'unreachable', status: 0, retry: true, retryAfterMs: 0 };
      this.client.channelInput({ on: 'readFailed', request: read.request, problem });
    }
  }

  send() {
    this.#sends += 1;
    const id = `send-${this.#sends}`;
    this.posted.push(id);
    this.client.send(id);
  }

  /** The server takes a write; its answer may be lost on the way. */
  post() {
    const { client } = this;
    const post = client.posts.length === 0 ? undefined : client.posts[0];
    if (post === undefined) {
      return;
    }
    if (post.answer === null && (this.isCalm || this.draw.chance(0.8))) {
      post.answer = this.server.post(post.id);
    } else {
      client.posts.shift();
      const isLost = !this.isCalm && (post.answer === null || this.draw.chance(0.3));
      const problem = { code: 'unreachable', status: 0, retry: true, retryAfterMs: 0 };
      client.queueInput(isLost ? { on: 'refused', id: post.id, problem } : { on: 'answered', id: post.id, published: post.answer });
    }
  }

  // ---- time

  pass(ms) {
    this.nowMs += ms;
    this.wallMs += ms;
    this.client.tick();
    for (const link of [...this.links.values()]) {
      if (link.expMs < this.nowMs && !link.isSilent) {
        this.#lost(link, { code: 4401 });
      }
    }
  }

  passToNext() {
    const { dueMs } = this.client;
    if (dueMs !== Infinity) {
      this.pass(Math.max(dueMs - this.nowMs, 0));
    }
  }

  // ---- the end

  /** Nothing goes wrong any more: whatever was going on must come to its end. */
  settle() {
    this.isCalm = true;
    const { server, client } = this;
    server.admit(false);
    // sends go one by one, a few rounds each
    const rounds = 400 + 10 * client.queue.items.length;
    for (let i = 0; i < rounds; i++) {
      server.commit();
      server.store();
      server.gateways.forEach((gateway) => gateway.follow());
      if (client.channel.phase === 'revoked' || client.channel.phase === 'refused') {
        client.channelInput({ on: 'again' });
      }
      this.token();
      for (const link of [...this.links.values()]) {
        this.#calm(link);
      }
      this.serve();
      this.answer();
      this.post();
      if (this.isQuiet()) {
        return;
      }
      this.passToNext();
    }
  }

  isQuiet() {
    const { client, server } = this;
    return client.channel.phase === 'live' && client.seq === server.log.length && client.queue.items.length === 0 && this.isTidy();
  }

  /** Nothing is left over of a move. */
  isTidy() {
    const { connection, channel } = this.client;
    return connection.old === 0 && connection.next === null && channel.moving === 0 && this.links.size === 1;
  }

  /** Hours in which nothing happens: the connection stays, through every heartbeat and the end of every token. */
  idle() {
    const { link } = this.client.connection;
    const endMs = this.nowMs + 2.5 * TOKEN_MS;
    while (this.nowMs < endMs) {
      this.passToNext();
      this.token();
      [...this.links.values()].forEach((one) => this.#calm(one));
    }
    const { connection, channel } = this.client;
    assert.equal(channel.phase, 'live', 'it stays live');
    // a better transport may be moved to; nothing else has a reason to change
    assert.ok(connection.link === link || connection.transport === 0, 'the link stays');
    assert.ok(this.isTidy(), 'nothing is left over');
  }

  #calm(link) {
    if (link.isSilent) {
      return;
    }
    if (!link.isOpen) {
      link.isOpen = true;
      link.gateway.connect(link.link, link.toClient);
      this.client.connectionInput({ on: 'opened', link: link.link });
    }
    link.toServer.splice(0).forEach((frame) => this.#hear(link, frame));
    while (this.links.has(link.link) && link.toClient.length > 0) {
      this.client.receive(link.link, link.toClient.shift());
    }
  }
}

/** One run, checked at every event and at its end. */
export function runWorld(core, seed, steps) {
  const world = new World(core, seed);
  for (let i = 0; i < steps; i++) {
    world.step();
  }
  world.settle();
  if (world.isLossy) {
    // an event that was lost as the last one shows with the next
    world.server.write();
    world.settle();
  }
  check(world);
  if (seed % IDLE_EVERY === 0) {
    world.idle();
  }
}

function check(world) {
  const { client, server, posted } = world;
  const { channel } = client;
  assert.equal(channel.phase, 'live', `it ends live, not ${channel.phase}`);
  assert.equal(client.connection.phase, 'open');
  assert.equal(channel.ledger.epoch, server.epoch);
  assert.equal(client.seq, server.log.length, 'everything has come');
  const from = client.events[0]?.seq ?? client.seq + 1;
  const held = (events) => events.map(({ id }) => id);
  assert.deepEqual(held(client.events), held(server.log.slice(from - 1)), 'what came is what the log holds');
  if (!channel.fromNow && client.begin === null) {
    const sorted = (entities) => held([...entities.values()]).sort();
    assert.deepEqual(sorted(client.entities), sorted(foldEntities(server.log)), 'a snapshot and the events after it equal all events');
    assert.equal(from, client.base + 1, 'nothing is missing above the snapshot');
  }
  assert.ok(channel.ledger.chain === null || channel.ledger.chain === server.log.at(-1).chain, 'the chain is the log\'s');
  assert.deepEqual(held(server.log).filter((id) => id.startsWith('send-')), posted, 'sends are committed once each, in order');
  assert.deepEqual([...client.settled].sort(), [...posted].sort(), 'and each is told once');
  assert.deepEqual(client.queue.items, [], 'nothing is pending');
  assert.ok(world.isTidy(), 'nothing is left over of a move');
}
