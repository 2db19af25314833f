/** The contract of backlinks. Each database runs it from its own test. */
import type { DocumentLink } from '@tandem/document';
import { describe, expect, test } from 'vitest';
import { addVisit, forgetVisits, NEVER_OPENED } from '../visits.ts';
import { createDocument } from '../documents.ts';
import { giveRole } from '../member-roles.ts';
import { changeLink } from '../sharing.ts';
import type { Database } from '../tables.ts';
import { moveToTrash, takeFromTrash } from '../trash.ts';
import { findBacklinks } from './document-links.ts';
import type { SearchIndex } from './search-index.ts';

interface Opened {
  readonly db: Database;
  readonly index: SearchIndex;
}

const linkTo = (target: string, fields: Partial<DocumentLink> = {}): DocumentLink => ({
  ...{ target, host: '', excerpt: `see ${target}`, from: 4, to: 4 + target.length },
  ...fields,
});

export function testBacklinks(open: () => Promise<Opened>): void {
  async function start() {
    const { db, index } = await open();
    const write = (document: string, links: readonly DocumentLink[], offset = 1_000) =>
      index.update([{ document, parts: [], links, epoch: 'e1', offset, at: offset }]);
    const put = async (id: string, links: readonly DocumentLink[] = [], owner = 'ada') => {
      await createDocument(db, { id, kind: 'page', title: `Title of ${id}`, owner, at: 1_000 });
      await write(id, links);
    };
    const find = async (document: string, user = 'ada', hosts: readonly string[] = ['own']) =>
      await index.backlinks({ document, user, hosts, limit: 50 });
    const idsOf = async (...args: Parameters<typeof find>) =>
      (await find(...args)).map((found) => found.document);
    return { db, index, write, put, find, idsOf };
  }

  describe('BL1 BL3 what is found', () => {
    test('documents with a link to this host or without one, each once, and not the document itself', async () => {
      const { put, find, idsOf } = await start();
      await put('plan', [linkTo('plan')]);
      await put('a', [linkTo('plan'), linkTo('plan', { host: 'own', excerpt: 'again plan' })]);
      await put('b', [linkTo('plan', { host: 'own' })]);
      await put('c', [linkTo('plan', { host: 'other' })]);
      await put('d', [linkTo('a')]);
      expect((await idsOf('plan')).toSorted()).toEqual(['a', 'b']);
      expect(await idsOf('plan', 'ada', [])).toEqual(['a']);
      expect((await find('plan')).find(({ document }) => document === 'a')).toEqual({
        ...{ document: 'a', kind: 'page', title: 'Title of a', updatedAt: 1_000 },
        ...{ excerpt: 'see plan', matches: [{ from: 4, to: 8 }] },
      });
    });

    test('the last changed first, up to the limit', async () => {
      const { db, index, put, idsOf } = await start();
      await put('plan');
      for (const id of ['a', 'b', 'c']) await put(id, [linkTo('plan')]);
      await db.updateTable('document').set({ updated_at: 9_000 }).where('id', '=', 'b').execute();
      expect(await idsOf('plan')).toEqual(['b', 'a', 'c']);
      const query = { document: 'plan', user: 'ada', hosts: [], limit: 2 };
      expect(await index.backlinks(query)).toHaveLength(2);
    });
  });

  test('BL2 what a person finds is not computed where nothing links to the document', async () => {
    const { db, put } = await start();
    await put('plan');
    await put('tide');
    await put('a', [linkTo('plan')]);
    const queries = async (document: string) => {
      const kinds: string[] = [];
      const watched = db.withPlugin({
        transformQuery: ({ node }) => {
          kinds.push(node.kind);
          return node;
        },
        transformResult: ({ result }) => Promise.resolve(result),
      });
      await findBacklinks(watched, { document, user: 'ada', hosts: [], limit: 50 });
      return kinds;
    };
    expect(await queries('tide')).toEqual(['SelectQueryNode']);
    expect(await queries('plan')).toEqual(['SelectQueryNode', 'RawNode']);
  });

  describe('BL2 a person sees', () => {
    test('what is on their list or theirs, and nothing of what is not', async () => {
      const { db, put, idsOf } = await start();
      await put('plan');
      await put('secret', [linkTo('plan')]);
      await put('shared', [linkTo('plan')]);
      // Everyone who has the link of it may read it. Ben does not have the link.
      await put('by-link', [linkTo('plan')]);
      await changeLink(db, 'secret', 'off');
      await changeLink(db, 'shared', 'off');
      expect(await idsOf('plan', 'ben')).toEqual([]);
      await giveRole(db, { document: 'shared', user: 'ben', role: 'viewer' });
      expect(await idsOf('plan', 'ben')).toEqual(['shared']);
      // Ben has been given both, and has not looked yet.
      await addVisit(db, { user: 'ben', document: 'by-link', at: NEVER_OPENED });
      await addVisit(db, { user: 'ben', document: 'shared', at: NEVER_OPENED });
      expect(await idsOf('plan', 'ben')).toEqual([]);
      await forgetVisits(db, { user: 'ben', document: 'shared' });
      await addVisit(db, { user: 'ben', document: 'shared', at: 4 });
      expect(await idsOf('plan', 'ben')).toEqual(['shared']);
      await forgetVisits(db, { user: 'ben', document: 'by-link' });
      await addVisit(db, { user: 'ben', document: 'by-link', at: 5 });
      expect((await idsOf('plan', 'ben')).toSorted()).toEqual(['by-link', 'shared']);
      await changeLink(db, 'by-link', 'off');
      expect(await idsOf('plan', 'ben')).toEqual(['shared']);
      await changeLink(db, 'by-link', 'view');
      await forgetVisits(db, { user: 'ben', document: 'by-link' });
      expect(await idsOf('plan', 'ben')).toEqual(['shared']);
    });

    test('nothing of the trash, until it is restored', async () => {
      const { db, put, idsOf } = await start();
      await put('plan');
      await put('a', [linkTo('plan')]);
      await moveToTrash(db, 'a', 2_000);
      expect(await idsOf('plan')).toEqual([]);
      await takeFromTrash(db, { id: 'a', trashed_with: null });
      expect(await idsOf('plan')).toEqual(['a']);
    });
  });

  describe('BL4 the links', () => {
    test('are those of the newest text, whichever node wrote it', async () => {
      const { db, write, put, idsOf } = await start();
      await put('plan');
      await put('a', [linkTo('plan')]);
      await write('a', [], 2_000);
      expect(await idsOf('plan')).toEqual([]);
      await write('a', [linkTo('plan')], 1_500);
      expect(await idsOf('plan')).toEqual([]);
      await write('a', [linkTo('plan', { excerpt: 'new plan' })], 3_000);
      expect(await db.selectFrom('document_link').select('excerpt').execute()).toEqual([
        { excerpt: 'new plan' },
      ]);
    });

    test('may be many', async () => {
      const { db, put, write } = await start();
      const links = Array.from({ length: 200 }, (_, i) => linkTo(`document-${i}`));
      await put('a', links);
      await write('a', links.slice(1), 2_000);
      expect(await db.selectFrom('document_link').selectAll().execute()).toHaveLength(199);
    });

    test('go with a purge, and stay away', async () => {
      const { db, index, put, write } = await start();
      await put('a', [linkTo('plan')]);
      await db.updateTable('document').set({ purged_at: 9 }).execute();
      await index.remove('a');
      await write('a', [linkTo('plan')], 2_000);
      expect(await db.selectFrom('document_link').selectAll().execute()).toEqual([]);
    });
  });
}
