import type { SaveState } from '@tandem/client';
import { errorOf } from '@tandem/protocol';
import { expect, test } from 'vitest';
import { writingOutcome, outdatedBy, suggestedAction } from './suggested-action.ts';

const outdated = errorOf('schema-outdated');
const viewOnly: SaveState = { kind: 'view-only', pending: 2, kept: true, error: null };
const stopped: SaveState = {
  kind: 'stopped',
  error: errorOf('forbidden'),
  action: 'stop',
  pending: 1,
  kept: true,
};
const offline: SaveState = {
  kind: 'offline',
  pending: 2,
  kept: true,
  retryAt: null,
  cause: 'no-network',
  error: null,
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
  expect(writingOutcome(viewOnly)).toBe('pendingViewOnly');
  expect(writingOutcome({ ...viewOnly, kept: false })).toBe('pendingNotKept');
  expect(writingOutcome({ ...viewOnly, pending: 0 })).toBeNull();
});

test('work that is on its way is no news, and work that waits for the connection is', () => {
  expect(writingOutcome(saving)).toBeNull();
  expect(writingOutcome(offline)).toBe('pendingKept');
});

test('work in what the server does not open is not said to be sent by itself', () => {
  expect(writingOutcome(stopped)).toBe('pendingRefused');
  expect(writingOutcome({ ...stopped, kept: false })).toBe('pendingNotKept');
});

test('where nothing waits, what the device keeps is said where nothing reaches the server', () => {
  expect(writingOutcome({ ...offline, pending: 0 })).toBe('persisted');
  expect(writingOutcome({ kind: 'saved', at: null, kept: true })).toBeNull();
});

test('that work is kept is not said again where the server has said it', () => {
  expect(writingOutcome({ ...saving, error: errorOf('storage-failed') })).toBeNull();
  expect(writingOutcome({ ...stopped, action: 'reload' })).toBeNull();
  expect(writingOutcome({ ...stopped, action: 'reload', kept: false })).toBe('pendingNotKept');
});

test('that the device keeps nothing is said in every state', () => {
  expect(writingOutcome({ kind: 'saved', at: null, kept: false })).toBe('notPersisted');
  expect(writingOutcome({ ...saving, kept: false })).toBe('notPersisted');
  for (const state of [viewOnly, stopped, offline])
    for (const pending of [0, 1])
      expect(writingOutcome({ ...state, pending, kept: false })).toBe(
        pending > 0 ? 'pendingNotKept' : 'notPersisted',
      );
});
