/** The contract of full text search. Each database runs it from its own test. */
import { describe, expect, test } from 'vitest';
import { WELCOME_TITLE } from '@tandem/document/welcome';
import type { CommentAnchor } from '@tandem/protocol';
import { SEARCH } from '../limits.ts';
import { addThread } from '../comments.ts';
import { addVisit, forgetVisits } from '../visits.ts';
import { createDocument } from '../documents.ts';
import { appendMessage } from '../messages.ts';
import { giveRole } from '../member-roles.ts';
import { changeLink } from '../sharing.ts';
import type { MessageChannel } from '../tables/messages.ts';
import { moveToTrash } from '../trash.ts';
import { startSearch, textOf, type OpenedSearch } from './search-fixture.ts';
import { testSimilarWords } from './similar-words.contract.ts';

export function testSearch(open: () => Promise<OpenedSearch>): void {
  const start = () => startSearch(open);

  testSimilarWords(open);

  describe('SE2 SE3 what is found', () => {
    test('words in any order and part, folded, the last one by its beginning', async () => {
      const { put, find } = await start();
      await put('tide', { title: 'Tide log', parts: ['High water at nine.', 'Łódź lies inland.'] });
      await put('menu', { title: 'Menu', parts: ['Waterzooi, low prices'] });
      expect(await find('water')).toEqual(expect.arrayContaining(['tide', 'menu']));
      expect(await find('water ')).toEqual(['tide']);
      expect(await find('nine HIGH')).toEqual(['tide']);
      expect(await find('lodz water tide')).toEqual(['tide']);
      expect(await find('tide prices')).toEqual([]);
      for (const nothing of ['', ' ', '*', '"', '" OR "', "'", 'x:y', '\\', '(', '🌊'])
        expect(await find(nothing), nothing).toEqual([]);
      expect(await find('high OR')).toEqual([]);
    });

    test('scripts without blanks by two letters, by more, and by one', async () => {
      const { put, find } = await start();
      await put('ja', { parts: ['私は東京都に住む。検索する。'] });
      await put('ko', { parts: ['문서를 검색합니다'] });
      await put('zh', { parts: ['共同编辑的文档'] });
      await put('hi', { parts: ['हिन्दी में लिखा'] });
      expect(await find('東京')).toEqual(['ja']);
      expect(await find('東京都に')).toEqual(['ja']);
      expect(await find('京東')).toEqual([]);
      expect(await find('문서')).toEqual(['ko']);
      expect(await find('文档')).toEqual(['zh']);
      expect(await find('档')).toEqual(['zh']);
      expect(await find('む')).toEqual(['ja']);
      expect(await find('हिन्दी')).toEqual(['hi']);
    });

    test('a title counts more than a text, and each document is found once', async () => {
      const { put, find } = await start();
      for (let at = 0; at < 5; at++)
        await put(`text-${at}`, { parts: [`tide ${at}`, `tide again ${at}`] });
      await put('title', { title: 'Tide', parts: ['nothing'] });
      const found = await find('tide');
      expect(found[0]).toBe('title');
      expect(found).toHaveLength(6);
      expect(await find('tide', 'ada', 2)).toHaveLength(2);
    });

    test('a long document does not crowd out others, and shows its best part', async () => {
      const { put, find, index } = await start();
      const parts = Array.from({ length: 210 }, (_, at) => `tide ${at}`);
      await put('long', { parts: [...parts, 'tide tide tide tide'] });
      await put('short', { parts: ['the tide'] });
      expect(await find('tide', 'ada', 5)).toEqual(expect.arrayContaining(['long', 'short']));
      const { results } = await index.search({ user: 'ada', search: 'tide', limit: 5 });
      expect(results.find(({ document }) => document === 'long')?.excerpt).toBe(
        'tide tide tide tide',
      );
    });

    test('matches at the end of a part, in Greek, and of words that are cut', async () => {
      const { put, index, find } = await start();
      const long = 'x'.repeat(60);
      await put('end', { parts: [`${'word '.repeat(798)}anchor`] });
      await put('greek', { parts: ['Ο ΛΟΓΟΣ οδόςημα'] });
      await put('data', { parts: [long] });
      const end = await index.search({ user: 'ada', search: 'anchor', limit: 5 });
      expect(end.results[0]?.matches).toHaveLength(1);
      expect(await find('λόγος ')).toEqual(['greek']);
      expect(await find('ΟΔΟΣ')).toEqual(['greek']);
      const data = await index.search({ user: 'ada', search: `${long} `, limit: 5 });
      expect(data.results[0]?.matches).toHaveLength(1);
    });

    test('an excerpt around the match, with its places', async () => {
      const { put, index } = await start();
      const words = 'long before it '.repeat(30);
      await put('tide', { title: 'Log', parts: [`${words}the high\nwater mark ${words}`] });
      await put('only', { title: 'Water', parts: ['dry land'] });
      const { results: hits } = await index.search({ user: 'ada', search: 'water', limit: 5 });
      const [tide] = hits.filter(({ document }) => document === 'tide');
      expect(tide?.excerpt.length).toBeLessThanOrEqual(SEARCH.excerptLength);
      expect(tide?.matches.map(({ from, to }) => tide.excerpt.slice(from, to))).toEqual(['water']);
      expect(hits.find(({ document }) => document === 'only')).toMatchObject({
        title: 'Water',
        matches: [],
      });
    });
  });

  describe('SE9 comments', () => {
    const [thread, reply] = ['01K00000000000000000000001', '01K00000000000000000000002'];
    async function startCommented() {
      const started = await start();
      const { db, index } = started;
      await started.put('tide', { title: 'Tide log', parts: ['High water at nine.'] });
      const anchor = { quote: 'water' } as CommentAnchor;
      const write = async (id: string, text: string, channel: MessageChannel = 'comments') => {
        const place = { document: 'tide', channel, thread: channel === 'chat' ? null : thread };
        const content = { text, mentions: [], replyTo: null, at: 5 };
        await appendMessage(db, { ...place, ...content, id, author: 'ada' });
        await index.updateComment({ document: 'tide', message: id });
      };
      await addThread(db, { document: 'tide', thread, anchor }, { text: '', mentions: [] });
      await write(thread, 'The anchor drags in a storm.');
      return { ...started, write };
    }

    test('are found with their thread, together with words of the text, and the text stays', async () => {
      const { index, find, write } = await startCommented();
      await write(reply, 'Buy a mooring');
      const found = await index.search({ user: 'ada', search: 'mooring', limit: 5 });
      expect(found.results).toEqual([
        expect.objectContaining({ document: 'tide', excerpt: 'Buy a mooring', thread }),
      ]);
      expect(await find('nine mooring storm log')).toEqual(['tide']);
      const [text] = (await index.search({ user: 'ada', search: 'nine', limit: 5 })).results;
      expect(text).not.toHaveProperty('thread');
      await index.update([textOf('tide', ['Low water at ten.'], 2_000)]);
      expect([await find('nine'), await find('mooring')]).toEqual([[], ['tide']]);
    });

    test('are found as they were edited, and no longer once they are deleted', async () => {
      const { db, index, find } = await startCommented();
      const comment = { document: 'tide', message: thread };
      await db.updateTable('message').set('text', 'The chain is short.').execute();
      await index.updateComment(comment);
      await index.updateComment(comment);
      expect([await find('anchor'), await find('chain')]).toEqual([[], ['tide']]);
      await db.updateTable('message').set({ deleted_at: 9 }).execute();
      expect(await find('chain'), 'before the index follows').toEqual([]);
      await index.updateComment(comment);
      expect(await find('chain')).toEqual([]);
      const parts = await db.selectFrom('search_part').select('kind').execute();
      expect(parts.map(({ kind }) => kind).toSorted()).toEqual(['text', 'title']);
    });

    test('only those: no messages of the chat, and nothing of a document that is gone', async () => {
      const { db, index, find, write } = await startCommented();
      await write(reply, 'a word in the chat', 'chat');
      expect(await find('chat')).toEqual([]);
      await index.remove('tide');
      expect(await db.selectFrom('search_part').select('kind').execute()).toEqual([]);
    });

    test('are outdated after a move, and those of a deleted document are not', async () => {
      const { db, index, write } = await startCommented();
      await write(reply, 'Buy a mooring');
      expect(await index.outdatedComments('')).toEqual({ comments: [], last: 'tide' });
      await index.remove('tide');
      const { comments, last } = await index.outdatedComments('');
      expect(comments.map(({ message }) => message).toSorted()).toEqual([thread, reply]);
      expect(await index.outdatedComments(last ?? '')).toEqual({ comments: [], last: null });
      await db.updateTable('message').set({ deleted_at: 9 }).execute();
      expect(await index.outdatedComments('')).toEqual({ comments: [], last: 'tide' });
    });

    test('are found by those who find the document', async () => {
      const { db, find } = await startCommented();
      expect(await find('storm', 'eve')).toEqual([]);
      await giveRole(db, { document: 'tide', user: 'eve', role: 'viewer' });
      expect(await find('storm', 'eve')).toEqual(['tide']);
      await moveToTrash(db, 'tide', 9);
      expect(await find('storm', 'eve')).toEqual([]);
    });
  });

  describe('SE4 SE6 what is indexed', () => {
    test('a change replaces what it changed, and nothing else is written', async () => {
      const { db, index, put, find } = await start();
      await put('tide', { parts: ['one ebb', 'two flood', 'three ebb'] });
      const numbers = async () =>
        (await db.selectFrom('search_part').select(['number', 'content']).execute()).map(
          ({ number, content }) => `${number} ${content}`,
        );
      const before = await numbers();
      await index.update([textOf('tide', ['one ebb', 'two surge', 'three ebb'], 1_001)]);
      const after = await numbers();
      expect(after.filter((row) => !before.includes(row))).toHaveLength(1);
      expect([await find('flood'), await find('surge'), await find('ebb')]).toEqual([
        [],
        ['tide'],
        ['tide'],
      ]);
    });

    test('a long document, repeated parts, and the same text again', async () => {
      const { db, index, put, find } = await start();
      const parts = Array.from({ length: 35 }, (_, at) => `part${at % 30} word`);
      await put('long', { parts });
      await index.update([textOf('long', parts, 1_001)]);
      expect(await find('part29')).toEqual(['long']);
      const { count } = await db
        .selectFrom('search_part')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      expect(Number(count)).toBe(31);
      await index.update([textOf('long', [], 1_002)]);
      expect(await find('word')).toEqual([]);
      await index.remove('long');
      expect(await index.outdated('')).toEqual([]);
      await db.updateTable('document').set({ updated_at: 1_001 }).execute();
      expect(await index.outdated('')).toEqual([{ id: 'long', lacks: 'text' }]);
      expect(await index.outdated('long')).toEqual([]);
    });

    test('a text never replaces a newer one, unless the document has begun again', async () => {
      const { index, put, find } = await start();
      await put('tide', { parts: [] });
      await index.update([textOf('tide', ['flood'], 5_000)]);
      await index.update([textOf('tide', ['secret'], 4_000)]);
      expect([await find('flood'), await find('secret')]).toEqual([['tide'], []]);
      await index.update([textOf('tide', ['surge'], 3, 'e2')]);
      expect([await find('flood'), await find('surge')]).toEqual([[], ['tide']]);
    });

    test('a document that is purged while it is indexed leaves nothing', async () => {
      const { db, index, put } = await start();
      await put('long', {});
      const parts = Array.from({ length: 300 }, (_, at) => `part${at}`);
      const updating = index.update([textOf('long', parts, 2_000)]);
      await expect
        .poll(async () => (await db.selectFrom('search_part').select('key').execute()).length)
        .toBeGreaterThan(0);
      await db.updateTable('document').set({ purged_at: 9 }).execute();
      await index.remove('long');
      await updating;
      expect(await db.selectFrom('search_part').select('key').execute()).toEqual([]);
    });

    test('after a move, titles of documents that were never written to are outdated, too', async () => {
      const { db, index, find } = await start();
      const page = { kind: 'page', owner: 'ada', at: 1 } as const;
      await createDocument(db, { ...page, id: 'named', title: 'Tide log' });
      await createDocument(db, { ...page, id: 'unnamed', title: '' });
      await createDocument(db, { ...page, id: 'data', kind: 'data', title: 'Tide data' });
      await createDocument(db, { ...page, id: 'welcome', title: WELCOME_TITLE });
      expect(await index.outdated('')).toEqual([
        { id: 'data', lacks: 'title' },
        { id: 'named', lacks: 'title' },
      ]);
      for (const id of ['data', 'named']) await index.updateTitle(id);
      expect(await index.outdated('')).toEqual([]);
      expect(await find('tide')).toEqual(expect.arrayContaining(['data', 'named']));
    });

    test('a new title', async () => {
      const { db, index, put, find } = await start();
      await put('tide', { title: 'Old name' });
      await db.updateTable('document').set({ title: 'New name', updated_at: 2_000 }).execute();
      await index.updateTitle('tide');
      await index.updateTitle('missing');
      expect([await find('old'), await find('new')]).toEqual([[], ['tide']]);
      expect(await index.outdated('')).toEqual([{ id: 'tide', lacks: 'text' }]);
      await index.update([textOf('tide', [], 2_000)]);
      expect([await find('old'), await find('new'), await index.outdated('')]).toEqual([
        [],
        ['tide'],
        [],
      ]);
    });
  });

  test('SE11 a search ends with its request', async () => {
    const { put, index, find } = await start();
    await put('tide', { parts: ['high water'] });
    const signal = AbortSignal.abort(new Error('gone'));
    for (const search of ['water', 'watr'])
      await expect(index.search({ user: 'ada', search, limit: 5, signal })).rejects.toThrow('gone');
    expect(await find('water')).toEqual(['tide']);
  });

  describe('SE5 who finds it', () => {
    test('the owner, people with a role, and those who opened it by a link that still works', async () => {
      const { db, put, find } = await start();
      await put('tide', { parts: ['high water'] });
      const finders = async () => {
        const found = await Promise.all(
          ['ada', 'ed', 'lin', 'eve'].map(async (user) => [
            user,
            (await find('water', user)).length,
          ]),
        );
        return found.flatMap(([user, count]) => (count === 1 ? [user] : []));
      };
      await giveRole(db, { document: 'tide', user: 'ed', role: 'viewer' });
      await addVisit(db, { user: 'lin', document: 'tide', at: 5 });
      expect(await finders()).toEqual(['ada', 'ed', 'lin']);
      await changeLink(db, 'tide', 'off');
      expect(await finders()).toEqual(['ada', 'ed']);
      await changeLink(db, 'tide', 'view');
      await forgetVisits(db, { user: 'lin', document: 'tide' });
      expect(await finders()).toEqual(['ada', 'ed']);
      await moveToTrash(db, 'tide', 9);
      expect(await finders()).toEqual([]);
    });
  });
}
