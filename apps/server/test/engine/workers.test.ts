import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeSqlite } from '../../src/storage/storage.ts';
import { openSqlite } from '../../src/storage/sqlite/sqlite.ts';
import {
  temporaryDatabaseFile,
  temporaryPath,
} from '../../src/storage/testing/temporary-database.ts';
import type { Engine } from '../../src/engine/port.ts';
import { createWorkerEngine } from '../../src/engine/worker-engine.ts';
import { bundleEngine, type EngineBundle } from './bundle.ts';
import { NoticeRecorder, LiveWriter, textOf } from './live-engine.ts';

let bundle: EngineBundle;
beforeAll(async () => {
  bundle = await bundleEngine();
});
afterAll(() => bundle[Symbol.asyncDispose]());

const start = (path: string, worker: 'engine-worker.js' | 'failing-worker.js'): Promise<Engine> =>
  createWorkerEngine({
    storage: describeSqlite(path),
    workers: 2,
    maxHeapMib: 64,
    engineWorkerUrl: bundle.url(worker),
    compactorWorkerUrl: bundle.url('compactor-worker.js'),
  });

/** Names in different shards of two. */
const [HERE, NEIGHBOUR, ELSEWHERE] = ['a', 'c', 'b'] as const;

test('everything written is there after the engine was closed and opened', async () => {
  const path = await temporaryDatabaseFile();
  {
    await using engine = await start(path, 'engine-worker.js');
    const recorder = new NoticeRecorder(engine);
    await engine.create({ document: 'a', kind: 'data', user: 'ada' });
    await recorder.open('a', 1);
    await recorder.open('a', 2);
    const writer = new LiveWriter(recorder, 'a', 1);
    for (let i = 0; i < 600; i++) writer.write(`${i} `);
    await writer.saved();
    await expect.poll(() => engine.stats().compactions).toBe(1);
    writer.write('not waited for');
  }
  await using engine = await start(path, 'engine-worker.js');
  const expected = `${Array.from({ length: 600 }, (_, i) => `${i} `).join('')}not waited for`;
  const answer = await new NoticeRecorder(engine).open('a', 1);
  expect(textOf(answer)).toBe(expected);
  expect(answer).toMatchObject({ parts: [{ from: 0 }, { to: 601 }] });
});

test('a file that is not a database fails the start', async () => {
  const path = await temporaryPath();
  await writeFile(path, 'no database at all. '.repeat(100));
  await expect(start(path, 'engine-worker.js')).rejects.toMatchObject({
    name: 'StorageError',
    damaged: true,
  });
});

test('a missing bundle fails the start', async () => {
  const path = await temporaryDatabaseFile();
  const workers = {
    engineWorkerUrl: bundle.url('missing.js'),
    compactorWorkerUrl: bundle.url('missing.js'),
  };
  const storage = describeSqlite(path);
  await expect(createWorkerEngine({ storage, workers: 1, ...workers })).rejects.toThrow(
    /missing\.js/,
  );
});

test('an update that never ends is refused; its shard restarts, and the other shard is not affected', async () => {
  await using engine = await start(await temporaryDatabaseFile(), 'failing-worker.js');
  const recorder = new NoticeRecorder(engine);
  for (const [i, document] of [HERE, NEIGHBOUR, ELSEWHERE].entries()) {
    await engine.create({ document, kind: 'data', user: 'ada' });
    await recorder.open(document, i + 1);
  }
  const neighbour = new LiveWriter(recorder, NEIGHBOUR, 2);
  neighbour.write('saved before');
  await neighbour.saved();
  new LiveWriter(recorder, HERE, 1).write('FREEZE');

  const elsewhere = new LiveWriter(recorder, ELSEWHERE, 3);
  let saves = 0;
  const wasLost = () => recorder.notices.some((notice) => notice.kind === 'lost');
  while (!wasLost()) {
    elsewhere.write('.');
    await elsewhere.saved();
    saves++;
  }
  // It would have waited with the first for the two seconds that the other shard is given.
  expect(saves).toBeGreaterThan(10);

  const notices = recorder.notices.filter((notice) =>
    ['error', 'refused', 'lost'].includes(notice.kind),
  );
  expect(notices).toMatchObject([
    { kind: 'error', what: 'engine worker stuck', document: HERE },
    {
      kind: 'refused',
      document: HERE,
      subscription: 1,
      cseq: 1,
      error: { code: 'invalid-update' },
    },
    { kind: 'lost' },
    { kind: 'lost' },
  ]);
  expect(
    new Set(notices.slice(2).map((notice) => 'document' in notice && notice.document)),
  ).toEqual(new Set([HERE, NEIGHBOUR]));

  // Updates of a lost subscription are ignored.
  neighbour.write('from before');
  expect(textOf(await recorder.open(NEIGHBOUR, 5))).toBe('saved before');
  expect(textOf(await recorder.open(HERE, 6))).toBe('');
  const again = new LiveWriter(recorder, HERE, 6);
  again.write('works');
  await again.saved();
  expect(engine.stats().shards.reduce((sum, { restarts }) => sum + restarts, 0)).toBe(1);
});

