/** The threads of comments: what they are about, and whether they are resolved. */
import {
  MAX_COMMENT_THREADS,
  MAX_COMMENTS,
  MAX_THREAD_MESSAGES,
  type CommentAnchor,
  type CommentsState,
  type CommentThread,
  type ThreadMessage,
} from '@tandem/protocol';
import { messageHead, toMessages } from './messages.ts';
import type { CommentThreadRow, Database } from './tables.ts';

export interface ThreadKey {
  readonly document: string;
  readonly thread: string;
}

export async function findThread(
  db: Database,
  { document, thread }: ThreadKey,
): Promise<CommentThreadRow | undefined> {
  return await db
    .selectFrom('comment_thread')
    .selectAll()
    .where('document', '=', document)
    .where('id', '=', thread)
    .executeTakeFirst();
}

/** Requires a write transaction, as the limits count what is there. */
export async function addThread(
  db: Database,
  { document, thread, anchor }: ThreadKey & { readonly anchor: CommentAnchor },
): Promise<'added' | 'full'> {
  const { threads } = await db
    .selectFrom('comment_thread')
    .select((eb) => eb.fn.countAll<number>().as('threads'))
    .where('document', '=', document)
    .executeTakeFirstOrThrow();
  if (threads >= MAX_COMMENT_THREADS || (await isFull(db, document))) return 'full';
  await db
    .insertInto('comment_thread')
    .values({ document, id: thread, anchor: JSON.stringify(anchor) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return 'added';
}

export async function hasRoomInThread(
  db: Database,
  { document, thread }: ThreadKey,
): Promise<boolean> {
  const { messages } = await db
    .selectFrom('message')
    .select((eb) => eb.fn.countAll<number>().as('messages'))
    .where('document', '=', document)
    .where('channel', '=', 'comments')
    .where('thread', '=', thread)
    .executeTakeFirstOrThrow();
  return messages < MAX_THREAD_MESSAGES && !(await isFull(db, document));
}

export async function setResolved(
  db: Database,
  { document, thread }: ThreadKey,
  resolved: { readonly by: string; readonly at: number } | null,
): Promise<void> {
  await db
    .updateTable('comment_thread')
    .set({ resolved_by: resolved?.by ?? null, resolved_at: resolved?.at ?? null })
    .where('document', '=', document)
    .where('id', '=', thread)
    .execute();
}

export async function setAnchor(
  db: Database,
  { document, thread }: ThreadKey,
  anchor: CommentAnchor,
): Promise<void> {
  await db
    .updateTable('comment_thread')
    .set({ anchor: JSON.stringify(anchor) })
    .where('document', '=', document)
    .where('id', '=', thread)
    .execute();
}

/** A thread goes with its last message (CO5). The rows of its messages stay, because they have numbers. */
export async function deleteEmptyThread(
  db: Database,
  { document, thread }: ThreadKey,
): Promise<void> {
  await db
    .deleteFrom('comment_thread')
    .where('document', '=', document)
    .where('id', '=', thread)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('message')
            .select('message.id')
            .where('message.document', '=', document)
            .where('message.channel', '=', 'comments')
            .where('message.thread', '=', thread)
            .where('message.deleted_at', 'is', null),
        ),
      ),
    )
    .execute();
}

export async function readThreads(
  db: Database,
  document: string,
): Promise<Omit<CommentsState, 'type'>> {
  const threads = await db
    .selectFrom('comment_thread')
    .leftJoin('user', 'user.id', 'comment_thread.resolved_by')
    .select(['comment_thread.id', 'anchor', 'resolved_at'])
    .select(['user.id as user', 'user.name', 'user.color'])
    .where('document', '=', document)
    .execute();
  const byThread = new Map<string, ThreadMessage[]>();
  for (const { thread, message } of await readThreadMessages(db, document)) {
    const messages = byThread.get(thread);
    if (messages === undefined) byThread.set(thread, [message]);
    else messages.push(message);
  }
  const byId = new Map(threads.map((thread) => [thread.id, thread]));
  return {
    // A map keeps the order of insertion: that of the first messages.
    threads: [...byThread].flatMap(([id, messages]): CommentThread[] => {
      const row = byId.get(id);
      if (row === undefined) return [];
      const { user, name, color, resolved_at: at } = row;
      const isResolved = user !== null && name !== null && color !== null && at !== null;
      return [
        {
          id,
          anchor: JSON.parse(row.anchor) as CommentAnchor,
          resolved: isResolved ? { by: { id: user, name, color }, at } : null,
          messages,
        },
      ];
    }),
    head: await messageHead(db, { document, channel: 'comments' }),
  };
}

async function readThreadMessages(
  db: Database,
  document: string,
): Promise<{ readonly thread: string; readonly message: ThreadMessage }[]> {
  const rows = await db
    .selectFrom('message')
    .innerJoin('comment_thread', (join) =>
      join
        .onRef('comment_thread.document', '=', 'message.document')
        .onRef('comment_thread.id', '=', 'message.thread'),
    )
    .innerJoin('user', 'user.id', 'message.author')
    .selectAll('message')
    .select(['user.name', 'user.color'])
    .where('message.document', '=', document)
    .where('channel', '=', 'comments')
    .orderBy('number')
    .execute();
  const messages = await toMessages(db, document, rows);
  return messages.map((message, i) => ({ thread: rows[i]!.thread!, message }));
}

async function isFull(db: Database, document: string): Promise<boolean> {
  const { messages } = await db
    .selectFrom('message')
    .innerJoin('comment_thread', (join) =>
      join
        .onRef('comment_thread.document', '=', 'message.document')
        .onRef('comment_thread.id', '=', 'message.thread'),
    )
    .select((eb) => eb.fn.countAll<number>().as('messages'))
    .where('message.document', '=', document)
    .where('channel', '=', 'comments')
    .executeTakeFirstOrThrow();
  return messages >= MAX_COMMENTS;
}
