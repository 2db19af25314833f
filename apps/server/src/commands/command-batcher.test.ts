import { expect, test } from 'vitest';
import { errorOf } from '@tandem/protocol';
import { ManualClock } from '@tandem/testkit';
import { StorageError } from '../storage/storage-error.ts';
import { COMMIT_RETRY } from '../storage/group-commit.ts';
import { COMMAND_LIMITS } from '../limits.ts';
import {
  CommandBatcher,
  type CommandWorkerMessage,
  type NumberedRequest,
} from './command-batcher.ts';
import type { CommandTransactions, TransactionResult } from './command-transactions.ts';
import type { CommandAnswer } from './command-runner.ts';

const fullDisk = () =>
  new StorageError({ message: 'the disk is full', retryable: true, damaged: false });

const DONE: CommandAnswer = { kind: 'done', repeated: false, positions: [], events: 1 };

function fixture(fail: (numbers: readonly number[]) => Error | null = () => null) {
  const clock = new ManualClock();
  const transactions: number[][] = [];
  const messages: CommandWorkerMessage[] = [];
  const deferred: (() => void)[] = [];
  const batcher = new CommandBatcher({
    transactions: {
      async run(requests): Promise<TransactionResult> {
        const numbers = (requests as NumberedRequest[]).map(({ number }) => number);
        transactions.push(numbers);
        const error = fail(numbers);
        if (error !== null) throw error;
        return { answers: requests.map(() => DONE), entry: null, events: [], effects: [] };
      },
    } as Pick<CommandTransactions, 'run'> as CommandTransactions,
    send: (item) => messages.push(item),
    clock,
    defer: (run) => deferred.push(run),
  });
  const turn = async () => {
    deferred.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  const answered = () =>
    messages
      .flatMap((item) => (item.kind === 'committed' ? item.answers : []))
      .map(({ number }) => number);
  return { batcher, clock, transactions, messages, turn, answered };
}

function requests(from: number, to: number): NumberedRequest[] {
  return Array.from({ length: to - from + 1 }, (_, i) => ({
    number: from + i,
    user: 'u1',
    command: { id: `c${from + i}`, name: 'chat:see', input: { document: 'd1', number: 1 } },
  }));
}

test('commands that arrive during a transaction are in the next one', async () => {
  const { batcher, transactions, turn, answered } = fixture();
  batcher.receive(requests(1, 1));
  batcher.receive(requests(2, 3));
  await turn();
  batcher.receive(requests(4, 4));
  batcher.receive(requests(5, 5));
  await turn();
  expect(transactions).toEqual([
    [1, 2, 3],
    [4, 5],
  ]);
  expect(answered()).toEqual([1, 2, 3, 4, 5]);
});

test('transactions have a limited size, so that other writers go in between', async () => {
  const { batcher, transactions, turn } = fixture();
  batcher.receive(requests(1, COMMAND_LIMITS.perTransaction + 2));
  await turn();
  await turn();
  expect(transactions.map((numbers) => numbers.length)).toEqual([COMMAND_LIMITS.perTransaction, 2]);
});

test('a transaction that storage rejects is retried after pauses, and nothing overtakes it', async () => {
  const disk = { isFull: true };
  const { batcher, clock, transactions, messages, turn, answered } = fixture(() =>
    disk.isFull ? fullDisk() : null,
  );
  batcher.receive(requests(1, 2));
  await turn();
  batcher.receive(requests(3, 3));
  await turn();
  expect(transactions).toEqual([[1, 2]]);
  clock.advance(COMMIT_RETRY.baseMs);
  await turn();
  expect(messages).toMatchObject([{ kind: 'stalled' }]);
  disk.isFull = false;
  clock.advance(2 * COMMIT_RETRY.baseMs);
  await turn();
  expect(messages.map(({ kind }) => kind)).toEqual(['stalled', 'resumed', 'committed']);
  expect(answered()).toEqual([1, 2, 3]);
});

test('a faulty command is found when storage is not at fault', async () => {
  const { batcher, transactions, messages, turn, answered } = fixture((numbers) =>
    numbers.includes(2) ? new Error('broken') : null,
  );
  batcher.receive(requests(1, 3));
  for (let i = 0; i < 4; i++) await turn();
  expect(transactions).toEqual([[1, 2, 3], [1], [2], [3]]);
  expect(answered()).toEqual([1, 2, 3]);
  expect(messages.filter(({ kind }) => kind === 'fault')).toMatchObject([
    { user: 'u1', id: 'c2', command: 'chat:see', detail: expect.stringContaining('broken') },
  ]);
  expect(messages.flatMap((item) => (item.kind === 'committed' ? item.answers : []))[1]).toEqual({
    number: 2,
    answer: { kind: 'refused', error: errorOf('command-failed') },
  });
});

test('disposing executes waiting commands, but does not wait for a full disk', async () => {
  const whole = fixture();
  whole.batcher.receive(requests(1, 2));
  const ended = whole.batcher[Symbol.asyncDispose]();
  await whole.turn();
  await ended;
  expect(whole.answered()).toEqual([1, 2]);

  const full = fixture(() => fullDisk());
  full.batcher.receive(requests(1, 1));
  await full.turn();
  const givenUp = full.batcher[Symbol.asyncDispose]();
  await full.turn();
  await givenUp;
  expect(full.transactions).toEqual([[1], [1]]);
  expect(full.clock.pending).toBe(0);
});