test('an update that takes all memory ends its worker; when it comes again, it is refused', async () => {
  await using engine = await start(await temporaryDatabaseFile(), 'failing-worker.js');
  const recorder = new NoticeRecorder(engine);
  await engine.create({ document: 'a', kind: 'data', user: 'ada' });
  for (const subscription of [1, 2]) {
    await recorder.open('a', subscription);
    new LiveWriter(recorder, 'a', subscription).write('BLOAT');
    await expect
      .poll(() => recorder.notices.filter((notice) => notice.kind === 'lost').length, {
        timeout: 20_000,
      })
      .toBe(subscription);
  }
  expect(recorder.notices.filter((notice) => notice.kind === 'refused')).toMatchObject([
    { subscription: 2, error: { code: 'invalid-update' } },
  ]);
  expect(textOf(await recorder.open('a', 3))).toBe('');
});

test('a document that takes all memory to load is kept out, the others of its shard come back', async () => {
  await using engine = await start(await temporaryDatabaseFile(), 'failing-worker.js');
  const recorder = new NoticeRecorder(engine);
  for (const subscription of [1, 2]) {
    engine.request({ kind: 'open', document: 'heavy', subscription, user: 'ada' });
    await expect
      .poll(() => recorder.notices.filter((notice) => notice.kind === 'lost').length, {
        timeout: 20_000,
      })
      .toBe(subscription);
  }
  expect(await recorder.open('heavy', 3)).toMatchObject({
    kind: 'refused',
    error: { code: 'document-damaged' },
  });
});

test('a worker that ends in the middle of a transaction leaves no lock and no half of it', async () => {
  const path = await temporaryDatabaseFile();
  await using engine = await start(path, 'failing-worker.js');
  const recorder = new NoticeRecorder(engine);
  for (const [i, document] of [HERE, ELSEWHERE].entries()) {
    await engine.create({ document, kind: 'data', user: 'ada' });
    await recorder.open(document, i + 1);
  }
  new LiveWriter(recorder, HERE, 1).write('COLLAPSE');
  await recorder.waitFor((notice) => notice.kind === 'lost');
  const elsewhere = new LiveWriter(recorder, ELSEWHERE, 2);
  const before = performance.now();
  elsewhere.write('on it goes');
  await elsewhere.saved();
  // A lock would be waited for, for five seconds.
  expect(performance.now() - before).toBeLessThan(4_000);
  expect(textOf(await recorder.open(HERE, 3))).toBe('');
  const sqlite = openSqlite(path);
  expect(sqlite.prepare('SELECT document, offset FROM recent').all()).toEqual([
    { document: ELSEWHERE, offset: 1 },
  ]);
  expect(sqlite.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  sqlite.close();
});

test('a creation that waits when its worker ends is answered', async () => {
  await using engine = await start(await temporaryDatabaseFile(), 'failing-worker.js');
  const recorder = new NoticeRecorder(engine);
  await engine.create({ document: HERE, kind: 'data', user: 'ada' });
  await recorder.open(HERE, 1);
  new LiveWriter(recorder, HERE, 1).write('FREEZE');
  await new Promise((resolve) => setImmediate(resolve));
  await expect(
    engine.create({ document: NEIGHBOUR, kind: 'data', user: 'ada' }),
  ).rejects.toMatchObject({ body: { code: 'overloaded', temporary: true } });
  expect(await engine.create({ document: NEIGHBOUR, kind: 'data', user: 'ada' })).toBe('created');
});
