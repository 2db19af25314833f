/** Backups from each database into the other, with files in a bucket, and of another version: BK2, BK7, BK8, BK10. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { filePath } from '@tandem/protocol';
import { FakeS3 } from '../../src/storage/objects/testing/fake-s3.ts';
import {
  backUp,
  expectFile,
  fill,
  newBackup,
  newPlace,
  restore,
  verify,
  type Filled,
  type Place,
} from '../backup-fixture.ts';
import { withoutTimelines } from '../command-process.ts';
import { eventually } from '../eventually.ts';
import { RunningServer } from '../running-server.ts';
import { buildNextVersion } from './next-version.ts';

const BUILD_LIMIT_MS = 120_000;
const SAME = 'The backup is whole, and the target has the same';

/** Both devices were connected to an earlier server, and wrote more than the backup has. */
async function expectToContinue(server: RunningServer, filled: Filled, word: string) {
  const [one, two] = filled.devices;
  two.write(word);
  await Promise.all(filled.devices.map((device) => device.connect(server)));
  await Promise.all(filled.devices.map((device) => device.saved()));
  await eventually('both have it', () => one.text === two.text);
  expect(one.text.split(word)).toHaveLength(2);
  expect(one.text.split('ann. ')).toHaveLength(2);
  expect([one, two].flatMap(({ refusals }) => refusals)).toEqual([]);
  await expectFile(server, filled);
}

async function backUpAndRestore(source: Place, target: Place) {
  const backup = await newBackup();
  const made = await backUp(source, backup);
  expect(made.code, made.errors).toBe(0);
  const restored = await restore(backup, target);
  expect(restored.code, restored.errors).toBe(0);
  expect(restored.tables).toEqual(made.tables);
  expect((await verify(backup, target)).output).toContain(SAME);
  return { backup, made };
}

test('BK7 BK8 a backup goes from SQLite to Postgres and back, and clients continue on each', async () => {
  const places = [await newPlace('folder'), await newPlace('postgres'), await newPlace('folder')];
  const [first, second, third] = places as [Place, Place, Place];
  const server = await RunningServer.start(first.environment);
  const filled = await fill(server);
  const { backup, made } = await backUpAndRestore(first, second);
  filled.devices[0].write('after the first backup. ');
  await filled.devices[0].saved();
  await server.kill('SIGKILL');

  const onPostgres = await RunningServer.start(second.environment);
  await expectToContinue(onPostgres, filled, 'on Postgres. ');
  const { made: again } = await backUpAndRestore(second, third);
  expect([...again.tables.keys()]).toEqual([...made.tables.keys()]);
  expect(again.tables.get('file')).toBe(made.tables.get('file'));
  await onPostgres.kill('SIGKILL');
  const last = await RunningServer.start(third.environment);
  await expectToContinue(last, filled, 'on SQLite again. ');
  await last.kill('SIGKILL');

  // Of a timeline that this database never had.
  const fourth = await newPlace('folder');
  expect(await restore(backup, fourth)).toMatchObject({ code: 0 });
  const twice = await RunningServer.start(fourth.environment);
  await expectToContinue(twice, filled, 'from the first backup again. ');
  const { text } = filled.devices[0];
  for (const word of ['after the first backup. ', 'on Postgres. ', 'on SQLite again. '])
    expect(text.split(word), word).toHaveLength(2);
});

test('BK2 files in a bucket are copied, and restored into another one', async () => {
  const [from, to] = [await FakeS3.start(), await FakeS3.start()];
  for (const s3 of [from, to]) onTestFinished(() => s3[Symbol.asyncDispose]());
  const inBucket = async (s3: FakeS3): Promise<Place> => {
    const place = await newPlace();
    return { ...place, environment: { ...place.environment, FILES_URL: s3.setting } };
  };
  const [source, target] = [await inBucket(from), await inBucket(to)];
  const server = await RunningServer.start(source.environment);
  const filled = await fill(server);
  const { backup } = await backUpAndRestore(source, target);
  expect([...to.objects.keys()]).toEqual([...from.objects.keys()]);
  await expectFile(await RunningServer.start(target.environment), filled);

  // Where the bucket has a backup of its own.
  const small = await newBackup();
  await backUp(source, small, { parameters: ['--without-files'] });
  expect(await readdir(small)).not.toContain('files');
  expect(await readdir(join(backup, 'files'))).toHaveLength(2);
  // A bucket that lost an object, and a file that is deleted after the moment of the backup.
  const objects = [...from.objects];
  from.objects.clear();
  expect(await backUp(source, await newBackup())).toMatchObject({ code: 2 });
  for (const [key, bytes] of objects) from.objects.set(key, bytes);
  from.beforeHead = async () => {
    from.beforeHead = null;
    const path = filePath(filled.page, filled.file.id);
    expect((await filled.ann.fetch(path, { method: 'DELETE' })).ok).toBe(true);
    await eventually('its bytes are deleted', () => from.objects.size === 0);
  };
  const later = await newBackup();
  const made = await backUp(source, later);
  expect(made.code, made.errors).toBe(0);
  const manifest = await readFile(join(later, 'manifest.json'), 'utf8');
  expect(JSON.parse(manifest)).toMatchObject({
    files: { count: 0, deleted: [expect.any(String)], lost: [] },
  });
  expect(await verify(later)).toMatchObject({ code: 0 });
  expect(await restore(later, await newPlace())).toMatchObject({ code: 0 });
});

test(
  'BK10 a backup of an older version is restored into the schema of this one, and none of a newer one',
  { timeout: 2 * BUILD_LIMIT_MS },
  async () => {
    const next = await buildNextVersion();
    const [source, target] = [await newPlace('folder'), await newPlace('folder')];
    const server = await RunningServer.start(source.environment);
    const filled = await fill(server);
    const backup = await newBackup();
    const made = await backUp(source, backup);
    const restored = await restore(backup, target, { bundle: next });
    expect(restored.code, restored.errors).toBe(0);
    expect(withoutTimelines(restored)).toEqual(withoutTimelines(made));
    await server.kill('SIGKILL');
    const options = { bundle: next };
    const newer = await RunningServer.start(target.environment, onTestFinished, options);
    await expectToContinue(newer, filled, 'on the next version. ');

    const ofNext = await newBackup();
    const second = await backUp(target, ofNext, { bundle: next });
    expect(second.code, second.errors).toBe(0);
    const refused = await restore(ofNext, await newPlace('folder'));
    expect(refused.errors).toContain('The backup is of a newer version of Tandem');
    expect((await backUp(target, await newBackup())).errors).toContain('A newer version of Tandem');
  },
);
