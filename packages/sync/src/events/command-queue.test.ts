import { errorOf, MAX_COMMANDS_IN_FLIGHT, type Call, type ErrorBody } from '@tandem/protocol';
import { describe, expect, test } from 'vitest';
import { COMMAND_RETRY_BASE_MS, COMMAND_RETRY_CAP_MS, MAX_COMMAND_ATTEMPTS } from '../limits.ts';
import type { IssuedCommand } from './command-queue.ts';
import { CommandQueue, type CommandIntent } from './command-queue.ts';

const given = (id: string, call: Call): IssuedCommand => ({ ...call, id, at: 1 });
const message = (id: string, replyTo: string | null = null) =>
  given(id, { name: 'chat:send', input: { document: 'd', text: id, mentions: [], replyTo } });
const imported = (id: string, replyTo: string | null = null, document = 'd') => {
  const author = { name: 'Cleo', color: 1 };
  const input = { document, text: id, mentions: [], replyTo };
  const named = { author, at: 1, editedAt: null, reactions: [] };
  return given(id, { name: 'chat:send', input: { ...input, imported: named } });
};
const rename = (id: string, title: string, document = 'd') =>
  given(id, { name: 'document:rename', input: { document, title } });
const create = (id: string, document = 'd') =>
  given(id, { name: 'document:create', input: { document } });
const done = (id: string) =>
  ({ type: 'done', channel: 0, id, repeated: false, positions: [] }) as const;
const refused = (id: string, error: ErrorBody) =>
  ({ type: 'refused', channel: 0, id, error }) as const;
const sentIds = (intents: readonly CommandIntent[]) =>
  intents.flatMap((intent) =>
    intent.kind === 'send' && intent.message.type === 'command' ? intent.message.id : [],
  );
const ended = (intents: readonly CommandIntent[]) =>
  intents.flatMap((intent) =>
    intent.kind === 'send' ? [] : [[intent.kind, intent.command.id] as const],
  );

function connected() {
  const queue = new CommandQueue();
  queue.connected(0);
  return queue;
}

test('CM1 a command is sent at once while connected, else in order after connecting, without its time', () => {
  const queue = new CommandQueue();
  expect(queue.add(message('a'), 0)).toEqual([]);
  expect(queue.add(message('b'), 0)).toEqual([]);
  const { at: _, ...call } = message('a');
  expect(queue.connected(0)[0]).toEqual({
    kind: 'send',
    message: { type: 'command', channel: 0, ...call },
  });
  expect(sentIds(queue.add(message('c'), 0))).toEqual(['c']);
});

test('CM2 unanswered commands are sent again after a reconnect, in their order', () => {
  const queue = connected();
  for (const id of 'abc') queue.add(message(id), 0);
  queue.receive(done('b'), 0);
  queue.disconnected();
  expect(queue.add(message('d'), 0)).toEqual([]);
  expect(sentIds(queue.connected(5))).toEqual(['a', 'c', 'd']);
});

test('CM3 at most 32 are without an answer', () => {
  const queue = connected();
  const ids = Array.from({ length: 40 }, (_, index) => `c${index}`);
  const first = ids.flatMap((id) => sentIds(queue.add(message(id), 0)));
  expect(first).toEqual(ids.slice(0, MAX_COMMANDS_IN_FLIGHT));
  expect(sentIds(queue.receive(done('c3'), 0))).toEqual(['c32']);
  expect(queue.receive(done('c3'), 0)).toEqual([]);
});

