import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { ulid } from 'ulid';
import { expect, test } from 'vitest';
import { runJob } from '../jobs/job-handler.ts';
import { OBJECTS } from '../storage/limits.ts';
import { discardFilesOf } from '../storage/discarded-files.ts';
import { reserveFile, storeFile } from '../storage/files.ts';
import { StorageError } from '../storage/storage-error.ts';
import { fileSweep } from './file-deletion.ts';
import { FILES } from './limits.ts';
import { UNLIMITED } from '../storage/testing/file-quotas.ts';
import { FILE, FileFixture, wrapped } from './testing/file-fixture.ts';
import { png } from './testing/image-heads.ts';

const context = { id: 'job', attempt: 1, signal: new AbortController().signal };
const sweep = ({ db, deletion }: FileFixture) =>
  runJob(fileSweep({ db, deletion }), 'null', context);

const CONTENT = { hash: 'hash', type: 'image/png', width: 1, height: 1 } as const;

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

test('FI5 the quotas count what is stored, and what is being uploaded for the time being', async () => {
  const fixture = await FileFixture.open({
    limits: { bytesPerDocument: 2 * FILES.blockBytes, bytesPerUser: 3 * FILES.blockBytes },
  });
  const put = (document: string, user: string) =>
    fixture.upload('x'.repeat(900), { id: ulid(), document, user });
  expect(await Promise.all([put('plan', 'ada'), put('plan', 'bob'), put('plan', 'ada')])).toEqual([
    { kind: 'stored', file: expect.anything() },
    { kind: 'stored', file: expect.anything() },
    { kind: 'refused', reason: 'pending' },
  ]);
  expect(await put('plan', 'ada')).toEqual({ kind: 'refused', reason: 'document-full' });
  await put('notes', 'ada');
  await put('notes', 'ada');
  expect(await put('elsewhere', 'ada')).toEqual({ kind: 'refused', reason: 'user-full' });
  await discardFilesOf(fixture.db, 'plan');
  expect(await put('plan', 'ada')).toMatchObject({ kind: 'stored' });
});

test('FI5 an upload that goes on after a killed server has the room of its first attempt', async () => {
  const fixture = await FileFixture.open({ limits: { bytesPerDocument: FILES.blockBytes } });
  const file = { document: 'plan', id: FILE, name: 'x', size: 4, user: 'ada', at: 0 };
  await reserveFile(fixture.db, { ...file, key: 'c'.repeat(32) }, UNLIMITED);
  expect(await fixture.upload('text', { id: ulid() })).toEqual({
    kind: 'refused',
    reason: 'pending',
  });
  expect(await fixture.upload('text')).toMatchObject({ kind: 'stored' });
});

test('FS5 where the quota is used up, a repeat is no refusal, and other bytes are one', async () => {
  const fixture = await FileFixture.open({ limits: { bytesPerDocument: FILES.blockBytes } });
  const first = await fixture.upload('text');
  expect(await fixture.upload('text')).toEqual(first);
  expect(await fixture.upload('TEXT')).toEqual({ kind: 'refused', reason: 'taken' });
  expect(await fixture.upload('longer')).toEqual({ kind: 'refused', reason: 'taken' });
  expect(await fixture.upload('text', { isAllowed: async () => false })).toEqual({
    kind: 'refused',
    reason: 'access-ended',
  });
});

test('FS5 a file whose bytes were lost is stored again by the same ones', async () => {
  const fixture = await FileFixture.open({ limits: { bytesPerDocument: FILES.blockBytes } });
  const first = await fixture.upload('text');
  if (first.kind === 'refused') throw new Error(first.reason);
  await fixture.objects.delete(first.file.key);
  expect(await fixture.upload('TEXT')).toEqual({ kind: 'refused', reason: 'taken' });
  const again = await fixture.upload('text');
  if (again.kind === 'refused') throw new Error(again.reason);
  expect(again.file.key).not.toBe(first.file.key);
  expect(await buffer((await fixture.objects.read(again.file.key))!)).toEqual(Buffer.from('text'));
  await sweep(fixture);
  expect((await fixture.rows()).map(({ key }) => key)).toEqual([again.file.key]);
});

