import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  AWARENESS_INTERVAL_MS,
  MAX_AWARENESS_STATE_BYTES,
  type Member,
  type MessageOf,
} from '@tandem/protocol';
import { ManualClock } from '@tandem/testkit';
import * as Y from 'yjs';
import { People, type PeopleMessage } from './people.ts';

let clock: ManualClock;
let sent: PeopleMessage[];
let people: People;
beforeEach(() => {
  clock = new ManualClock(1_000_000);
  sent = [];
  const doc = new Y.Doc();
  people = new People({ doc, clock, send: (message) => sent.push(message), changed: () => {} });
});
afterEach(() => people.destroy());

const member = (user: string, state: Member['state'] = 'active'): Member => ({
  user,
  name: user,
  color: 0,
  state,
  clients: [],
});

function receive(change: Partial<MessageOf<'presence:changed'>>): void {
  people.receive({
    type: 'presence:changed',
    channel: 1,
    full: false,
    members: [],
    left: [],
    from: 0,
    position: { epoch: 'e', offset: 1 },
    counts: { active: 1, idle: 0, away: 0 },
    cursorIntervalMs: AWARENESS_INTERVAL_MS,
    ...change,
  });
}

const names = () => people.members.map(({ user }) => user);
const cursors = () => sent.filter(({ type }) => type === 'awareness').length;

test('PR1: the position does not advance over a gap', () => {
  receive({ full: true, members: [member('a'), member('b')] });
  receive({ members: [member('c')], from: 1, position: { epoch: 'e', offset: 2 } });
  expect(people.position).toEqual({ epoch: 'e', offset: 2 });
  receive({ left: ['a'], from: 3, position: { epoch: 'e', offset: 4 } });
  expect(names()).toEqual(['b', 'c']);
  expect(people.position).toEqual({ epoch: 'e', offset: 2 });
  people.lost();
  expect(names()).toEqual([]);
  receive({ left: ['a', 'b'], from: 2, position: { epoch: 'e', offset: 6 } });
  expect(names()).toEqual(['c']);
  expect(people.position).toEqual({ epoch: 'e', offset: 6 });
  receive({ full: true, members: [member('d')], position: { epoch: 'f', offset: 0 } });
  expect([names(), people.position]).toEqual([['d'], { epoch: 'f', offset: 0 }]);
});

test('PR4: members always include oneself, in the state that the server sent', () => {
  receive({ full: true, members: [member('a')], you: member('me') });
  expect(names()).toEqual(['a', 'me']);
  receive({ members: [member('me', 'idle')], left: ['a'] });
  expect(people.members).toEqual([member('me', 'idle')]);
  receive({ left: ['me'], you: member('me', 'away') });
  expect(people.members).toEqual([member('me', 'away')]);
});

test('PR6: the first move is sent at once, the newest of later ones at the server’s pace', () => {
  receive({ full: true, cursorIntervalMs: 528 });
  people.awareness.setLocalStateField('at', 1);
  expect(cursors()).toBe(1);
  for (let i = 0; i < 50; i++) {
    people.awareness.setLocalStateField('at', i);
    clock.advance(10);
  }
  expect(cursors()).toBe(1);
  clock.advance(28);
  expect(cursors()).toBe(2);
  clock.advance(600);
  people.awareness.setLocalStateField('at', 99);
  expect(cursors()).toBe(3);
  receive({ cursorIntervalMs: AWARENESS_INTERVAL_MS });
  people.awareness.setLocalStateField('at', 100);
  clock.advance(AWARENESS_INTERVAL_MS);
  expect(cursors()).toBe(4);
});

test('W22: a state that is too large is not sent: it would cost the connection', () => {
  receive({ full: true });
  people.awareness.setLocalStateField('at', 'x'.repeat(MAX_AWARENESS_STATE_BYTES));
  clock.advance(AWARENESS_INTERVAL_MS);
  expect(cursors()).toBe(0);
  people.awareness.setLocalStateField('at', 1);
  clock.advance(AWARENESS_INTERVAL_MS);
  expect(cursors()).toBe(1);
});

test('PR5: a page is requested and answered by its ref, and answered with null when the connection is lost', async () => {
  expect(await people.list('', 0)).toBeNull();
  receive({ full: true });
  const [first, second] = [people.list('an', 0), people.list('an', 100)];
  expect(sent).toMatchObject([
    { type: 'presence:list', ref: 1, query: 'an', after: 0 },
    { type: 'presence:list', ref: 2, query: 'an', after: 100 },
  ]);
  people.receive({
    type: 'presence:listed',
    channel: 1,
    ref: 2,
    members: [member('z')],
    next: null,
  });
  expect(await second).toEqual({ members: [member('z')], next: null });
  people.lost();
  expect(await first).toBeNull();
});

test('presence is sent once, and again after each opening', () => {
  people.setPresence('away');
  people.setPresence('away');
  people.opened();
  expect(sent.filter(({ type }) => type === 'presence:set')).toMatchObject([
    { state: 'away' },
    { state: 'away' },
  ]);
});