describe('CM4 an answer ends a command', () => {
  test('done, with the positions of its effects', () => {
    const queue = connected();
    queue.add(message('a'), 0);
    const positions = [{ name: 'chat:d', epoch: 'e', offset: 4 }] as const;
    expect(queue.receive({ ...done('a'), positions }, 0)).toEqual([
      { kind: 'done', command: message('a'), positions },
    ]);
    expect(queue.pending).toEqual([]);
  });

  test('refused, with the reason; later commands continue', () => {
    const queue = connected();
    queue.add(create('a'), 0);
    queue.add(rename('b', 'Tide log'), 0);
    const error = errorOf('forbidden', { detail: 'Not here.' });
    const intents = queue.receive(refused('a', error), 0);
    expect(intents[0]).toEqual({ kind: 'refused', command: create('a'), error });
    expect(sentIds(intents)).toEqual(['b']);
  });

  test('an answer to an unknown command is ignored', () => {
    expect(connected().receive(done('a'), 0)).toEqual([]);
  });
});

describe('CM5 a command that builds on another waits for its answer', () => {
  test.each([
    ['a document and its title', create('a'), rename('b', 'x'), ['a']],
    ['a document and its chat', create('a'), message('b'), ['a']],
    ['a message and its answer', message('a'), message('b', 'a'), ['a']],
    ['two messages', message('a'), message('b'), ['a', 'b']],
    ['two imported messages (W48)', imported('a'), imported('b'), ['a']],
    ['an imported message and its answer', imported('a'), imported('b', 'a'), ['a']],
    ['imported messages of two documents', imported('a'), imported('b', null, 'e'), ['a', 'b']],
    ['an imported message and a message', imported('a'), message('b'), ['a', 'b']],
    ['two documents', create('a'), create('b', 'e'), ['a', 'b']],
    ['a title and a message', rename('a', 'x'), message('b'), ['a', 'b']],
    [
      'a message and its correction',
      message('a'),
      given('b', { name: 'chat:delete', input: { document: 'd', message: 'a' } }),
      ['a'],
    ],
    [
      'two titles in flight',
      rename('a', 'x'),
      given('b', { name: 'document:unlist', input: { document: 'd' } }),
      ['a'],
    ],
    [
      'a name and a colour',
      given('a', { name: 'profile:change', input: { name: 'Ada' } }),
      given('b', { name: 'profile:change', input: { color: 1 } }),
      ['a'],
    ],
    [
      'a mark and a title',
      given('a', { name: 'chat:see', input: { document: 'd', number: 3 } }),
      rename('b', 'x'),
      ['a', 'b'],
    ],
  ] as const)('%s', (_, earlier, later, expected) => {
    const queue = new CommandQueue();
    queue.add(earlier, 0);
    queue.add(later, 0);
    expect(sentIds(queue.connected(0))).toEqual(expected);
  });
});

describe('CM6 refused for now', () => {
  test('is sent again after the server’s delay, before later commands', () => {
    const queue = connected();
    for (const id of 'abc') queue.add(message(id), 0);
    expect(queue.receive(refused('a', errorOf('overloaded', { retryAfterMs: 50 })), 100)).toEqual(
      [],
    );
    expect(queue.dueAt).toBe(150);
    expect(sentIds(queue.receive(done('b'), 110))).toEqual([]);
    expect(queue.add(message('d'), 120)).toEqual([]);
    expect(queue.tick(149)).toEqual([]);
    expect(sentIds(queue.tick(150))).toEqual(['a', 'd']);
    expect(queue.dueAt).toBeNull();
  });

  test('without a time, waits twice as long each time, up to a limit', () => {
    const queue = connected();
    queue.add(message('a'), 0);
    let now = 0;
    const waits = Array.from({ length: 8 }, () => {
      queue.receive(refused('a', errorOf('internal')), now);
      const wait = (queue.dueAt ?? 0) - now;
      now += wait;
      expect(sentIds(queue.tick(now))).toEqual(['a']);
      return wait;
    });
    expect(waits.slice(0, 3)).toEqual([1, 2, 4].map((times) => times * COMMAND_RETRY_BASE_MS));
    expect(waits.at(-1)).toBe(COMMAND_RETRY_CAP_MS);
  });

  test('a permanently refused command holds back only commands that build on it', () => {
    const queue = connected();
    queue.add(create('a'), 0);
    queue.add(rename('b', 'x'), 0);
    queue.receive(refused('a', errorOf('internal', { retryAfterMs: 10 })), 0);
    queue.add(rename('c', 'y', 'e'), 0);
    expect(sentIds(queue.tick(10))).toEqual(['a', 'c']);
  });

  test('a new connection does not wait', () => {
    const queue = connected();
    queue.add(message('a'), 0);
    queue.receive(refused('a', errorOf('overloaded', { retryAfterMs: 9_000 })), 0);
    queue.disconnected();
    expect(sentIds(queue.connected(1))).toEqual(['a']);
  });
});

