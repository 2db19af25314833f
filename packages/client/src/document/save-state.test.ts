import { errorOf } from '@tandem/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ConnectionState } from '../connection/connection-state.ts';
import { saveState, type ChannelState, type SaveFacts } from './save-state.ts';

const error = errorOf('storage-failed');
const connections: ConnectionState[] = [
  { kind: 'idle' },
  { kind: 'connecting', attempt: 0, cause: null, error: null },
  { kind: 'connecting', attempt: 2, cause: 'unreachable', error: null },
  { kind: 'connected', since: 1, attempt: 0, transport: 'websocket' },
  { kind: 'waiting', attempt: 1, retryAt: 5, cause: 'lost', error: null },
  { kind: 'stopped', error, action: 'stop' },
];
const channels: ChannelState[] = [
  { kind: 'opening' },
  { kind: 'open', access: 'edit' },
  { kind: 'open', access: 'view' },
  { kind: 'waiting', error, retryAt: 5 },
  { kind: 'closed', error },
];

test('P1, P5: the status is never "saved" with unconfirmed work, without a connection, or on a channel that is not open', () => {
  fc.assert(
    fc.property(
      fc.record({
        connection: fc.constantFrom(...connections),
        channel: fc.constantFrom(...channels),
        loaded: fc.boolean(),
        pending: fc.nat(3),
        kept: fc.boolean(),
        savedAt: fc.option(fc.nat()),
        rejectedUpdates: fc.option(fc.constant({ error, at: 1 })),
        storageError: fc.option(fc.constant(error)),
        notice: fc.option(fc.constant(error)),
      }),
      (facts: SaveFacts) => {
        const state = saveState(facts);
        if (state.kind !== 'saved') return;
        expect(facts).toMatchObject({
          pending: 0,
          connection: { kind: 'connected' },
          channel: { kind: 'open', access: 'edit' },
          rejectedUpdates: null,
        });
      },
    ),
    { seed: 3, numRuns: 2000 },
  );
});

test('what others write is "syncing", never "saving": nothing of this person is on its way', () => {
  const facts: SaveFacts = {
    connection: { kind: 'connected', since: 1, attempt: 0, transport: 'websocket' },
    channel: { kind: 'opening' },
    loaded: true,
    pending: 0,
    kept: true,
    savedAt: null,
    rejectedUpdates: null,
    storageError: null,
    notice: null,
  };
  expect(saveState(facts)).toEqual({ kind: 'syncing', kept: true });
  expect(saveState({ ...facts, pending: 2 })).toMatchObject({ kind: 'saving', pending: 2 });
  expect(saveState({ ...facts, loaded: false })).toEqual({ kind: 'loading' });
});
