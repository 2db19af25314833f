/** The contract of chats that were imported (W48). Each database runs it. */
import { expect, test } from 'vitest';
import { addVisit } from './visits.ts';
import { loadActivity } from './channel-states.ts';
import { readMessages } from './chat.ts';
import { createDocument } from './documents.ts';
import { mergeGuest } from './guest-merge.ts';
import { appendMessage, deleteMessage, hasOnlyImportedMessages } from './messages.ts';
import type { Database } from './tables.ts';
import { createUser, findUser, registerUser } from './users.ts';

const document = 'd1';
const AT = 1_800_000_000_000;
const IMPORTED = {
  author: { name: 'Ada', color: 2 },
  reactions: [{ emoji: '🌊', names: ['Cleo'] }],
};

const idOf = (number: number) => `01K0${String(number).padStart(22, '0')}`;

export function testChat(open: () => Promise<Database>): void {
  async function scene(): Promise<Database> {
    const db = await open();
    for (const id of ['guest', 'ned', 'eva'])
      await createUser(db, { id, name: `Name of ${id}`, color: 1, at: AT });
    await registerUser(db, { id: 'ned', at: AT });
    const created = { id: document, kind: 'page', title: 'Tides', owner: 'guest', at: AT } as const;
    await createDocument(db, { ...created, linkAccess: 'edit' });
    for (const user of ['guest', 'eva']) await addVisit(db, { user, document, at: AT });
    return db;
  }

  async function send(
    db: Database,
    number: number,
    {
      author = 'guest',
      imported = IMPORTED,
    }: { readonly author?: string; readonly imported?: typeof IMPORTED | null } = {},
  ): Promise<string> {
    const id = idOf(number);
    const message = { text: 'Sure?', mentions: [], imported, author, replyTo: null, at: 5 };
    await appendMessage(db, { ...message, document, channel: 'chat', thread: null, id });
    return id;
  }

  const isOnlyImportedBy = (db: Database, user: string) =>
    hasOnlyImportedMessages(db, { document, channel: 'chat', user });
  const shown = async (db: Database, user: string) => {
    const { [document]: activity } = await loadActivity(db, user);
    return [activity?.chatHead, activity?.chatImported, activity?.chatDeleted];
  };

  test('W48 a chat has only what one account imported, until somebody writes there', async () => {
    const db = await scene();
    expect(await isOnlyImportedBy(db, 'guest')).toBe(true);
    await send(db, 1);
    expect(await isOnlyImportedBy(db, 'guest')).toBe(true);
    expect(await isOnlyImportedBy(db, 'eva')).toBe(false);
    const written = await send(db, 2, { author: 'eva', imported: null });
    for (const user of ['guest', 'eva']) expect(await isOnlyImportedBy(db, user)).toBe(false);
    await deleteMessage(db, { document, message: written }, AT);
    expect(await isOnlyImportedBy(db, 'guest')).toBe(true);
    await send(db, 3, { imported: null });
    expect(await isOnlyImportedBy(db, 'guest')).toBe(false);
  });

  test('W40 W48 lists say how far a chat was imported', async () => {
    const db = await scene();
    expect(await shown(db, 'eva')).toEqual([0, 0, []]);
    await send(db, 1);
    const second = await send(db, 2);
    await send(db, 3, { author: 'eva', imported: null });
    for (const user of ['guest', 'eva']) expect(await shown(db, user)).toEqual([3, 2, []]);
    await deleteMessage(db, { document, message: second }, AT);
    expect(await shown(db, 'eva')).toEqual([3, 1, [{ from: 2, to: 2 }]]);
  });

  test('W48 comments that were imported are not those of the chat', async () => {
    const db = await scene();
    const id = idOf(1);
    const message = { text: 'Sure?', mentions: [], imported: IMPORTED, replyTo: null, at: 5, id };
    await appendMessage(db, {
      ...message,
      author: 'guest',
      document,
      channel: 'comments',
      thread: id,
    });
    await send(db, 2, { author: 'eva', imported: null });
    expect(await shown(db, 'eva')).toEqual([1, 0, []]);
    expect(await isOnlyImportedBy(db, 'guest')).toBe(false);
  });

  test('W48 AC10 what a guest imported becomes the account’s, and the names stay names', async () => {
    const db = await scene();
    await send(db, 1);
    await mergeGuest(db, { guest: 'guest', account: (await findUser(db, 'ned'))! });
    expect(await isOnlyImportedBy(db, 'ned')).toBe(true);
    expect(await isOnlyImportedBy(db, 'guest')).toBe(false);
    expect(await readMessages(db, document)).toMatchObject([
      { author: { id: 'ned', name: 'Name of ned' }, at: 5, imported: IMPORTED },
    ]);
  });
}