test('FI5 uploads that begin while others are on their way leave as much of the disk free', async () => {
  const MIB = 1_048_576;
  let free = FILES.minFreeBytes + 60 * MIB;
  const fixture = await FileFixture.open({
    limits: { maxFileBytes: 1e9, bytesPerDocument: 1e12, bytesPerUser: 1e12 },
    wrap: (objects) => wrapped(objects, { freeBytes: async () => free }),
  });
  const begin = (user: string) => {
    const body = new Readable({ read() {} });
    const id = ulid();
    const outcome = fixture.upload('', { id, user, size: 25 * MIB, body });
    return { body, outcome };
  };
  const running = [begin('ada'), begin('bob')];
  await expect.poll(() => fixture.kept()).toHaveLength(2);
  const refused = await Promise.all([begin('cy').outcome, begin('dan').outcome]);
  expect(refused).toEqual(refused.map(() => ({ kind: 'refused', reason: 'disk-full' })));

  free = FILES.minFreeBytes - 1;
  for (const { body } of running) body.push(Buffer.alloc(9 * MIB));
  expect(await Promise.all(running.map(({ outcome }) => outcome))).toEqual(refused);
  expect(await fixture.kept()).toEqual([]);
});

test('FI5 what is left free on the disk stays free', async () => {
  const fixture = await FileFixture.open({
    wrap: (objects) => wrapped(objects, { freeBytes: async () => 500_000_000 }),
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
    wrap: (objects) =>
      wrapped(objects, {
        async write(object) {
          if (isBroken)
            throw new StorageError({ message: 'full', retryable: true, damaged: false });
          await objects.write(object);
        },
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
      UNLIMITED,
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

test('FS3 FS4 an upload that is stored while the sweep works stays', async () => {
  const fixture = await FileFixture.open({
    wrap: (objects) =>
      wrapped(objects, {
        async delete(key) {
          await objects.delete(key);
          if (key === first) await storeFile(fixture.db, second, CONTENT);
        },
      }),
  });
  const { db, clock } = fixture;
  const [first, late] = ['a'.repeat(32), 'b'.repeat(32)] as const;
  const second = { key: late, document: 'plan', id: FILE, lost: null };
  const file = { document: 'plan', name: 'x', size: 4, user: 'ada', at: clock.now() };
  await reserveFile(db, { ...file, key: first, id: ulid() }, UNLIMITED);
  await reserveFile(db, { ...file, key: late, id: FILE }, UNLIMITED);
  clock.advance(2 * OBJECTS.transferTimeoutMs + 1);
  const body = Readable.from([Buffer.from('text')]);
  await fixture.objects.write({ key: late, size: 4, body, signal: context.signal });
  await sweep(fixture);
  expect(await fixture.rows()).toMatchObject([{ key: late, state: 'stored' }]);
  expect(await fixture.kept()).toEqual([late]);
});

test('FS3 a purge leaves the row of an upload that is still arriving, until it has ended', async () => {
  const fixture = await FileFixture.open();
  const body = new Readable({ read() {} });
  const uploading = fixture.upload('', { size: 4, body });
  await expect.poll(() => fixture.kept()).toHaveLength(1);
  await fixture.deletion.deleteFilesOf('plan', context.signal);
  expect(await fixture.rows()).toMatchObject([{ state: 'deleted' }]);
  body.push('text');
  body.push(null);
  expect(await uploading).toEqual({ kind: 'refused', reason: 'stalled' });
  expect(await fixture.rows()).toEqual([]);
  expect(await fixture.kept()).toEqual([]);
});

test('FS3 bytes that cannot be deleted stop no others', async () => {
  let stuck = '';
  const fixture = await FileFixture.open({
    wrap: (objects) =>
      wrapped(objects, {
        async delete(key) {
          if (key === stuck) throw new Error('stuck');
          await objects.delete(key);
        },
      }),
  });
  for (let i = 0; i < 3; i++) await fixture.upload('text', { id: ulid() });
  stuck = (await fixture.rows()).map(({ key }) => key).toSorted()[0]!;
  await discardFilesOf(fixture.db, 'plan');
  await fixture.upload('text', { document: 'notes' });
  await expect(sweep(fixture)).rejects.toThrow('stuck');
  const left = await fixture.rows();
  expect(left.map(({ document }) => document).toSorted()).toEqual(['notes', 'plan']);
  expect(left.map(({ key }) => key)).toContain(stuck);
  await fixture.deletion.deleteFilesOf('notes', context.signal);
  expect(await fixture.kept()).toEqual([stuck]);
});

test('FS6 the sweep deletes files of documents that are gone', async () => {
  const fixture = await FileFixture.open();
  await fixture.upload('text', { document: 'purged-meanwhile' });
  await sweep(fixture);
  expect(await fixture.rows()).toEqual([]);
  expect(await fixture.kept()).toEqual([]);
});