describe('CM14 a command that fails on the server', () => {
  const failed = (id: string) => refused(id, errorOf('command-failed'));

  test('is sent again alone, while others continue and only those that build on it wait', () => {
    const queue = connected();
    queue.add(create('a'), 0);
    queue.add(rename('b', 'x'), 0);
    expect(queue.receive(failed('a'), 10)).toEqual([]);
    expect(sentIds(queue.add(message('c'), 20))).toEqual([]);
    expect(sentIds(queue.add(rename('d', 'y', 'e'), 20))).toEqual(['d']);
    expect(queue.dueAt).toBe(10 + COMMAND_RETRY_BASE_MS);
    expect(queue.tick(9 + COMMAND_RETRY_BASE_MS)).toEqual([]);
    expect(sentIds(queue.tick(10 + COMMAND_RETRY_BASE_MS))).toEqual(['a']);
    expect(queue.dueAt).toBeNull();
    expect(sentIds(queue.receive(done('a'), 2_000))).toEqual(['b', 'c']);
  });

  test('is given up after the fifth failure, over reconnects, with a sentence for its author', () => {
    const queue = connected();
    queue.add(create('a'), 0);
    queue.add(rename('b', 'x'), 0);
    let now = 0;
    const waits: number[] = [];
    for (let attempt = 1; attempt < MAX_COMMAND_ATTEMPTS; attempt++) {
      expect(queue.receive(failed('a'), now)).toEqual([]);
      queue.disconnected();
      expect([queue.dueAt, sentIds(queue.connected(now))]).toEqual([null, []]);
      waits.push((queue.dueAt ?? 0) - now);
      now = queue.dueAt ?? 0;
      expect(sentIds(queue.tick(now))).toEqual(['a']);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000]);
    const intents = queue.receive(failed('a'), now);
    expect(intents[0]).toMatchObject({
      kind: 'refused',
      command: create('a'),
      error: { temporary: false, message: expect.stringMatching(/not done.*is kept.*Try again/) },
    });
    expect(sentIds(intents)).toEqual(['b']);
  });

  test('that is due while an earlier one fails does not wake the queue all the time', () => {
    const queue = connected();
    queue.add(message('a'), 0);
    queue.add(message('b', 'a'), 0);
    queue.disconnected();
    queue.connected(0);
    queue.receive(failed('a'), 0);
    expect(sentIds(queue.tick(COMMAND_RETRY_BASE_MS))).toEqual(['a']);
    queue.receive(failed('a'), COMMAND_RETRY_BASE_MS);
    expect(queue.dueAt).toBe(3 * COMMAND_RETRY_BASE_MS);
  });

  test('waits for the server’s delay where it is given, and still counts', () => {
    const queue = connected();
    queue.add(message('a'), 0);
    const error = errorOf('command-failed', { retryAfterMs: 50 });
    for (let attempt = 1; attempt < MAX_COMMAND_ATTEMPTS; attempt++) {
      expect(queue.receive(refused('a', error), 0)).toEqual([]);
      expect(queue.dueAt).toBe(50);
      expect(sentIds(queue.tick(50))).toEqual(['a']);
    }
    expect(ended(queue.receive(refused('a', error), 0))).toEqual([['refused', 'a']]);
  });
});

