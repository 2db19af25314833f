/** A worker that ends between a commit and its report: its commands are not executed again. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pino } from 'pino';
import { build } from 'rolldown';
import { ulid } from 'ulid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import configuration from '../../rolldown.config.mjs';
import type { CommandRequest, CommittedBatch } from '../../src/commands/command-runner.ts';
import { WorkerCommandRunner } from '../../src/commands/worker-command-runner.ts';
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
  const input = { 'ending-worker': join(import.meta.dirname, 'ending-worker.ts') };
  await build({ ...configuration, input, output: { ...configuration.output, dir } });
});

afterAll(() => rm(dir, { recursive: true, force: true }));

const engine = { create: async () => 'created' } as Pick<Engine, 'create'> as Engine;

test('executes a command once that a worker committed without reporting it (W25)', async () => {
  const path = await temporaryDatabaseFile();
  const db = await openDatabase(new LocalExecutor(path));
  await createUser(db, { id: 'u1', name: 'Ada', color: 0, at: 0 });
  await db.destroy();

  await using runner = new WorkerCommandRunner({
    storage: describeSqlite(path),
    engine,
    log: pino({ level: 'silent' }),
    workerUrl: pathToFileURL(join(dir, 'ending-worker.js')),
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
