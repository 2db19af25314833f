import { ulid } from 'ulid';
import { expect, test } from 'vitest';
import { runJob } from '../jobs/job-handler.ts';
import { FILES } from './limits.ts';
import { fileReferenceSweep, type FileReferences } from './file-references.ts';
import { FileFixture } from './testing/file-fixture.ts';

const context = { id: 'job', attempt: 1, signal: new AbortController().signal };

async function start() {
  const fixture = await FileFixture.open();
  const [shown, removed, ofHistory] = [ulid(), ulid(), ulid()];
  for (const id of [shown, removed, ofHistory]) await fixture.upload('text', { id });
  const texts: { of: Iterable<string> | null } = { of: [shown] };
  const sources: FileReferences[] = [{ of: async () => texts.of }, { of: async () => [ofHistory] }];
  const sweep = async () => {
    const { db, clock, deletion } = fixture;
    await runJob(fileReferenceSweep({ db, sources, clock }), 'null', context);
    await deletion.deleteDiscarded(context.signal);
    return (await fixture.rows()).map(({ id }) => id).toSorted();
  };
  return { fixture, texts, sweep, ids: { shown, removed, ofHistory } };
}

test('FI9 FS7 a file goes 30 days after the last sweep that found nothing referring to it', async () => {
  const { fixture, sweep, ids } = await start();
  const all = Object.values(ids).toSorted();
  expect(await sweep()).toEqual(all);
  fixture.clock.advance(FILES.unreferencedMs);
  expect(await sweep()).toEqual(all);
  fixture.clock.advance(1);
  expect(await sweep()).toEqual([ids.shown, ids.ofHistory].toSorted());
  expect(await fixture.kept()).toHaveLength(2);
});

test('FI9 a file that is referred to again, as by an undo, begins its time again', async () => {
  const { fixture, texts, sweep, ids } = await start();
  const all = Object.values(ids).toSorted();
  await sweep();
  fixture.clock.advance(FILES.unreferencedMs);
  texts.of = [ids.shown, ids.removed];
  await sweep();
  fixture.clock.advance(FILES.unreferencedMs);
  texts.of = [ids.shown];
  expect(await sweep()).toEqual(all);
  fixture.clock.advance(FILES.unreferencedMs);
  expect(await sweep()).toEqual(all);
});

test('FS7 the files of a document that cannot be read stay', async () => {
  const { fixture, texts, sweep, ids } = await start();
  await sweep();
  fixture.clock.advance(2 * FILES.unreferencedMs);
  texts.of = null;
  expect(await sweep()).toEqual(Object.values(ids).toSorted());
});

test('FS7 a document that fails stops no other one, and the job fails at its end', async () => {
  const fixture = await FileFixture.open();
  const { db, clock } = fixture;
  await fixture.upload('text', { document: 'notes' });
  await fixture.upload('text', { document: 'plan' });
  const of = async (document: string) => {
    if (document === 'notes') throw new Error('no answer');
    return [];
  };
  const job = fileReferenceSweep({ db, sources: [{ of }], clock });
  await expect(runJob(job, 'null', context)).rejects.toThrow('no answer');
  const checked = (await fixture.rows()).filter((row) => row.unreferenced_at !== null);
  expect(checked).toMatchObject([{ document: 'plan' }]);
});