describe('CM7 a later command takes the place of one that it makes unnecessary', () => {
  test.each([
    ['a title', rename('a', 'x'), rename('b', 'y'), true],
    ['of another document', rename('a', 'x'), rename('b', 'y', 'e'), false],
    ['a message', message('a'), message('b'), false],
    [
      'a name by a colour',
      given('a', { name: 'profile:change', input: { name: 'Ada' } }),
      given('b', { name: 'profile:change', input: { color: 1 } }),
      false,
    ],
    [
      'a mark',
      given('a', { name: 'chat:see', input: { document: 'd', number: 3 } }),
      given('b', { name: 'chat:see', input: { document: 'd', number: 4 } }),
      true,
    ],
    [
      'a reaction',
      given('a', {
        name: 'chat:react',
        input: { document: 'd', message: 'm', emoji: '🌊', on: true },
      }),
      given('b', {
        name: 'chat:react',
        input: { document: 'd', message: 'm', emoji: '🌊', on: false },
      }),
      true,
    ],
    [
      'a role',
      given('a', { name: 'member:change', input: { document: 'd', user: 'u', role: 'editor' } }),
      given('b', { name: 'member:remove', input: { document: 'd', user: 'u' } }),
      true,
    ],
    [
      'a correction',
      given('a', {
        name: 'chat:edit',
        input: { document: 'd', message: 'm', text: 'x', mentions: [] },
      }),
      given('b', {
        name: 'chat:edit',
        input: { document: 'd', message: 'm', text: 'y', mentions: [] },
      }),
      true,
    ],
  ] as const)('%s: %#', (_, earlier, later, expected) => {
    const queue = new CommandQueue();
    queue.add(earlier, 0);
    expect(ended(queue.add(later, 0))).toEqual(expected ? [['replaced', 'a']] : []);
    expect(queue.pending.map(({ id }) => id)).toEqual(expected ? ['b'] : ['a', 'b']);
  });

  test('not of one that is on its way', () => {
    const queue = connected();
    queue.add(rename('a', 'x'), 0);
    expect(queue.add(rename('b', 'y'), 0)).toEqual([]);
    expect(sentIds(queue.receive(done('a'), 0))).toEqual(['b']);
  });
});

test('CM8 commands of an earlier page are sent first, and known commands only once', () => {
  const queue = new CommandQueue();
  queue.add(message('c'), 0);
  queue.adopt([message('a'), message('b'), message('c')], 0);
  expect(sentIds(queue.connected(0))).toEqual(['a', 'b', 'c']);
});

test('CM9 a command that another page has finished is not sent again', () => {
  const queue = new CommandQueue();
  queue.adopt([create('a'), rename('b', 'x')], 0);
  expect(sentIds(queue.connected(0))).toEqual(['a']);
  expect(sentIds(queue.forget('a', 0))).toEqual(['b']);
});

describe('commands that other pages left', () => {
  test('CM8 come before those of this page, in the order of issue, in however many parts they come', () => {
    const queue = new CommandQueue();
    queue.add(message('e'), 0);
    queue.adopt([message('d')], 0);
    queue.adopt([message('b'), message('a')], 0);
    queue.adopt([message('c')], 0);
    expect(queue.pending.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('CM7 end where this page has issued a later one that makes them unnecessary, be it done or not', () => {
    const queue = connected();
    queue.add(rename('c', 'Newer'), 0);
    expect(ended(queue.adopt([rename('a', 'Older')], 0))).toEqual([['replaced', 'a']]);
    queue.receive(done('c'), 0);
    expect(ended(queue.adopt([rename('b', 'Older')], 0))).toEqual([['replaced', 'b']]);
    expect(queue.size).toBe(0);
    const others = [rename('d', 'Later'), rename('a', 'Elsewhere', 'other'), message('a2')];
    expect(sentIds(queue.adopt(others, 0))).toEqual(['a', 'a2', 'd']);
  });

  test('CM7 do not end because of one that was refused', () => {
    const queue = connected();
    queue.add(rename('c', 'Refused'), 0);
    queue.receive(refused('c', errorOf('forbidden')), 0);
    expect(sentIds(queue.adopt([rename('a', 'Older')], 0))).toEqual(['a']);
  });
});
