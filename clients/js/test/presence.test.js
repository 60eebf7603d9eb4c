import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { PresenceBox } from '../src/channel/presence-box.js';
import { apply, UNKNOWN } from '../src/channel/presence.js';
import { random } from './support/random.js';

const member = (user, mode = 'active') => ({ user, mode, since: 's', lastSeen: 'l' });
const change = (count, { joined = [], updated = [], left = [] }) => ({ t: 'presence', channel: 'chat:1', count, joined, updated, left });
const whole = (...joined) => ({ ...change(joined.length, { joined }), full: true, heartbeatMs: 1000, ttlMs: 3000, modes: {} });
const here = (room) => room.members.map(({ user, mode }) => `${user} ${mode}`);

describe('who is here', () => {
  test('a change means nothing before the whole state', () => {
    assert.equal(apply(UNKNOWN, change(1, { joined: [member('ann')] })), UNKNOWN);
  });

  test('changes are applied to the whole state, and another whole state replaces all', () => {
    let room = apply(UNKNOWN, whole(member('ann'), member('bob')));
    room = apply(room, change(2, { joined: [member('eve')], updated: [member('ann', 'away')], left: [member('bob', 'gone')] }));
    assert.deepEqual(here(room), ['ann away', 'eve active']);
    assert.equal(room.count, 2);
    room = apply(room, { ...whole(member('max')), count: 900, sampled: true });
    assert.deepEqual([room.count, room.sampled, here(room)], [900, true, ['max active']]);
    assert.equal(apply(room, whole()).sampled, false);
  });

  test('at random: what changes lead to is what the server has', () => {
    const seed = Number(process.env.SEED ?? Date.now() % 1e9);
    const chance = random(seed);
    let truth = new Map();
    let room = apply(UNKNOWN, whole());
    for (let i = 0; i < 2000; i++) {
      const before = new Map(truth);
      for (let n = chance.below(4); n >= 0; n--) {
        const user = `u${chance.below(12)}`;
        if (chance.chance(0.5)) {
          truth.set(user, member(user, `m${chance.below(3)}`));
        } else {
          truth.delete(user);
        }
      }
      const joined = [...truth.values()].filter(({ user }) => !before.has(user));
      const updated = [...truth.values()].filter(({ user, mode }) => before.has(user) && before.get(user).mode !== mode);
      const left = [...before.values()].filter(({ user }) => !truth.has(user));
      room = apply(room, chance.chance(0.1) ? whole(...truth.values()) : change(truth.size, { joined, updated, left }));
      assert.deepEqual(here(room).sort(), here({ members: [...truth.values()] }).sort(), `seed ${seed}`);
      assert.equal(room.count, room.members.length, `seed ${seed}`);
    }
  });
});

describe('being here', () => {
  let sent;
  let box;

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    sent = [];
    box = new PresenceBox((own) => sent.push(own.mode));
  });
  afterEach(() => mock.timers.reset());

  test('it is said when the server listens, then again in time, and with every change', () => {
    box.present('active');
    mock.timers.tick(60_000);
    assert.deepEqual(sent, []);
    box.hear(whole());
    assert.deepEqual(sent, ['active']);
    mock.timers.tick(1000);
    box.present('editing', { at: 1 });
    mock.timers.tick(999);
    assert.deepEqual(sent, ['active', 'active', 'editing']);
    mock.timers.tick(1);
    assert.deepEqual(sent.at(-1), 'editing');
    box.hear(whole(member('ann')));
    assert.equal(sent.length, 4, 'a whole state in between is no reason');
  });

  test('after a reconnect it is said again, and what was shown stays until all is told', () => {
    box.present('active');
    box.hear(whole(member('ann')));
    box.unheard();
    mock.timers.tick(60_000);
    assert.deepEqual(sent, ['active']);
    assert.deepEqual(here(box.room), ['ann active']);
    box.hear(whole());
    assert.deepEqual(sent, ['active', 'active']);
    assert.deepEqual(here(box.room), []);
  });

  test('who leaves says so once, and only where they were heard', () => {
    box.absent();
    box.present('active');
    box.absent();
    box.hear(whole());
    assert.deepEqual(sent, []);
    box.present('active');
    box.absent();
    box.absent();
    mock.timers.tick(60_000);
    assert.deepEqual(sent, ['active', 'gone']);
  });

  test('watchers are told now and at every change', () => {
    const told = [];
    const stop = box.watch((room) => told.push(room.known ? room.count : null));
    box.hear(change(1, { joined: [member('ann')] }));
    box.hear(whole(member('ann')));
    box.hear(change(0, { left: [member('ann')] }));
    box.clear();
    stop();
    box.hear(whole(member('ann')));
    assert.deepEqual(told, [null, 1, 0, null]);
  });
});
