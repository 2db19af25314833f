import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { DocumentView } from '../engine/port.ts';
import { addThread } from '../storage/comments.ts';
import { createDocument, renameDocument } from '../storage/documents.ts';
import { appendMessage } from '../storage/messages.ts';
import { SearchIndex } from '../storage/search/search-index.ts';
import { databaseReader } from '../storage/search/search-reader.ts';
import { sqliteTerms } from '../storage/search/sqlite-terms.ts';
import { temporaryDatabase } from '../storage/testing/temporary-database.ts';
import { DocumentIndexer } from './document-indexer.ts';

const anchor = {
  start: { client: 1, clock: 0 },
  end: { client: 1, clock: 2 },
  ...{ block: 'b1', quote: 'low', prefix: '', suffix: '', length: 3, unique: 'quote' as const },
};
const place = { epoch: 'e1', offset: 1 };

async function start(texts: Readonly<Record<string, string | Error>>) {
  const db = await temporaryDatabase();
  for (const id of Object.keys(texts)) {
    await createDocument(db, { id, kind: 'page', title: '', owner: 'ada', at: 1 });
    await renameDocument(db, id, { title: `Title ${id}`, at: 2 });
  }
  const index = new SearchIndex(db, { terms: sqliteTerms, reader: databaseReader(db) });
  const viewed: string[] = [];
  const engine = {
    async view(document: string): Promise<DocumentView | null> {
      viewed.push(document);
      const text = texts[document];
      if (text instanceof Error) throw text;
      return text === undefined
        ? null
        : { kind: 'page', excerpt: '', parts: [text], links: [], files: [], ...place };
    },
  };
  const log = pino({ enabled: false });
  const indexer = new DocumentIndexer({ index, engine, now: () => 10, log });
  const find = async (search: string) =>
    (await index.search({ user: 'ada', search, limit: 5 })).results.map(({ document }) => document);
  return { db, indexer, viewed, find };
}

test('SE6 catches up with everything that is not indexed, and does it once', async () => {
  const { indexer, viewed, find } = await start({
    one: 'high water',
    two: new Error('it is damaged'),
    three: 'low water',
  });
  indexer.catchUp();
  await expect.poll(() => find('water')).toEqual(expect.arrayContaining(['one', 'three']));
  expect(viewed.toSorted()).toEqual(['one', 'three', 'two']);
  await indexer[Symbol.asyncDispose]();
});

test('texts and titles are indexed in turn, and all before it ends', async () => {
  const { db, indexer, find } = await start({ one: '' });
  indexer.textsChanged([{ document: 'one', parts: ['ebb'], links: [], at: 3, ...place }]);
  indexer.textsChanged([{ document: 'one', parts: ['flood'], links: [], at: 4, ...place }]);
  await renameDocument(db, 'one', { title: 'Log', at: 5 });
  indexer.titleChanged('one');
  await indexer[Symbol.asyncDispose]();
  expect([await find('ebb'), await find('flood'), await find('log')]).toEqual([
    [],
    ['one'],
    ['one'],
  ]);
});

test('SE9 comments are indexed when they are written, and again after a move', async () => {
  const { db, indexer, find } = await start({ one: '' });
  const [thread, reply] = ['01K00000000000000000000001', '01K00000000000000000000002'];
  await addThread(db, { document: 'one', thread, anchor }, { text: '', mentions: [] });
  const write = async (id: string, text: string) => {
    const content = { text, mentions: [], replyTo: null, at: 5 };
    const place = { document: 'one', channel: 'comments', thread } as const;
    await appendMessage(db, { ...place, ...content, id, author: 'ada' });
  };
  await write(thread, 'the anchor drags');
  await write(reply, 'buy a mooring');
  const event = { name: 'comment:deleted', thread, message: thread, at: 6 } as const;
  indexer.committed([
    { key: 'comments:one', from: 1, events: [event], bytes: 1 },
    { key: 'chat:one', from: 1, events: [], bytes: 1 },
  ]);
  await expect.poll(() => find('anchor')).toEqual(['one']);
  expect(await find('mooring')).toEqual([]);
  indexer.catchUp();
  await expect.poll(() => find('mooring')).toEqual(['one']);
  await indexer[Symbol.asyncDispose]();
});
