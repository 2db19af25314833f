import type { Client, SaveState, UnconfirmedWork } from '@tandem/client';
import { errorOf, type ErrorBody } from '@tandem/protocol';
import { describe, expect, test, vi } from 'vitest';
import type { Command } from '../documents/command.ts';
import type { CommandQueue, QueueState } from '../documents/command-queue.ts';
import { Observable } from '../observable.ts';
import { deviceSource, deviceState, withCommands } from './save-source.ts';

const rename: Command = { kind: 'rename', document: 'a', title: 'T', at: 1 };
const waiting = { commands: [rename], kept: true, refused: new Map<string, ErrorBody>() };
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
  expect(withCommands(saved, { ...waiting, commands: [] }, 'a')).toBe(saved);
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
  const viewOnly: SaveState = { kind: 'view-only', pending: 0, kept: true, error: null };
  expect(withCommands(viewOnly, waiting, 'a')).toEqual({ ...viewOnly, pending: 1 });
});

test('what the server would not make is said with its reason', () => {
  const forbidden = errorOf('forbidden');
  const refused = { ...waiting, refused: new Map([['a', forbidden]]) };
  const missing: SaveState = {
    kind: 'stopped',
    error: errorOf('not-found'),
    action: 'stop',
    pending: 1,
    kept: true,
  };
  expect(withCommands(saved, refused, null)).toMatchObject({ kind: 'saving', error: forbidden });
  expect(withCommands(missing, refused, 'a')).toMatchObject({ pending: 2, error: forbidden });
  expect(withCommands(missing, waiting, 'a')).toMatchObject({ error: missing.error });
});

describe('over all documents', () => {
  const connected = { kind: 'connected', since: 1 };
  const client = (facts: { unsaved?: boolean; state?: unknown } = {}) =>
    ({
      connection: { state: facts.state ?? connected },
      durable: true,
      unsaved: facts.unsaved ?? false,
    }) as unknown as Client;
  const work: UnconfirmedWork = {
    kind: 'waiting',
    document: 'a',
    title: '',
    count: 2,
    kept: true,
    since: 1,
  };
  const error = errorOf('too-large');
  const aside: UnconfirmedWork = {
    kind: 'set-aside',
    id: 1,
    document: 'a',
    title: '',
    copy: new Uint8Array(),
    error,
    at: 4,
    kept: true,
  };

  test('nothing is called saved before the device has said what it holds', () => {
    expect(deviceState(client(), null)).toEqual({ kind: 'loading' });
    expect(deviceState(client(), [])).toEqual({ kind: 'saved', at: null });
  });

  test('what waits counts, and whether all of it is kept', () => {
    const saving = { kind: 'saving', pending: 4, kept: true, error: null };
    expect(deviceState(client(), [work, work])).toEqual(saving);
    expect(deviceState(client(), [work, { ...work, kept: false }])).toEqual({
      ...saving,
      kept: false,
    });
  });

  test('what an open document has not confirmed counts before the device knows of it', () => {
    expect(deviceState(client({ unsaved: true }), [])).toMatchObject({ kind: 'saving' });
  });

  test('what was set aside is said, also when only this page holds it', () => {
    const refused = { kind: 'refused', error, at: 4 };
    expect(deviceState(client(), [aside])).toEqual(refused);
    expect(deviceState(client({ unsaved: true }), [{ ...aside, kept: false }])).toEqual(refused);
  });

  test('offline, what is not kept is said', () => {
    const state = { kind: 'waiting', retryAt: 9, cause: 'lost', attempt: 1 };
    expect(deviceState(client({ state }), [{ ...work, kept: false }])).toMatchObject({
      kind: 'offline',
      pending: 2,
      kept: false,
    });
  });

  test('the first answer of the device is heard', async () => {
    vi.useFakeTimers();
    const commands = { state: new Observable<QueueState>({ ...waiting, commands: [] }) };
    const source = deviceSource(
      {
        connection: { state: connected, listen: () => () => undefined },
        durable: true,
        unsaved: false,
        onChange: () => () => undefined,
        unconfirmed: () => Promise.resolve([]),
      } as unknown as Client,
      commands as CommandQueue,
    );
    expect(source.get()).toEqual({ kind: 'loading' });
    const changed = vi.fn();
    const stop = source.subscribe(changed);
    await vi.advanceTimersByTimeAsync(0);
    expect(changed).toHaveBeenCalled();
    expect(source.get()).toEqual({ kind: 'saved', at: null });
    stop();
    vi.useRealTimers();
  });
});
