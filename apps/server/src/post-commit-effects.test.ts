import { pino } from 'pino';
import { ManualClock } from '@tandem/testkit';
import { expect, test } from 'vitest';
import type { Activity } from './channels/activity.ts';
import type { ChannelHub } from './channels/channel-hub.ts';
import { REREAD_RETRY } from './limits.ts';
import { ErrorBoundary } from './runtime/error-boundary.ts';
import { Metrics } from './metrics/metrics.ts';
import type { Rooms } from './documents/rooms.ts';
import type { Administrators } from './accounts/administrators.ts';
import type { People } from './accounts/people.ts';
import { PostCommitEffects } from './post-commit-effects.ts';
import type { CommandRequest, CommandRunner } from './commands/command-runner.ts';

const ID = '01K00000000000000000000000';

/** Records the calls that it receives. */
function context(failing: ReadonlySet<string> = new Set()) {
  const clock = new ManualClock();
  const calls: string[] = [];
  const send = (what: string) => (about?: string) => {
    calls.push(about === undefined ? what : `${what} ${about}`);
    return failing.has(what) ? Promise.reject(new Error('no database')) : Promise.resolve();
  };
  const options = {
    hub: { resync: send('hub resync'), documents: () => ['d2'], recheck: send('hub') },
    activity: {
      resync: send('activity resync'),
      recheck: send('activity'),
      changed: send('activity changed'),
    },
    rooms: {
      forget: send('rooms forget'),
      all: () => [{ document: 'd1' }],
      recheck: send('rooms'),
    },
    people: { renamed: send('renamed') },
    administrators: { refresh: send('administrators') },
    onSettingsChanged: send('settings'),
    recheckSessions: send('sessions'),
    onJobsEnqueued: send('jobs'),
    errors: new ErrorBoundary({
      log: pino({ enabled: false }),
      counter: new Metrics().containedErrors,
    }),
  };
  let lose: (unanswered: readonly CommandRequest[]) => void = () => {};
  const runner: Pick<CommandRunner, 'onCommitted' | 'onLost'> = {
    onCommitted: () => {},
    onLost: (listener) => (lose = listener),
  };
  const effects = new PostCommitEffects({
    ...options,
    hub: options.hub as unknown as ChannelHub,
    activity: options.activity as unknown as Activity,
    rooms: options.rooms as unknown as Rooms,
    people: options.people as unknown as People,
    administrators: options.administrators as unknown as Administrators,
    onRenamedHere: () => {},
    onCommittedHere: () => {},
    onAccessChanged: () => {},
    findInside: async (documents) => {
      calls.push(`inside ${documents.join(' ')}`);
      return [];
    },
    onClientsMerged: () => {},
    clock,
  });
  effects.start(runner as CommandRunner, () => {});
  return { calls, lose, effects, clock };
}

test('looks everything up again that may have been committed without a word (P3)', () => {
  const { calls, lose } = context();
  lose([
    { user: 'ada', command: { id: ID, name: 'profile:change', input: { name: 'Ada' } } },
    { user: 'bob', command: { id: ID, name: 'chat:see', input: { document: 'd1', number: 1 } } },
  ]);
  expect(calls).toEqual([
    'rooms forget',
    'hub resync',
    'activity resync',
    'jobs',
    'administrators',
    'settings',
    'sessions',
    ...['rooms d2', 'hub d2', 'activity d2', 'rooms d1', 'hub d1', 'activity d1'],
    'renamed ada',
  ]);
});

test('reads a title again that another node changed, but nothing inside the document', () => {
  const { calls, effects } = context();
  effects.applyOfOthers([{ kind: 'renamed', document: 'd1', title: 'Tide' }]);
  expect(calls).toEqual(['rooms d1', 'hub d1', 'activity d1', 'activity changed d1']);
  effects.applyOfOthers([{ kind: 'access-changed', document: 'd1' }]);
  expect(calls).toContain('inside d1');
});

test('GR6 reads what is inside all documents of a batch at once', () => {
  const { effects, calls } = context();
  effects.apply([
    { kind: 'access-changed', document: 'd1' },
    { kind: 'access-changed', document: 'd2' },
  ]);
  expect(calls.filter((call) => call.startsWith('inside'))).toEqual(['inside d1 d2']);
});

test('AC22 what decides who may enter is read until the database answers', async () => {
  const failing = new Set(['settings', 'administrators']);
  const { calls, effects, clock } = context(failing);
  effects.apply([{ kind: 'settings-changed' }, { kind: 'administrators-changed' }]);
  await clock.advanceAsync(REREAD_RETRY.baseMs);
  failing.clear();
  await clock.advanceAsync(4 * REREAD_RETRY.baseMs);
  const counts = ['settings', 'administrators'].map(
    (what) => calls.filter((call) => call === what).length,
  );
  expect(counts.every((count) => count >= 3)).toBe(true);
  expect(clock.pending).toBe(0);
  failing.add('sessions');
  effects.resync();
  await clock.advanceAsync(REREAD_RETRY.baseMs);
  expect(calls.filter((call) => call === 'sessions').length).toBeGreaterThan(1);
});
