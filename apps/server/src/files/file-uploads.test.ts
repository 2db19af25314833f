import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { ulid } from 'ulid';
import { expect, test } from 'vitest';
import { runJob } from '../jobs/job-handler.ts';
import { OBJECTS } from '../limits.ts';
import { discardFilesOf, reserveFile } from '../storage/files.ts';
import { StorageError } from '../storage/storage-error.ts';
import { fileSweep } from './file-deletion.ts';
import { FILE, FileFixture } from './testing/file-fixture.ts';
import { png } from './testing/image-heads.ts';

const context = { id: 'job', attempt: 1, signal: new AbortController().signal };
const sweep = ({ db, deletion }: FileFixture) =>
  runJob(fileSweep({ db, deletion }), 'null', context);
const NO_LIMIT = { bytesPerDocument: 1e9, bytesPerUser: 1e9 };

test('FS1 a stored file has its bytes, and what they say of themselves', async () => {
  const fixture = await FileFixture.open();
  const outcome = await fixture.upload(png(640, 480), { name: 'not-an-image.txt' });
  if (outcome.kind === 'refused') throw new Error(outcome.reason);
  expect(outcome.file).toMatchObject({
    document: 'plan',
    id: FILE,
    state: 'stored',
    type: 'image/png',
    width: 640,
    height: 480,
    created_by: 'ada',
  });
  const stream = await fixture.objects.read(outcome.file.key);
  expect(await buffer(stream!)).toEqual(png(640, 480));
});

test('FS5 the same bytes under the same id are the same file, and other bytes are refused', async () => {
  const fixture = await FileFixture.open();
  const first = await fixture.upload('text');
  expect(await fixture.upload('text')).toEqual(first);
  expect(await fixture.upload('TEXT')).toEqual({ kind: 'refused', reason: 'taken' });
  expect(await fixture.rows()).toHaveLength(1);
  expect(await fixture.kept()).toHaveLength(1);
});

test.each([
  ['too-large', 'x'.repeat(1_001), {}],
  ['incomplete', 'text', { size: 4, body: failing() }],
  ['access-ended', 'text', { isAllowed: async () => false }],
] as const)('a file that is refused as %s leaves nothing', async (reason, bytes, upload) => {
  const fixture = await FileFixture.open();
  expect(await fixture.upload(bytes, upload)).toEqual({ kind: 'refused', reason });
  expect(await fixture.rows()).toEqual([]);
  expect(await fixture.kept()).toEqual([]);
});

function failing(): Readable {
  const body = new Readable({ read() {} });
  body.push('te');
  setImmediate(() => body.destroy());
  return body;
}

test('FI5 the quotas count what is stored and what is being uploaded', async () => {
  const fixture = await FileFixture.open({ limits: { bytesPerDocument: 2_000 } });
  const put = (document: string, user: string) =>
    fixture.upload('x'.repeat(900), { id: ulid(), document, user });
  expect(await Promise.all([put('plan', 'ada'), put('plan', 'bob'), put('plan', 'ada')])).toEqual([
    { kind: 'stored', file: expect.anything() },
    { kind: 'stored', file: expect.anything() },
    { kind: 'refused', reason: 'document-full' },
  ]);
  await put('notes', 'ada');
  await put('notes', 'ada');
  expect(await put('elsewhere', 'ada')).toEqual({ kind: 'refused', reason: 'user-full' });
  await discardFilesOf(fixture.db, 'plan');
  expect(await put('plan', 'ada')).toMatchObject({ kind: 'stored' });
});

test('FI5 a repeat of a stored upload is no refusal where the quota is used up', async () => {
  const fixture = await FileFixture.open({ limits: { bytesPerDocument: 7 } });
  const first = await fixture.upload('text');
  expect(await fixture.upload('text')).toEqual(first);
});

test('FI5 what is left free on the disk stays free', async () => {
  const fixture = await FileFixture.open({
    wrap: (objects) => ({
      ...{ write: objects.write.bind(objects), read: objects.read.bind(objects) },
      delete: objects.delete.bind(objects),
      freeBytes: async () => 500_000_000,
    }),
  });
  expect(await fixture.upload('text')).toEqual({ kind: 'refused', reason: 'disk-full' });
});

test('FI7 one person uploads a few files at a time', async () => {
  const fixture = await FileFixture.open();
  const outcomes = await Promise.all(
    Array.from({ length: 6 }, () => fixture.upload('text', { id: ulid() })),
  );
  const refused = outcomes.filter((outcome) => outcome.kind === 'refused');
  expect(refused.map(({ reason }) => reason)).toEqual(['too-many', 'too-many']);
  expect(await fixture.upload('text', { id: ulid() })).toMatchObject({ kind: 'stored' });
});

test('a disk that fails is a fault of the storage, and the quota is free again', async () => {
  let isBroken = true;
  const fixture = await FileFixture.open({
    wrap: (objects) => ({
      async write(object) {
        if (isBroken) throw new StorageError({ message: 'full', retryable: true, damaged: false });
        await objects.write(object);
      },
      read: objects.read.bind(objects),
      delete: objects.delete.bind(objects),
      freeBytes: async () => null,
    }),
  });
  await expect(fixture.upload('text')).rejects.toThrow(StorageError);
  expect(await fixture.rows()).toEqual([]);
  isBroken = false;
  expect(await fixture.upload('text')).toMatchObject({ kind: 'stored' });
});

test('FS3 FS4 the sweep deletes what a killed server left: half of a body, bytes without a stored row, and discarded ones', async () => {
  const fixture = await FileFixture.open();
  const { db, objects, clock } = fixture;
  const [half, whole] = ['a'.repeat(32), 'b'.repeat(32)] as const;
  for (const key of [half, whole])
    await reserveFile(
      db,
      { key, document: 'plan', id: ulid(), name: 'x', size: 4, user: 'ada', at: clock.now() },
      NO_LIMIT,
    );
  await writeFile(join(fixture.incoming, half), 'te');
  const body = Readable.from([Buffer.from('text')]);
  await objects.write({ key: whole, size: 4, body, signal: context.signal });
  await fixture.upload('discarded', { document: 'notes' });
  await discardFilesOf(db, 'notes');
  await fixture.upload('stays');

  await sweep(fixture);
  expect(await fixture.kept()).toHaveLength(3);
  clock.advance(2 * OBJECTS.transferTimeoutMs + 1);
  await sweep(fixture);
  const rows = await fixture.rows();
  expect(rows.map(({ state }) => state)).toEqual(['stored']);
  expect(await fixture.kept()).toEqual(rows.map(({ key }) => key));
});

test('FS6 the sweep deletes files of documents that are gone', async () => {
  const fixture = await FileFixture.open();
  await fixture.upload('text', { document: 'purged-meanwhile' });
  await sweep(fixture);
  expect(await fixture.rows()).toEqual([]);
  expect(await fixture.kept()).toEqual([]);
});
