/** The contract of comments that were imported (CO8). Each database runs it. */
import { expect, test } from 'vitest';
import { channelState, MAX_COMMENTS_BYTES, type CommentAnchor } from '@tandem/protocol';
import {
  addThread,
  hasOnlyImportedComments,
  hasRoomInThread,
  readThreads,
  setResolved,
} from './comments.ts';
import { addVisit } from './visits.ts';
import { createDocument } from './documents.ts';
import { mergeGuest } from './guest-merge.ts';
import { appendMessage, deleteMessage } from './messages.ts';
import type { Database } from './tables.ts';
import { createUser, findUser, registerUser } from './users.ts';

const document = 'd1';
const AT = 1_800_000_000_000;
const ADA = { name: 'Ada', color: 2 };
const IMPORTED = { author: ADA, reactions: [{ emoji: '🌊', names: ['Cleo'] }] };
const ANCHOR: CommentAnchor = {
  ...{ start: { client: 1, clock: 0 }, end: { client: 1, clock: 2 }, block: null },
  ...{ quote: 'low', prefix: '', suffix: '', length: 3, unique: 'quote' },
};

const idOf = (number: number) => `01K0${String(number).padStart(22, '0')}`;

export function testComments(open: () => Promise<Database>): void {
  async function scene(): Promise<Database> {
    const db = await open();
    for (const id of ['guest', 'ned', 'eva'])
      await createUser(db, { id, name: `Name of ${id}`, color: 1, at: AT });
    await registerUser(db, { id: 'ned', at: AT });
    const created = { id: document, kind: 'page', title: 'Tides', owner: 'guest', at: AT } as const;
    await createDocument(db, { ...created, linkAccess: 'off' });
    await addVisit(db, { user: 'guest', document, at: AT });
    return db;
  }

  interface Commenting {
    readonly author?: string;
    readonly imported?: typeof IMPORTED | null;
    readonly thread?: string;
    readonly text?: string;
  }

  /** Starts a thread, or replies in one. */
  async function comment(
    db: Database,
    number: number,
    {
      author = 'guest',
      imported = IMPORTED,
      thread = idOf(number),
      text = 'Sure?',
    }: Commenting = {},
  ): Promise<string> {
    const id = idOf(number);
    const content = { text, mentions: [], imported };
    const importedBy = imported === null ? null : author;
    if (id === thread)
      await addThread(db, { document, thread, anchor: ANCHOR, importedBy }, content);
    const rest = { author, replyTo: null, at: 5, editedAt: imported && 6 };
    await appendMessage(db, { ...content, ...rest, document, channel: 'comments', thread, id });
    return id;
  }

  const isOnlyImportedBy = (db: Database, user: string) =>
    hasOnlyImportedComments(db, { document, user });

  test('CO8 a document has only what one account imported, until somebody comments', async () => {
    const db = await scene();
    expect(await isOnlyImportedBy(db, 'guest')).toBe(true);
    const thread = await comment(db, 1);
    expect(await isOnlyImportedBy(db, 'guest')).toBe(true);
    expect(await isOnlyImportedBy(db, 'eva')).toBe(false);
    const answer = await comment(db, 2, { thread, author: 'eva', imported: null });
    expect(await isOnlyImportedBy(db, 'guest')).toBe(false);
    await deleteMessage(db, { document, message: answer }, AT);
    expect(await isOnlyImportedBy(db, 'guest')).toBe(true);
    await deleteMessage(db, { document, message: thread }, AT);
    expect(await isOnlyImportedBy(db, 'guest')).toBe(true);
    await comment(db, 3, { imported: null });
    expect(await isOnlyImportedBy(db, 'guest')).toBe(false);
  });

  test('CO8 nor has it once a person has resolved or reopened a thread here', async () => {
    const db = await scene();
    const thread = await comment(db, 1);
    await setResolved(db, { document, thread }, { by: 'guest', at: 7, imported: ADA });
    expect(await isOnlyImportedBy(db, 'guest')).toBe(true);
    await setResolved(db, { document, thread }, null);
    expect(await isOnlyImportedBy(db, 'guest')).toBe(false);
    const other = await scene();
    await comment(other, 1);
    await setResolved(other, { document, thread }, { by: 'eva', at: AT, imported: null });
    expect(await isOnlyImportedBy(other, 'guest')).toBe(false);
  });

  test('CO8 names that no longer fit the schema are read as ones that do', async () => {
    const db = await scene();
    const bad = { name: 'x'.repeat(100), color: 1 };
    const imported = { author: bad, reactions: [{ emoji: '🌊', names: ['', 'a\u0085b', 'Cleo'] }] };
    const thread = await comment(db, 1, { imported });
    await setResolved(db, { document, thread }, { by: 'guest', at: 7, imported: bad });
    const state = { type: 'comments', ...(await readThreads(db, document)) };
    expect(channelState.safeParse(state).error).toBeUndefined();
    const author = { name: 'x'.repeat(40), color: 1 };
    expect(state.threads).toMatchObject([
      {
        resolved: { imported: author },
        messages: [{ imported: { author, reactions: [{ names: ['Unnamed', 'a b', 'Cleo'] }] } }],
      },
    ]);
  });

  test('CO8 a guest who imported becomes the account, and the names stay names', async () => {
    const db = await scene();
    const thread = await comment(db, 1);
    await setResolved(db, { document, thread }, { by: 'guest', at: 7, imported: ADA });
    await mergeGuest(db, { guest: 'guest', account: (await findUser(db, 'ned'))! });
    expect(await isOnlyImportedBy(db, 'ned')).toBe(true);
    expect(await isOnlyImportedBy(db, 'guest')).toBe(false);
    const message = {
      author: { id: 'ned' },
      at: 5,
      editedAt: 6,
      imported: IMPORTED,
      reactions: [],
    };
    expect((await readThreads(db, document)).threads).toMatchObject([
      { messages: [message], resolved: { by: { id: 'ned' }, at: 7, imported: ADA } },
    ]);
    await setResolved(db, { document, thread }, { by: 'ned', at: AT, imported: null });
    await deleteMessage(db, { document, message: thread }, AT);
    await comment(db, 2, { thread, author: 'ned' });
    expect((await readThreads(db, document)).threads).toMatchObject([
      {
        messages: [{ text: '', imported: null }, { imported: IMPORTED }],
        resolved: { at: AT, imported: null },
      },
    ]);
  });

  test('CO6 CO8 imported names count for the limit of bytes', async () => {
    const db = await scene();
    const thread = await comment(db, 1, { text: '' });
    const names = Buffer.byteLength(JSON.stringify(IMPORTED));
    const used = names + '[]'.length;
    const next = (bytes: number) => ({ text: 'x'.repeat(bytes), mentions: [], imported: IMPORTED });
    const left = MAX_COMMENTS_BYTES - 2 * used;
    const hasRoom = (bytes: number) => hasRoomInThread(db, { document, thread }, next(bytes));
    expect(await hasRoom(left)).toBe(true);
    expect(await hasRoom(left + 1)).toBe(false);
  });
}
