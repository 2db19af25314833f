import { expect, test } from 'vitest';
import { TRANSPORT_REMEMBERED_MS, type TransportKind } from '@tandem/protocol';
import {
  createTransportMemory,
  storedTransportMemory,
  TransportChoice,
  type TransportFailure,
} from './transport-choice.ts';

const NOW = 1_000_000;

type Step = readonly [
  kind: TransportKind,
  outcome: 'connected' | TransportFailure,
  next: TransportKind,
];

test.each<readonly [rule: string, steps: readonly Step[]]>([
  ['a WebSocket that works stays', [['websocket', 'connected', 'websocket']]],
  [
    'each that is blocked gives way to the next',
    [
      ['websocket', 'blocked', 'stream'],
      ['stream', 'blocked', 'poll'],
      ['poll', 'connected', 'poll'],
    ],
  ],
  [
    'where WebSockets worked, one that does not open is not enough',
    [
      ['websocket', 'connected', 'websocket'],
      ['websocket', 'blocked', 'websocket'],
      ['websocket', 'blocked', 'stream'],
    ],
  ],
  [
    'a WebSocket that opens and does not last is not blocked',
    [
      ['websocket', 'connected', 'websocket'],
      ['websocket', 'blocked', 'websocket'],
      ['websocket', 'short-lived', 'websocket'],
      ['websocket', 'blocked', 'websocket'],
    ],
  ],
  [
    'a stream that does not last twice gives way to polls',
    [
      ['websocket', 'blocked', 'stream'],
      ['stream', 'connected', 'stream'],
      ['stream', 'short-lived', 'stream'],
      ['stream', 'connected', 'stream'],
      ['stream', 'short-lived', 'poll'],
    ],
  ],
  [
    'when polls get nowhere, it begins again',
    [
      ['websocket', 'blocked', 'stream'],
      ['stream', 'blocked', 'poll'],
      ['poll', 'blocked', 'poll'],
      ['poll', 'blocked', 'poll'],
      ['poll', 'blocked', 'websocket'],
    ],
  ],
  [
    'polls in the place of a stream, as other tabs keep theirs, change nothing',
    [
      ['websocket', 'blocked', 'stream'],
      ['poll', 'connected', 'stream'],
      ['poll', 'short-lived', 'stream'],
    ],
  ],
  [
    'a WebSocket beside it ends it',
    [
      ['websocket', 'blocked', 'stream'],
      ['stream', 'connected', 'stream'],
      ['websocket', 'connected', 'websocket'],
    ],
  ],
])('T8: %s', (_rule, steps) => {
  const choice = new TransportChoice(createTransportMemory(), NOW);
  expect(choice.next(NOW)).toBe('websocket');
  for (const [kind, outcome, next] of steps) {
    if (outcome === 'connected') choice.connected(kind, NOW);
    else choice.failed(kind, outcome, NOW);
    expect(choice.next(NOW)).toBe(next);
  }
});

test('T8: it is worth a try at once exactly when there is another transport', () => {
  const choice = new TransportChoice(createTransportMemory(), NOW);
  expect(choice.failed('websocket', 'blocked', NOW)).toBe('try-next');
  expect(choice.failed('stream', 'blocked', NOW)).toBe('try-next');
  expect(choice.failed('poll', 'blocked', NOW)).toBe('wait');
});

test('T8: a long life forgives a short one', () => {
  const choice = new TransportChoice(createTransportMemory(), NOW);
  choice.failed('websocket', 'blocked', NOW);
  choice.failed('stream', 'short-lived', NOW);
  choice.healthy();
  choice.failed('stream', 'short-lived', NOW);
  expect(choice.next(NOW)).toBe('stream');
});

test('T8: what worked is remembered for ten minutes, over a reload, and not longer', () => {
  const memory = createTransportMemory();
  const first = new TransportChoice(memory, NOW);
  first.failed('websocket', 'blocked', NOW);
  expect(memory.load()).toBeNull();
  first.connected('stream', NOW);
  expect(memory.load()).toEqual({ kind: 'stream', until: NOW + TRANSPORT_REMEMBERED_MS });
  const reloaded = new TransportChoice(memory, NOW + 60_000);
  expect(reloaded.next(NOW + 60_000)).toBe('stream');
  reloaded.connected('stream', NOW + 60_000);
  expect(reloaded.next(NOW + TRANSPORT_REMEMBERED_MS - 1)).toBe('stream');
  expect(reloaded.next(NOW + TRANSPORT_REMEMBERED_MS)).toBe('websocket');
  expect(new TransportChoice(memory, NOW + TRANSPORT_REMEMBERED_MS).next(NOW)).toBe('websocket');
});

test('T8: a WebSocket that works is all there is to remember', () => {
  const memory = createTransportMemory();
  const choice = new TransportChoice(memory, NOW);
  choice.failed('websocket', 'blocked', NOW);
  choice.connected('stream', NOW);
  choice.connected('websocket', NOW);
  expect(memory.load()).toBeNull();
});

test('T8: a stored memory takes what is not its own, or a storage that fails, for none', () => {
  const values = new Map<string, string>();
  const storage = {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
  } as unknown as Storage;
  const memory = storedTransportMemory(storage);
  memory.save({ kind: 'poll', until: 5 });
  expect(memory.load()).toEqual({ kind: 'poll', until: 5 });
  for (const text of ['', '{', '7', 'null', '{"kind":"pigeon","until":5}', '{"kind":"poll"}']) {
    values.set('tandem:transport', text);
    expect(memory.load()).toBeNull();
  }
  memory.save(null);
  expect(values.size).toBe(0);
  const broken = storedTransportMemory(
    new Proxy({} as Storage, {
      get: () => () => {
        throw new Error('no');
      },
    }),
  );
  broken.save({ kind: 'poll', until: 5 });
  expect(broken.load()).toBeNull();
});
