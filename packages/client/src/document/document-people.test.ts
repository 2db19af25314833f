/** People of an open document: cursors, members and typing. */
import { errorOf } from '@tandem/protocol';
import { expect, test } from 'vitest';
import { CHANNEL } from '../testing/fake-server.ts';
import { opened } from '../testing/opened-document.ts';

test('W22: cursors travel, and are forgotten with the connection', async () => {
  const { server, session } = await opened();
  session.people.awareness.setLocalStateField('cursor', { at: 1 });
  await server.settle(33);
  const sent = server.socket.sentOf('awareness').at(-1);
  expect(sent?.channel).toBe(CHANNEL);
  // Another client's entry: one of them, id 77, clock 1, a state.
  const state = new TextEncoder().encode('{"cursor":1}');
  const entry = Uint8Array.from([1, 77, 1, state.byteLength, ...state]);
  server.socket.answer({ type: 'awareness', channel: CHANNEL, update: entry });
  expect(session.people.awareness.getStates().get(77)).toEqual({ cursor: 1 });
  server.socket.drop(1006);
  expect(session.people.awareness.getStates().has(77)).toBe(false);
  await server.settle(2_100);
  server.socket.open();
  server.socket.welcome();
  await server.settle();
  await server.answerOpen();
  server.socket.answer({ type: 'awareness', channel: CHANNEL, update: entry });
  expect(session.people.awareness.getStates().get(77)).toEqual({ cursor: 1 });
});

test('people are not shown any more once the channel is closed', async () => {
  const { server, session } = await opened();
  const member = { user: 'u2', name: 'Jun', color: 2, state: 'active' as const, clients: [77] };
  const change = {
    type: 'presence:changed',
    channel: CHANNEL,
    members: [member],
    left: [],
  } as const;
  server.socket.answer({ ...change, full: true, ...people(1) });
  server.socket.answer({ type: 'closed', channel: CHANNEL, error: errorOf('forbidden') });
  await server.settle();
  expect(session.people.members).toEqual([]);
});

test('W21, W23: members and typing', async () => {
  const { server, session } = await opened();
  const member = { user: 'u2', name: 'Jun', color: 2, state: 'active' as const, clients: [77] };
  server.socket.answer({
    type: 'presence:changed',
    channel: CHANNEL,
    full: true,
    members: [member],
    left: [],
    ...people(1),
  });
  server.socket.answer({ type: 'typing:changed', channel: CHANNEL, users: ['u2'] });
  expect(session.people.members).toEqual([member]);
  expect(session.people.typing).toEqual(['u2']);
  server.socket.answer({
    type: 'presence:changed',
    channel: CHANNEL,
    full: false,
    members: [],
    left: ['u2'],
    ...people(2),
  });
  expect(session.people.members).toEqual([]);
  session.people.setTyping(true);
  await server.settle(3_000);
  expect(server.socket.sentOf('typing:start')).toHaveLength(2);
  session.people.setTyping(false);
  await server.settle(10_000);
  expect(server.socket.sentOf('typing:start')).toHaveLength(2);
  expect(server.socket.sentOf('typing:stop')).toHaveLength(1);
});

const people = (offset: number) => ({
  from: offset - 1,
  position: { epoch: 'e', offset },
  counts: { active: 1, idle: 0, away: 0 },
  cursorIntervalMs: 33,
});

test('PR1: an opening sends the position of the known members', async () => {
  const { server, session } = await opened();
  const member = { user: 'u2', name: 'Jun', color: 2, state: 'active' as const, clients: [77] };
  const change = {
    type: 'presence:changed',
    channel: CHANNEL,
    members: [member],
    left: [],
  } as const;
  server.socket.answer({ ...change, full: true, ...people(4) });
  expect(server.socket.sentOf('open').at(-1)).not.toHaveProperty('presence');
  server.socket.drop(1006);
  expect([session.people.members, session.people.counts]).toEqual([[], null]);
  await server.settle(2_100);
  server.socket.open();
  server.socket.welcome();
  await server.settle();
  expect(server.socket.sentOf('open').at(-1)).toMatchObject({
    presence: { epoch: 'e', offset: 4 },
  });
  await server.answerOpen();
  server.socket.answer({ ...change, members: [], full: false, ...people(5) });
  expect(session.people.members).toEqual([member]);
});
