import { expect, test } from 'vitest';
import { HISTORY } from './limits.ts';
import { joinSessions, sessionsOf } from './history-sessions.ts';

const MINUTE = 60_000;
const rows = (...of: readonly (readonly [minute: number, user: string])[]) =>
  of.map(([minute, user], i) => ({ offset: i + 1, at: minute * MINUTE, user }));
const shown = (sessions: ReturnType<typeof sessionsOf>) =>
  sessions.map(
    ({ from, to, authors }) => `${from}-${to} ${authors.map(({ user }) => user).join()}`,
  );

test('HY2 a session ends with a pause', () => {
  expect(shown(sessionsOf(rows([0, 'ada'], [9, 'ada'], [20, 'ada'])))).toEqual([
    '1-2 ada',
    '3-3 ada',
  ]);
});

test('HY2 people who write at the same time share a session, those who take over do not', () => {
  const together = rows([0, 'ada'], [0.1, 'bob'], [0.2, 'ada'], [0.3, 'ada']);
  expect(shown(sessionsOf(together))).toEqual(['1-4 ada,bob']);
  expect(shown(sessionsOf(rows([0, 'ada'], [2, 'bob'], [4, 'ada'])))).toEqual([
    '1-1 ada',
    '2-2 bob',
    '3-3 ada',
  ]);
});

test('HY2 a session is an hour long at most', () => {
  const day = rows(...Array.from({ length: 150 }, (_, minute) => [minute, 'ada'] as const));
  expect(shown(sessionsOf(day))).toEqual(['1-61 ada', '62-122 ada', '123-150 ada']);
  expect(HISTORY.maxSessionMs).toBe(60 * MINUTE);
});

test('HY2 sessions of neighbouring chunks are one again', () => {
  const all = rows([0, 'ada'], [1, 'bob'], [2, 'ada'], [3, 'ada'], [30, 'ada'], [31, 'ada']);
  const parts = [all.slice(0, 2), all.slice(2, 5), all.slice(5)].flatMap((part) =>
    sessionsOf(part),
  );
  expect(joinSessions(parts)).toEqual(sessionsOf(all));
  expect(shown(joinSessions(parts))).toEqual(['1-4 ada,bob', '5-6 ada']);
});

test('HY2 a clock that goes back does not end a session', () => {
  expect(shown(sessionsOf(rows([5, 'ada'], [4, 'ada'], [5, 'ada'])))).toEqual(['1-3 ada']);
});
