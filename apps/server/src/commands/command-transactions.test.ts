import { ulid } from 'ulid';
import { expect, test } from 'vitest';
import { errorOf } from '@tandem/protocol';
import { chatKey, libraryKey } from '../storage/channel-key.ts';
import { readHead } from '../storage/channel-states.ts';
import { openDatabase } from '../storage/sqlite/database.ts';
import { DatabaseJobStore } from '../storage/jobs/database-job-store.ts';
import { StorageError } from '../storage/storage-error.ts';
import { LocalExecutor, type SqlExecutor } from '../storage/sqlite/executor.ts';
import { temporaryDatabaseFile } from '../storage/testing/temporary-database.ts';
import { SqliteCommandStore } from '../storage/sqlite/sqlite-command-store.ts';
import { EVENTS } from '../storage/limits.ts';
import { systemClock } from '../runtime/clock.ts';
import { CommandTransactions } from './command-transactions.ts';
import type { Handler } from './handler.ts';
import { HANDLERS } from './handlers/handlers.ts';
import type { CommandRequest } from './command-runner.ts';

const DOCUMENT = 'document-of-these-tests';

const OUTCOMES = { done: 1, forbidden: 2, busy: 3, broken: 4, enqueuing: 5 } as const;

const play: Handler<'chat:see'> = async (context, { document, number }) => {
  const { db, user, publish, enqueue } = context;
  await db
    .insertInto('visit')
    .values({ user, document: `${document}-${ulid()}`, opened_at: 0 })
    .execute();
  publish(libraryKey(user), { name: 'chat:seen', document, chatRead: number });
  publish(chatKey(document), { name: 'chat:deleted', message: ulid() });
  if (number === OUTCOMES.enqueuing || number === OUTCOMES.broken)
    enqueue({ kind: 'mail', key: user, input: 'null', delayMs: 0 });
  if (number === OUTCOMES.forbidden) return { kind: 'refused', error: errorOf('forbidden') };
  if (number === OUTCOMES.busy) return { kind: 'refused', error: errorOf('overloaded') };
  if (number === OUTCOMES.broken) throw new Error('broken');
  return { kind: 'done', effects: [{ kind: 'chat', document, head: number, isImported: false }] };
};

const diskIsFull = new StorageError({
  message: 'the disk is full',
  retryable: true,
  damaged: false,
});

async function fixture(
  options: {
    path?: string;
    failing?: (sql: string) => boolean;
    failure?: StorageError;
  } = {},
) {
  const { failure = diskIsFull } = options;
  const path = options.path ?? (await temporaryDatabaseFile());
  const local = new LocalExecutor(path);
  const executor: SqlExecutor = {
    execute(sql, parameters) {
      if (options.failing?.(sql) === true) throw failure;
      return local.execute(sql, parameters);
    },
    close: () => local.close(),
  };
  const db = await openDatabase(executor);
  const faults: unknown[] = [];
  const clock = { now: 1_000 };
  const store = SqliteCommandStore.over(executor);
  const jobs = new DatabaseJobStore({ db: store.db, kind: 'sqlite', clock: systemClock });
  const transactions = new CommandTransactions({
    store,
    jobs,
    handlers: { ...HANDLERS, 'chat:see': play },
    clock: { now: () => clock.now },
    isAudited: true,
    allowsPublicPages: true,
    sendsMail: false,
    onFault: (_request, error) => faults.push(error),
  });
  const count = async (table: 'visit' | 'event' | 'command' | 'job') => {
    const { rows } = await local.execute(`select count(*) as rows from "${table}"`, []);
    return rows[0]?.['rows'];
  };
  return { path, db, transactions, faults, clock, count };
}

function see(outcome: keyof typeof OUTCOMES, { user = 'u1', id = ulid() } = {}): CommandRequest {
  const input = { document: DOCUMENT, number: OUTCOMES[outcome] };
  return { user, command: { id, name: 'chat:see', input } };
}

test('a repeat gets the first answer, in the same transaction and in later ones (W25)', async () => {
  await using s = await closing(fixture());
  const request = see('done');
  const first = await s.transactions.run([request, request]);
  expect(first.answers[0]).toMatchObject({ kind: 'done', repeated: false });
  expect(first.answers[1]).toEqual({ ...first.answers[0], repeated: true, events: 0 });
  const later = await s.transactions.run([request]);
  expect(later.answers).toEqual([first.answers[1]]);
  expect(later).toMatchObject({ events: [], effects: [] });
  expect(await s.count('visit')).toBe(1);
});

test('the same id of another user is another command (W24)', async () => {
  await using s = await closing(fixture());
  const id = ulid();
  const { answers } = await s.transactions.run([
    see('done', { id, user: 'u1' }),
    see('done', { id, user: 'u2' }),
  ]);
  expect(answers).toMatchObject([{ repeated: false }, { repeated: false }]);
  expect(await s.count('visit')).toBe(2);
});

test('stores a permanent refusal, but not a temporary one (W25)', async () => {
  await using s = await closing(fixture());
  const lasting = see('forbidden');
  const temporary = see('busy');
  const first = await s.transactions.run([lasting, temporary]);
  expect(first.answers).toMatchObject([{ error: { code: 'forbidden' } }, { kind: 'refused' }]);
  expect(first.events).toEqual([]);
  expect(await s.count('visit')).toBe(0);
  expect(await s.count('command')).toBe(1);
  expect((await s.transactions.run([lasting])).answers).toEqual([first.answers[0]]);
});

