import type { Client, PendingCommand, SaveState, UnconfirmedWork } from '@tandem/client';
import { errorOf } from '@tandem/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Observable } from '../runtime/observable.ts';
import type { RefusedDocument, RefusedDocuments } from '../session/refused-documents.ts';
import { deviceSource, deviceState, documentSource, withCommands } from './save-sources.ts';

const LATER = 10_000;

const rename: PendingCommand = {
  id: 'c1',
  name: 'document:rename',
  input: { document: 'a', title: 'T' },
  at: 1,
  kept: true,
};
const create: PendingCommand = { ...rename, name: 'document:create', input: { document: 'a' } };
const saved: SaveState = { kind: 'saved', at: 3, kept: true };
const missing: SaveState = {
  kind: 'stopped',
  error: errorOf('not-found'),
  action: 'stop',
  pending: 1,
  kept: true,
};
const waiting = { commands: [rename], storageError: null, refusal: null, now: LATER };

test('a document is not saved while a command about it is unconfirmed', () => {
  const saving = { kind: 'saving', pending: 1, kept: true, error: null };
  expect(withCommands(saved, waiting)).toEqual(saving);
  expect(withCommands(saved, { ...waiting, commands: [] })).toBe(saved);
});

test('W44: the server cannot store commands, beside text that it can', () => {
  const full = errorOf('storage-failed');
  const stalled = { ...waiting, storageError: full };
  expect(withCommands(saved, stalled)).toMatchObject({ kind: 'saving', error: full });
  const syncing: SaveState = { kind: 'syncing', kept: true };
  expect(withCommands(syncing, stalled)).toMatchObject({ kind: 'saving', pending: 1, error: full });
  const saving: SaveState = { kind: 'saving', pending: 1, kept: true, error: null };
  expect(withCommands(saving, stalled)).toMatchObject({ pending: 2, error: full });
  expect(withCommands(saved, { ...stalled, commands: [] })).toBe(saved);
});

test('offline, commands count with the text, and an unpersisted one shows after its grace time', () => {
  const offline: SaveState = {
    kind: 'offline',
    pending: 2,
    kept: true,
    retryAt: null,
    cause: 'lost',
    error: null,
  };
  expect(withCommands(offline, waiting)).toEqual({ ...offline, pending: 3 });
  const unpersisted = { ...waiting, commands: [{ ...rename, kept: false }] };
  expect(withCommands(offline, unpersisted)).toEqual({ ...offline, pending: 3, kept: false });
  expect(withCommands(offline, { ...unpersisted, now: 2 })).toEqual({ ...offline, pending: 3 });
});

test('a view-only document stays view-only', () => {
  const viewOnly: SaveState = {
    kind: 'view-only',
    access: 'view',
    pending: 0,
    kept: true,
    error: null,
  };
  expect(withCommands(viewOnly, waiting)).toEqual({ ...viewOnly, pending: 1 });
});

test('a document that was opened before its creation was confirmed is not missing', () => {
  const making = { ...waiting, commands: [create, rename] };
  expect(withCommands(missing, making)).toMatchObject({ kind: 'saving', pending: 3 });
  expect(withCommands(missing, waiting)).toMatchObject({ kind: 'stopped', error: missing.error });
});

test('a document that the server refused to create shows the reason', () => {
  const refusal = errorOf('forbidden');
  const refused = { ...waiting, commands: [], refusal };
  expect(withCommands(missing, refused)).toEqual({ ...missing, error: refusal });
});

