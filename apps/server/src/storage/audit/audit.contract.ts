/** The contract of the audit log. Each database runs it. */
import { auditEntry, type AuditAction } from '@tandem/protocol/audit';
import { expect, test } from 'vitest';
import { AUDIT } from '../limits.ts';
import { addVisit } from '../visits.ts';
import { createDocument } from '../documents.ts';
import { changeLink } from '../sharing.ts';
import type { Database } from '../tables.ts';
import { createUser } from '../users.ts';
import {
  addAuditEntries,
  deleteOldAudit,
  findOwnTitles,
  listAudit,
  type AuditEvent,
  type AuditQuery,
} from './audit-log.ts';

const AT = 1_800_000_000_000;
const ALL = 1_000;

const trashed = (document: string): AuditEvent<'document:trashed'> => ({
  ...{ action: 'document:trashed', document, detail: {} },
});

export function testAudit(open: () => Promise<Database>): void {
  const add = (db: Database, user: string, event: AuditEvent<AuditAction>, at = AT) =>
    addAuditEntries(db, [{ at, user, event }]);
  const actions = async (db: Database, query: AuditQuery) =>
    (await listAudit(db, query, ALL)).entries.map(({ action }) => action);

  test('AU2, AU7 entries are read as they were written, the newest first', async () => {
    const db = await open();
    await add(db, 'ada', {
      ...{ action: 'member:changed', document: 'plan', person: 'ben' },
      detail: { from: null, to: 'editor' },
    });
    await add(db, 'ben', {
      ...{ action: 'account:signed-in', network: '192.0.2.0/24', detail: { way: 'password' } },
    });
    await add(db, 'ada', { ...trashed('plan'), actor: 'server' });
    const { entries, next } = await listAudit(db, {}, ALL);
    const none = { document: null, person: null, network: null };
    expect(entries.map(({ number: _, ...entry }) => entry)).toEqual([
      { ...none, at: AT, actor: null, action: 'document:trashed', document: 'plan', detail: {} },
      {
        ...{ ...none, at: AT, actor: 'ben', action: 'account:signed-in' },
        ...{ network: '192.0.2.0/24', detail: { way: 'password' } },
      },
      {
        ...{ ...none, at: AT, actor: 'ada', action: 'member:changed', document: 'plan' },
        ...{ person: 'ben', detail: { from: null, to: 'editor' } },
      },
    ]);
    const numbers = entries.map(({ number }) => number);
    expect(numbers).toEqual(numbers.toSorted((a, b) => b - a));
    expect(next).toBeNull();
  });

  test('AU2 a detail that is not in the schema of its action is not written', async () => {
    const db = await open();
    const event = { action: 'document:trashed', document: 'plan', detail: { title: 'Lantern' } };
    await expect(add(db, 'ada', event as never)).rejects.toThrow('title');
    expect(await actions(db, {})).toEqual([]);
  });

  test('filters by person on either side, by document, action and time', async () => {
    const db = await open();
    await add(db, 'ada', trashed('plan'), AT);
    await add(db, 'ben', { action: 'document:restored', document: 'plan', detail: {} }, AT + 1);
    await add(
      db,
      'cy',
      {
        ...{ action: 'member:removed', document: 'log', person: 'ada' },
        detail: { from: 'viewer' },
      },
      AT + 2,
    );
    expect(await actions(db, { person: 'ada' })).toEqual(['member:removed', 'document:trashed']);
    expect(await actions(db, { document: 'plan' })).toEqual([
      'document:restored',
      'document:trashed',
    ]);
    expect(await actions(db, { action: 'document:restored' })).toEqual(['document:restored']);
    expect(await actions(db, { since: AT + 1, until: AT + 2 })).toEqual(['document:restored']);
    expect(await actions(db, { person: 'ada', document: 'plan', since: AT + 1 })).toEqual([]);
  });

  test('AU7 pages follow each other without a gap, also while rows are added', async () => {
    const db = await open();
    for (let i = 0; i < 7; i++) await add(db, 'ada', trashed(`document-${i}`));
    const documents: (string | null)[] = [];
    let before: number | undefined;
    do {
      const page = await listAudit(db, { before }, 3);
      documents.push(...page.entries.map(({ document }) => document));
      before = page.next ?? undefined;
      await add(db, 'ben', trashed('later'));
    } while (before !== undefined);
    expect(documents).toEqual([6, 5, 4, 3, 2, 1, 0].map((i) => `document-${i}`));
  });

  test('rows of another version are left out, and the page goes on after them', async () => {
    const db = await open();
    await add(db, 'ada', trashed('plan'));
    const row = { at: AT, actor: 'ada', action: 'planet:moved', detail: '{}' };
    await db
      .insertInto('audit')
      .values({ ...row, document: null, person: null, network: null })
      .execute();
    const page = await listAudit(db, {}, 1);
    expect(page.entries).toEqual([]);
    expect((await listAudit(db, { before: page.next! }, 1)).entries).toHaveLength(1);
  });

  test('AU6 rows are deleted by their age, in bounded steps', async () => {
    const db = await open();
    const old = Array.from({ length: AUDIT.sweepBatch + 1 }, () => ({
      ...{ at: AT, user: 'ada', event: trashed('plan') },
    }));
    await addAuditEntries(db, old);
    await add(db, 'ada', trashed('newer'), AT + 1);
    expect(await deleteOldAudit(db, AT + 1)).toBe(true);
    expect(await actions(db, {})).toHaveLength(2);
    expect(await deleteOldAudit(db, AT + 1)).toBe(false);
    const { entries } = await listAudit(db, {}, ALL);
    expect(entries.map(({ document }) => document)).toEqual(['newer']);
  });

  test('AU8 ids and titles are those of documents on the administrator’s list, or of theirs', async () => {
    const db = await open();
    for (const id of ['ada', 'ben']) await createUser(db, { id, name: id, color: 1, at: AT });
    const common = { kind: 'page', at: AT, linkAccess: 'edit' } as const;
    await createDocument(db, { id: 'hers', title: 'Hers', owner: 'ada', ...common });
    for (const id of ['his', 'seen', 'lost'])
      await createDocument(db, { id, title: id, owner: 'ben', ...common });
    for (const document of ['seen', 'lost']) await addVisit(db, { user: 'ada', document, at: AT });
    await changeLink(db, 'lost', 'off');
    const documents = ['hers', 'his', 'seen', 'lost', 'purged'];
    const own = await findOwnTitles(db, { user: 'ada', documents });
    expect(own.map(({ id }) => id).toSorted()).toEqual(['hers', 'seen']);
    expect(await findOwnTitles(db, { user: 'ada', documents: [] })).toEqual([]);
  });

  test('what is written is what the wire allows', async () => {
    const db = await open();
    await add(db, 'ada', trashed('plan'));
    for (const entry of (await listAudit(db, {}, ALL)).entries)
      expect(auditEntry.parse(entry)).toEqual(entry);
  });
}
