import { pino } from 'pino';
import { afterEach, expect, it, vi } from 'vitest';
import { createDocument, findDocument } from '../database/documents.ts';
import { temporaryDatabase } from '../database/testing/temporary-database.ts';
import type { Engine } from '../engine/port.ts';
import { EXCERPT_DELAY_MS } from '../limits.ts';
import { Summaries } from './summaries.ts';

afterEach(() => void vi.useRealTimers());

it('follows a document that changes all the time once per delay', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const db = await temporaryDatabase();
  await createDocument(db, { id: 'd', kind: 'page', title: '', owner: null, at: 0 });
  let views = 0;
  const engine = {
    view: (document: string) => {
      // Somebody types while it is read.
      if (views < 50) summaries.changed(document);
      return Promise.resolve({ kind: 'page', excerpt: `words ${++views}` });
    },
  } as unknown as Engine;
  const summaries = new Summaries({ db, engine, log: pino({ enabled: false }) });
  const told: string[] = [];
  summaries.onSummarised((document, { excerpt }) => told.push(`${document}: ${excerpt}`));
  const excerpt = async () => (await findDocument(db, 'd'))?.excerpt;

  summaries.changed('d');
  for (const turn of [1, 2, 3]) {
    vi.advanceTimersByTime(EXCERPT_DELAY_MS);
    await vi.waitFor(async () => expect(await excerpt()).toBe(`words ${turn}`));
    expect(views).toBe(turn);
  }
  await summaries[Symbol.asyncDispose]();
  expect(await excerpt()).toBe('words 4');
  expect(told).toEqual([1, 2, 3, 4].map((turn) => `d: words ${turn}`));
});
