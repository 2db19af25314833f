import type { SaveState } from '@tandem/client';
import { errorOf } from '@tandem/protocol';
import { expect, test } from 'vitest';
import {
  pendingWorkOutcome,
  persistenceOf,
  outdatedBy,
  suggestedAction,
} from './suggested-action.ts';

const outdated = errorOf('schema-outdated');
const viewOnly: SaveState = { kind: 'view-only', pending: 2, kept: true, error: null };
const stopped: SaveState = {
  kind: 'stopped',
  error: errorOf('forbidden'),
  action: 'stop',
  pending: 1,
  kept: true,
};
const saving: SaveState = { kind: 'saving', pending: 1, kept: true, error: null };

test('a page that is too old to write is reloaded, however that is said', () => {
  expect(suggestedAction({ ...viewOnly, error: outdated })).toBe('reload');
  expect(suggestedAction({ ...stopped, error: outdated })).toBe('reload');
  expect(suggestedAction({ ...stopped, action: 'reload' })).toBe('reload');
  expect(outdatedBy({ ...viewOnly, error: outdated })).toBe(outdated);
});

test('who may only read is not asked to do anything', () => {
  expect(suggestedAction(viewOnly)).toBe('none');
  expect(outdatedBy(viewOnly)).toBeNull();
});

test('what is cut off can be tried now', () => {
  expect(suggestedAction(stopped)).toBe('try-now');
  expect(outdatedBy(stopped)).toBeNull();
});

test('work that waits behind “View only” is said to be kept, or not', () => {
  expect(pendingWorkOutcome(viewOnly)).toBe('pendingViewOnly');
  expect(pendingWorkOutcome({ ...viewOnly, kept: false })).toBe('pendingNotKept');
  expect(pendingWorkOutcome({ ...viewOnly, pending: 0 })).toBeNull();
});

test('work that is on its way is no news, and work that waits for the connection is', () => {
  expect(pendingWorkOutcome(saving)).toBeNull();
  expect(pendingWorkOutcome({ ...stopped, action: 'reload' })).toBe('pendingKept');
});

test('work in what the server does not open is not said to be sent by itself', () => {
  expect(pendingWorkOutcome(stopped)).toBe('pendingRefused');
  expect(pendingWorkOutcome({ ...stopped, kept: false })).toBe('pendingNotKept');
});

test('what the device keeps is said where it matters', () => {
  const offline: SaveState = {
    kind: 'offline',
    pending: 0,
    kept: true,
    retryAt: null,
    cause: 'no-network',
    error: null,
  };
  expect(persistenceOf(offline)).toBe('persisted');
  expect(persistenceOf(stopped)).toBe('persisted');
  expect(persistenceOf({ ...saving, error: errorOf('storage-failed') })).toBe('persisted');
  expect(persistenceOf(saving)).toBeNull();
  expect(persistenceOf({ kind: 'saved', at: null, kept: true })).toBeNull();
});

test('that it keeps nothing is said in every state', () => {
  const states: SaveState[] = [{ kind: 'saved', at: null, kept: true }, saving, viewOnly, stopped];
  for (const state of states)
    expect(persistenceOf({ ...state, kept: false } as SaveState)).toBe('notPersisted');
});
