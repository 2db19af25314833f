/** A command worker that ends between a commit and its report, and one that hangs. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ManualClock } from '@tandem/testkit';
import { pino } from 'pino';
import { build } from 'rolldown';
import { ulid } from 'ulid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import configuration from '../../rolldown.config.mjs';
import type { CommandRequest, CommittedBatch } from '../../src/commands/command-runner.ts';
import { WorkerCommandRunner } from '../../src/commands/worker-command-runner.ts';
import { STORAGE_STALL } from '../../src/limits.ts';
import { UNANSWERED } from '../../src/storage/storage-error.ts';
import { describeSqlite } from '../../src/storage/storage.ts';
import { openDatabase } from '../../src/storage/sqlite/database.ts';
import { LocalExecutor } from '../../src/storage/sqlite/executor.ts';
import { temporaryDatabaseFile } from '../../src/storage/testing/temporary-database.ts';
import { createUser } from '../../src/storage/users.ts';
import type { Engine } from '../../src/engine/port.ts';

let dir: string;

beforeAll(async () => {
  const root = resolve(import.meta.dirname, '../..');
  await mkdir(join(root, '.cache'), { recursive: true });
  dir = await mkdtemp(join(root, '.cache/commands-'));
  const input = { 'faulty-worker': join(import.meta.dirname, 'faulty-worker.ts') };
  await build({ ...configuration, input, output: { ...configuration.output, dir } });
});

afterAll(() => rm(dir, { recursive: true, force: true }));

const engine = { create: async () => 'created' } as Pick<Engine, 'create'> as Engine;

async function databaseWithUser(): Promise<string> {
  const path = await temporaryDatabaseFile();
  const db = await openDatabase(new LocalExecutor(path));
  await createUser(db, { id: 'u1', name: 'Ada', color: 0, at: 0 });
  await db.destroy();
  return path;
}

test('W44 while the worker hangs, commands cannot be stored, and are executed once it answers', async () => {
  const path = await databaseWithUser();
  const clock = new ManualClock();
  await using runner = new WorkerCommandRunner({
    storage: describeSqlite(path),
    engine,
    log: pino({ level: 'silent' }),
    mayCreate: async () => true,
    isDocument: async () => true,
    isAudited: true,
    allowsPublicPages: true,
    sendsMail: false,
    workerUrl: pathToFileURL(join(dir, 'faulty-worker.js')),
    clock,
  });
  const errors: (string | null)[] = [];
  runner.onStorageChanged((error) => errors.push(error?.message ?? null));
  await runner.start();
  await writeFile(`${path}.hang`, '');
  const command = { id: ulid(), name: 'profile:change', input: { color: 3 } } as const;
  const answer = runner.run({ user: 'u1', command });
  await nextTurn();
  clock.advance(STORAGE_STALL.afterMs);
  expect(errors).toEqual([UNANSWERED.message]);
  expect(runner.storageError).toBe(UNANSWERED);
  await rm(`${path}.hang`);
  expect(await answer).toMatchObject({ kind: 'done', repeated: false });
  await nextTurn();
  expect(errors).toEqual([UNANSWERED.message, null]);
});

test('a document whose creation is refused after all has no content, unless it is known', async () => {
  const path = await databaseWithUser();
  const contents = new Set<string>();
  const known = new Set<string>();
  await using runner = new WorkerCommandRunner({
    storage: describeSqlite(path),
    engine: {
      async create({ document }) {
        if (contents.has(document)) return 'exists';
        contents.add(document);
        return 'created';
      },
      async delete(document) {
        contents.delete(document);
        return 'deleted';
      },
    } as Pick<Engine, 'create' | 'delete'> as Engine,
    log: pino({ level: 'silent' }),
    mayCreate: async () => true,
    isDocument: async (document) => known.has(document),
    isAudited: true,
    allowsPublicPages: true,
    sendsMail: false,
    workerUrl: pathToFileURL(join(dir, 'faulty-worker.js')),
  });
  await runner.start();
  const create = (document: string, session?: string) =>
    runner.run({
      user: 'u1',
      ...(session === undefined ? {} : { session }),
      command: { id: ulid(), name: 'document:create', input: { document } },
    });
  const [own, refused, other] = [`own-${ulid()}`, `refused-${ulid()}`, `other-${ulid()}`];
  known.add(other);
  expect(await create(own)).toMatchObject({ kind: 'done' });
  for (const document of [refused, other, own])
    expect(await create(document, 'a session that has ended')).toMatchObject({ kind: 'refused' });
  expect([...contents].toSorted()).toEqual([other, own].toSorted());
});

test('executes a command once that a worker committed without reporting it (W25)', async () => {
  const path = await databaseWithUser();
  await using runner = new WorkerCommandRunner({
    storage: describeSqlite(path),
    engine,
    log: pino({ level: 'silent' }),
    mayCreate: async () => true,
    isDocument: async () => true,
    isAudited: true,
    allowsPublicPages: true,
    sendsMail: false,
    workerUrl: pathToFileURL(join(dir, 'faulty-worker.js')),
  });
  const batches: CommittedBatch[] = [];
  const lost: (readonly CommandRequest[])[] = [];
  runner.onCommitted((batch) => batches.push(batch));
  runner.onLost((unanswered) => lost.push(unanswered));
  await runner.start();

  const document = `document-${ulid()}`;
  const created = await runner.run({
    user: 'u1',
    command: { id: ulid(), name: 'document:create', input: { document } },
  });
  expect(created).toMatchObject({ kind: 'done', repeated: false });

  await writeFile(`${path}.end`, '');
  const send = (i: number): CommandRequest => ({
    user: 'u1',
    command: {
      id: ulid(),
      name: 'chat:send',
      input: { document, text: `Message ${i}`, mentions: [], replyTo: null },
    },
  });
  const requests = [1, 2, 3].map(send);
  const early = await Promise.all(requests.map((request) => runner.run(request)));
  expect(lost).toMatchObject([requests]);
  // The ended worker had committed them.
  expect(early).toMatchObject([{ repeated: true }, { repeated: true }, { repeated: true }]);
  expect(await runner.run(send(4))).toMatchObject({ kind: 'done', repeated: false });
  const events = batches
    .flatMap(({ events }) => events)
    .filter(({ key }) => key === `chat:${document}`);
  expect(events).toMatchObject([
    { from: 3, events: [{ name: 'chat:sent', message: { number: 4 } }] },
  ]);
});