test('W28 refuses a command that the database finds too long, and runs the others', async () => {
  const tooLong = { message: 'too long', retryable: true, damaged: false, isTooLong: true };
  await using s = await closing(
    fixture({
      failing: (sql) => sql.startsWith('insert into "visit"') && s.clock.now === 2_000,
      failure: new StorageError(tooLong),
    }),
  );
  s.clock.now = 2_000;
  const other: CommandRequest = {
    user: 'u2',
    command: { id: ulid(), name: 'document:rename', input: { document: DOCUMENT, title: 'T' } },
  };
  const { answers } = await s.transactions.run([see('done'), other]);
  expect(answers[0]).toMatchObject({
    kind: 'refused',
    error: { code: 'forbidden', temporary: false },
  });
  expect(JSON.stringify(answers[0])).toContain('longer than it may');
  expect(answers[1]).toMatchObject({ error: { code: 'not-found' } });
  expect(s.faults.length).toBe(1);
});

test('W28 rolls back a handler that throws, and nothing else of the transaction', async () => {
  await using s = await closing(fixture());
  const { answers, events, effects } = await s.transactions.run([
    see('done'),
    see('broken'),
    see('done'),
  ]);
  expect(answers.map(({ kind }) => kind)).toEqual(['done', 'refused', 'done']);
  expect(effects).toHaveLength(2);
  expect(answers[1]).toMatchObject({ error: { code: 'command-failed', temporary: true } });
  expect(s.faults).toHaveLength(1);
  expect(await s.count('visit')).toBe(2);
  expect(events.map((run) => run.events.length)).toEqual([2, 2]);
});

test('numbers events without a gap, over transactions and restarts, in one epoch (W30)', async () => {
  const path = await temporaryDatabaseFile();
  const positions: unknown[] = [];
  for (let life = 0; life < 2; life++) {
    await using s = await closing(fixture({ path }));
    for (let round = 0; round < 2; round++) {
      const { answers, events } = await s.transactions.run([
        see('done'),
        see('broken'),
        see('done'),
      ]);
      const from = life * 4 + round * 2;
      expect(events.map((run) => [run.key, run.from, run.events.length])).toEqual([
        ['library:u1', from, 2],
        [`chat:${DOCUMENT}`, from, 2],
      ]);
      positions.push(
        ...answers.flatMap((answer) => (answer.kind === 'done' ? answer.positions : [])),
      );
    }
    const { epoch } = await readHead(s.db, chatKey('without-events'));
    expect(positions.at(-1)).toEqual({ name: `chat:${DOCUMENT}`, epoch, offset: life * 4 + 4 });
    expect(positions.at(-2)).toEqual({ name: 'library', epoch, offset: life * 4 + 4 });
  }
  expect(positions).toHaveLength(16);
});

test('stamps events with the command and a time that never goes back', async () => {
  await using s = await closing(fixture());
  const request = see('done');
  const first = await s.transactions.run([request]);
  expect(first.events[0]?.events[0]).toMatchObject({ at: 1_000, command: request.command.id });
  s.clock.now = 500;
  const second = await s.transactions.run([see('done')]);
  expect(second.events[0]?.events[0]?.at).toBe(1_000);
});

test('a failed commit writes nothing, and the same commands succeed later', async () => {
  const full = { now: false };
  await using s = await closing(fixture({ failing: (sql) => full.now && sql === 'COMMIT' }));
  const request = see('done');
  full.now = true;
  await expect(s.transactions.run([request])).rejects.toThrow(StorageError);
  full.now = false;
  expect(await s.count('visit')).toBe(0);
  const { answers, events } = await s.transactions.run([request]);
  expect(answers).toMatchObject([{ repeated: false }]);
  expect(events[0]?.from).toBe(0);
});

test('stores the newest events of a channel', async () => {
  await using s = await closing(fixture());
  for (let at = 0; at < EVENTS.maxStored + 2 * EVENTS.trimBatch; at += 50)
    await s.transactions.run(Array.from({ length: 50 }, () => see('done')));
  const rows = await s.db
    .selectFrom('event')
    .select((eb) => [eb.fn.min('offset').as('oldest'), eb.fn.max('offset').as('newest')])
    .where('channel', '=', chatKey(DOCUMENT))
    .executeTakeFirstOrThrow();
  expect(rows.newest - rows.oldest + 1).toBeGreaterThanOrEqual(EVENTS.maxStored);
  expect(rows.newest - rows.oldest + 1).toBeLessThan(EVENTS.maxStored + EVENTS.trimBatch);
});

test('jobs of commands are enqueued with what the commands changed, and runners are woken (JB1)', async () => {
  await using s = await closing(fixture());
  const { effects } = await s.transactions.run([see('enqueuing'), see('enqueuing')]);
  expect(effects.filter(({ kind }) => kind === 'jobs-enqueued')).toHaveLength(1);
  expect(await s.count('job')).toBe(1);
  const failing = await s.transactions.run([see('broken', { user: 'u2' })]);
  expect(failing.effects).toEqual([]);
  expect(await s.count('job')).toBe(1);
});

async function closing(opened: ReturnType<typeof fixture>) {
  const s = await opened;
  return Object.assign(s, { [Symbol.asyncDispose]: () => s.db.destroy() });
}
