import { expect, it } from 'vitest';
import { ManualClock } from '@tandem/testkit';
import { DatabaseError } from '../storage/storage-error.ts';
import { COMMIT_RETRY_FIRST_MS } from '../engine/limits.ts';
import { COMMAND_LIMITS } from '../limits.ts';
import { CommandBatcher, type CommandNews, type NumberedRequest } from './command-batcher.ts';
import type { CommandTransactions, TransactionResult } from './command-transactions.ts';
import type { CommandAnswer } from './runner.ts';

const DONE: CommandAnswer = { kind: 'done', repeated: false, positions: [] };

/** @param fail what a transaction of these numbers throws, if anything. */
function fixture(fail: (numbers: readonly number[]) => Error | null = () => null) {
  const clock = new ManualClock();
  const transactions: number[][] = [];
  const news: CommandNews[] = [];
  const deferred: (() => void)[] = [];
  const host = new CommandBatcher({
    transactions: {
      async run(requests): Promise<TransactionResult> {
        const numbers = (requests as NumberedRequest[]).map(({ number }) => number);
        transactions.push(numbers);
        const error = fail(numbers);
        if (error !== null) throw error;
        return { answers: requests.map(() => DONE), events: [], effects: [] };
      },
    } as Pick<CommandTransactions, 'run'> as CommandTransactions,
    send: (item) => news.push(item),
    clock,
    defer: (run) => deferred.push(run),
  });
  /** One turn of the loop, with all that follows. */
  const turn = async () => {
    deferred.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  const answered = () =>
    news
      .flatMap((item) => (item.kind === 'committed' ? item.answers : []))
      .map(({ number }) => number);
  return { host, clock, transactions, news, turn, answered, deferred };
}

function requests(from: number, to: number): NumberedRequest[] {
  return Array.from({ length: to - from + 1 }, (_, i) => ({
    number: from + i,
    user: 'u1',
    command: { id: `c${from + i}`, name: 'chat:see', input: { document: 'd1', number: 1 } },
  }));
}

it('carries out what came while a transaction ran in the next one', async () => {
  const { host, transactions, turn, answered } = fixture();
  host.receive(requests(1, 1));
  host.receive(requests(2, 3));
  await turn();
  host.receive(requests(4, 4));
  host.receive(requests(5, 5));
  await turn();
  expect(transactions).toEqual([
    [1, 2, 3],
    [4, 5],
  ]);
  expect(answered()).toEqual([1, 2, 3, 4, 5]);
});

it('lets others write between transactions of a limited size', async () => {
  const { host, transactions, turn } = fixture();
  host.receive(requests(1, COMMAND_LIMITS.perTransaction + 2));
  await turn();
  await turn();
  expect(transactions.map((numbers) => numbers.length)).toEqual([COMMAND_LIMITS.perTransaction, 2]);
});

it('tries what the disk does not take again, after pauses, and lets nobody overtake it', async () => {
  const disk = { isFull: true };
  const { host, clock, transactions, news, turn, answered } = fixture(() =>
    disk.isFull ? new DatabaseError('full', 'played') : null,
  );
  host.receive(requests(1, 2));
  await turn();
  host.receive(requests(3, 3));
  await turn();
  expect(transactions).toEqual([[1, 2]]);
  clock.advance(COMMIT_RETRY_FIRST_MS);
  await turn();
  expect(news).toMatchObject([{ kind: 'stalled' }]);
  disk.isFull = false;
  clock.advance(2 * COMMIT_RETRY_FIRST_MS);
  await turn();
  expect(news.map(({ kind }) => kind)).toEqual(['stalled', 'resumed', 'committed']);
  expect(answered()).toEqual([1, 2, 3]);
});

it('finds the one at fault where the fault is not the disk’s', async () => {
  const { host, transactions, news, turn, answered } = fixture((numbers) =>
    numbers.includes(2) ? new Error('broken') : null,
  );
  host.receive(requests(1, 3));
  for (let i = 0; i < 4; i++) await turn();
  expect(transactions).toEqual([[1, 2, 3], [1], [2], [3]]);
  expect(answered()).toEqual([1, 2, 3]);
  expect(news.filter(({ kind }) => kind === 'fault')).toHaveLength(1);
});

it('carries out what is there before it ends, and does not wait for a disk that is full', async () => {
  const whole = fixture();
  whole.host.receive(requests(1, 2));
  const ended = whole.host[Symbol.asyncDispose]();
  await whole.turn();
  await ended;
  expect(whole.answered()).toEqual([1, 2]);

  const full = fixture(() => new DatabaseError('full', 'played'));
  full.host.receive(requests(1, 1));
  await full.turn();
  const givenUp = full.host[Symbol.asyncDispose]();
  await full.turn();
  await givenUp;
  expect(full.transactions).toEqual([[1], [1]]);
  expect(full.clock.pending).toBe(0);
});