describe('one document', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function setup(pending: readonly PendingCommand[]) {
    const commands = new Observable(pending);
    const state = new Observable<ReadonlyMap<string, RefusedDocument>>(new Map());
    const client = {
      commands: {
        get pending() {
          return commands.get();
        },
        storageError: null,
        onChange: commands.subscribe,
      },
    } as unknown as Client;
    const session = { id: 'a', status: saved, onChange: () => () => undefined };
    const services = { client, refused: { state } as RefusedDocuments };
    return { commands, source: documentSource(session as never, services) };
  }

  test('its own commands count, those about other documents and read markers do not', () => {
    const other = { ...create, input: { document: 'b' } };
    const seen: PendingCommand = {
      ...rename,
      name: 'chat:see',
      input: { document: 'a', number: 4 },
    };
    const { commands, source } = setup([other, seen]);
    expect(source.get()).toBe(saved);
    const changed = vi.fn();
    const stop = source.subscribe(changed);
    commands.set([other, rename]);
    expect(changed).toHaveBeenCalled();
    expect(source.get()).toMatchObject({ kind: 'saving', pending: 1 });
    stop();
  });

  test('listeners are called when the grace time of a command ends', () => {
    const { commands, source } = setup([]);
    const changed = vi.fn();
    const stop = source.subscribe(changed);
    commands.set([{ ...rename, at: Date.now(), kept: false }]);
    expect(source.get()).toMatchObject({ kept: true });
    changed.mockClear();
    vi.advanceTimersByTime(1_000);
    expect(changed).toHaveBeenCalledTimes(1);
    expect(source.get()).toMatchObject({ kept: false });
    stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('all documents', () => {
  const connected = { kind: 'connected', since: 1 };
  const client = (facts: { unsaved?: boolean; state?: unknown; storageError?: unknown } = {}) =>
    ({
      connection: { state: facts.state ?? connected },
      durable: true,
      unsaved: facts.unsaved ?? false,
      storageError: facts.storageError ?? null,
    }) as unknown as Client;
  const work: UnconfirmedWork = {
    kind: 'waiting',
    document: 'a',
    title: '',
    count: 2,
    heldBack: null,
    kept: true,
    since: 1,
  };
  const error = errorOf('too-large');
  const rejected: UnconfirmedWork = {
    kind: 'rejected',
    id: 1,
    document: 'a',
    title: '',
    replica: new Uint8Array(),
    error,
    at: 4,
    kept: true,
  };

  test('nothing is saved before the device has listed its unconfirmed work', () => {
    expect(deviceState(client(), null, LATER)).toEqual({ kind: 'loading' });
    expect(deviceState(client(), [], LATER)).toEqual({ kind: 'saved', at: null, kept: true });
  });

  test('unconfirmed updates count, and whether all of them are persisted', () => {
    const saving = { kind: 'saving', pending: 4, kept: true, error: null };
    expect(deviceState(client(), [work, work], LATER)).toEqual(saving);
    expect(deviceState(client(), [work, { ...work, kept: false }], LATER)).toEqual({
      ...saving,
      kept: false,
    });
  });

  test('W44: the server cannot store what waits', () => {
    const full = errorOf('storage-failed');
    const stalled = client({ storageError: full, unsaved: true });
    expect(deviceState(stalled, [work], LATER)).toMatchObject({ kind: 'saving', error: full });
    expect(deviceState(stalled, [], LATER)).toMatchObject({ kind: 'saving', error: full });
  });

  test('unconfirmed commands count, and whether they are persisted', () => {
    const renamed: UnconfirmedWork = {
      kind: 'command',
      command: rename,
      document: 'a',
      title: '',
      kept: false,
      since: 1,
    };
    const saving = { kind: 'saving', pending: 3, error: null };
    expect(deviceState(client(), [work, renamed], 2)).toEqual({ ...saving, kept: true });
    expect(deviceState(client(), [work, renamed], LATER)).toEqual({ ...saving, kept: false });
  });

  test('work that the server does not take is not being saved, and does not hide what is', () => {
    const viewOnly = { ...work, heldBack: 'view-only' } as const;
    const refused = { ...work, heldBack: 'refused' } as const;
    const heldBack = { kind: 'held-back', pending: 4, kept: true };
    expect(deviceState(client(), [viewOnly, refused], LATER)).toEqual(heldBack);
    // Its document is open, so the client counts it.
    expect(deviceState(client({ unsaved: true }), [viewOnly, refused], LATER)).toEqual(heldBack);
    expect(deviceState(client(), [viewOnly, { ...viewOnly, kept: false }], LATER)).toEqual({
      ...heldBack,
      kept: false,
    });
    expect(deviceState(client(), [viewOnly, work], LATER)).toMatchObject({
      kind: 'saving',
      pending: 2,
    });
    expect(deviceState(client(), [viewOnly, rejected], LATER)).toMatchObject({ kind: 'refused' });
  });

  test('unconfirmed updates of an open document count before the device lists them', () => {
    expect(deviceState(client({ unsaved: true }), [], LATER)).toMatchObject({ kind: 'saving' });
  });

  test('rejected updates show, also when only this page holds them', () => {
    const refused = { kind: 'refused', error, at: 4 };
    expect(deviceState(client(), [rejected], LATER)).toEqual(refused);
    expect(deviceState(client({ unsaved: true }), [{ ...rejected, kept: false }], LATER)).toEqual(
      refused,
    );
  });

  test('offline, unpersisted work shows', () => {
    const state = { kind: 'waiting', retryAt: 9, cause: 'lost', attempt: 1 };
    expect(deviceState(client({ state }), [{ ...work, kept: false }], LATER)).toMatchObject({
      kind: 'offline',
      pending: 2,
      kept: false,
    });
  });

  test('listeners are called at the first answer of the device', async () => {
    vi.useFakeTimers();
    const source = deviceSource({
      connection: { state: connected, listen: () => () => undefined },
      durable: true,
      unsaved: false,
      onChange: () => () => undefined,
      unconfirmed: () => Promise.resolve([]),
    } as unknown as Client);
    expect(source.get()).toEqual({ kind: 'loading' });
    const changed = vi.fn();
    const stop = source.subscribe(changed);
    await vi.advanceTimersByTimeAsync(0);
    expect(changed).toHaveBeenCalled();
    expect(source.get()).toEqual({ kind: 'saved', at: null, kept: true });
    stop();
    vi.useRealTimers();
  });
});
