import { pino } from 'pino';
import { afterEach, expect, test, vi } from 'vitest';
import { createDocument, findDocument } from '../storage/documents.ts';
import { temporaryDatabase } from '../storage/testing/temporary-database.ts';
import type { Engine } from '../engine/port.ts';
import { LIBRARY } from '../storage/limits.ts';
import { ExcerptUpdater } from './excerpt-updater.ts';

const indexer = { textsChanged() {} };

afterEach(() => void vi.useRealTimers());

test('follows a document that changes all the time once per delay', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const db = await temporaryDatabase();
  await createDocument(db, { id: 'd', kind: 'page', title: '', owner: null, at: 0 });
  let views = 0;
  const engine = {
    view: (document: string) => {
      // Simulates typing during the read.
      if (views < 50) excerptUpdater.changed(document);
      return Promise.resolve({ kind: 'page', excerpt: `words ${++views}`, parts: [] });
    },
  } as unknown as Engine;
  const excerptUpdater = new ExcerptUpdater({ db, engine, indexer, log: pino({ enabled: false }) });
  const reported: string[] = [];
  excerptUpdater.onExcerptsChanged(async (changes) => {
    for (const { id, excerpt } of changes) reported.push(`${id}: ${excerpt}`);
  });
  const excerpt = async () => (await findDocument(db, 'd'))?.excerpt;

  excerptUpdater.changed('d');
  for (const turn of [1, 2, 3]) {
    vi.advanceTimersByTime(LIBRARY.excerptDelayMs);
    await vi.waitFor(async () => expect(await excerpt()).toBe(`words ${turn}`));
    expect(views).toBe(turn);
  }
  await excerptUpdater[Symbol.asyncDispose]();
  expect(await excerpt()).toBe('words 4');
  expect(reported).toEqual([1, 2, 3, 4].map((turn) => `d: words ${turn}`));
});

test('follows many at once, and all but those that cannot be read', async () => {
  const db = await temporaryDatabase();
  const documents = Array.from(
    { length: LIBRARY.excerptsPerCommit + 2 },
    (_, number) => `d${number}`,
  );
  for (const id of documents)
    await createDocument(db, { id, kind: 'page', title: '', owner: null, at: 0 });
  const engine = {
    view: async (document: string) => {
      if (document === 'd1') throw new Error('it is damaged');
      return document === 'd2'
        ? null
        : { kind: 'page', excerpt: `words of ${document}`, parts: [] };
    },
  } as unknown as Engine;
  const excerptUpdater = new ExcerptUpdater({ db, engine, indexer, log: pino({ enabled: false }) });
  const reported: string[] = [];
  excerptUpdater.onExcerptsChanged(async (changes) => {
    for (const { id, excerpt } of changes) reported.push(`${id}: ${excerpt}`);
  });
  for (const document of documents) excerptUpdater.changed(document);
  await excerptUpdater[Symbol.asyncDispose]();
  const readable = documents.filter((document) => document !== 'd1' && document !== 'd2');
  expect(reported.toSorted()).toEqual(
    readable.map((document) => `${document}: words of ${document}`).toSorted(),
  );
});
