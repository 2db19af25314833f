import type { SaveState } from '@tandem/client';
import { expect, test } from 'vitest';
import type { Command } from '../documents/command.ts';
import { withCommands } from './save-source.ts';

const rename: Command = { kind: 'rename', document: 'a', title: 'T', at: 1 };
const waiting = { commands: [rename], kept: true };
const saved: SaveState = { kind: 'saved', at: 3 };

test('nothing is saved as long as a command waits', () => {
  expect(withCommands(saved, waiting, 'a')).toEqual({
    kind: 'saving',
    pending: 1,
    kept: true,
    error: null,
  });
  expect(withCommands(saved, waiting, null)).toMatchObject({ kind: 'saving' });
});

test('the commands of other documents do not count', () => {
  expect(withCommands(saved, waiting, 'b')).toBe(saved);
  expect(withCommands(saved, { commands: [], kept: true }, 'a')).toBe(saved);
});

test('offline, they count with the text, and what is not kept is said', () => {
  const offline: SaveState = {
    kind: 'offline',
    pending: 2,
    kept: true,
    retryAt: null,
    cause: 'lost',
    error: null,
  };
  expect(withCommands(offline, waiting, 'a')).toEqual({ ...offline, pending: 3 });
  expect(withCommands(offline, { ...waiting, kept: false }, 'a')).toEqual({
    ...offline,
    pending: 3,
    kept: false,
  });
});

test('a document that may only be read stays that', () => {
  expect(withCommands({ kind: 'view-only', error: null }, waiting, 'a')).toEqual({
    kind: 'view-only',
    error: null,
  });
});
