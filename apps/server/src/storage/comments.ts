/** The threads of comments: what they are about, and whether they are resolved. */
import { sql } from 'kysely';
import {
  MAX_COMMENT_REACTIONS,
  MAX_COMMENT_THREADS,
  MAX_COMMENTS,
  MAX_COMMENTS_BYTES,
  MAX_THREAD_MESSAGES,
  type CommentAnchor,
  type CommentsState,
  type CommentThread,
  type NamedPerson,
  type ThreadMessage,
} from '@tandem/protocol';
import { fitStored } from './stored-texts.ts';
import {
  hasOnlyImportedMessages,
  messageHead,
  toMessages,
  type MessageContent,
} from './messages.ts';
import type { CommentThreadRow } from './tables/messages.ts';
import type { Database } from './tables.ts';

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

interface NewThread extends ThreadKey {
  readonly anchor: CommentAnchor;
  /** The account that imports it. */
  readonly importedBy?: string | null;
}

/** Requires a write transaction, as the limits count what is there. */
export async function addThread(
  db: Database,
  { document, thread, anchor, importedBy = null }: NewThread,
  first: MessageContent,
): Promise<'added' | 'full'> {
  const { threads } = await db
    .selectFrom('comment_thread')
    .select((eb) => eb.fn.countAll<number>().as('threads'))
    .where('document', '=', document)
    .executeTakeFirstOrThrow();
  if (threads >= MAX_COMMENT_THREADS || !(await hasRoom(db, document, first))) return 'full';
  await db
    .insertInto('comment_thread')
    .values({ document, id: thread, anchor: JSON.stringify(anchor), imported_by: importedBy })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return 'added';
}

/**
 * Whether all comments of a document are those that this account imported, and no thread was resolved or reopened here. Marks
 * of deleted ones are nobody’s.
 */
export async function hasOnlyImportedComments(
  db: Database,
  { document, user }: { readonly document: string; readonly user: string },
): Promise<boolean> {
  const thread = await db
    .selectFrom('comment_thread')
    .select('id')
    .where('document', '=', document)
    .where((eb) => eb.or([eb('imported_by', 'is', null), eb('imported_by', '<>', user)]))
    .limit(1)
    .executeTakeFirst();
  if (thread !== undefined) return false;
  return await hasOnlyImportedMessages(db, { document, channel: 'comments', user });
}

export async function hasRoomInThread(
  db: Database,
  { document, thread }: ThreadKey,
  content: MessageContent,
): Promise<boolean> {
  const { messages } = await db
    .selectFrom('message')
    .select((eb) => eb.fn.countAll<number>().as('messages'))
    .where('document', '=', document)
    .where('channel', '=', 'comments')
    .where('thread', '=', thread)
    .executeTakeFirstOrThrow();
  return messages < MAX_THREAD_MESSAGES && (await hasRoom(db, document, content));
}

async function hasRoom(db: Database, document: string, content: MessageContent): Promise<boolean> {
  const { messages, bytes } = await measure(db, document);
  return messages < MAX_COMMENTS && bytes + bytesOf(content) <= MAX_COMMENTS_BYTES;
}

export async function hasRoomForEdit(
  db: Database,
  document: string,
  { before, after }: { readonly before: MessageContent; readonly after: MessageContent },
): Promise<boolean> {
  const added = bytesOf(after) - bytesOf(before);
  if (added <= 0) return true;
  return (await measure(db, document)).bytes + added <= MAX_COMMENTS_BYTES;
}

export async function hasRoomForReaction(db: Database, document: string): Promise<boolean> {
  const { reactions } = await db
    .selectFrom('message')
    .innerJoin('reaction', (join) =>
      join
        .onRef('reaction.document', '=', 'message.document')
        .onRef('reaction.message', '=', 'message.id'),
    )
    .select((eb) => eb.fn.countAll<number>().as('reactions'))
    .where('message.document', '=', document)
    .where('message.channel', '=', 'comments')
    .executeTakeFirstOrThrow();
  return reactions < MAX_COMMENT_REACTIONS;
}

function bytesOf({ text, mentions, imported }: MessageContent): number {
  const written = Buffer.byteLength(text) + Buffer.byteLength(JSON.stringify(mentions));
  return written + (imported == null ? 0 : Buffer.byteLength(JSON.stringify(imported)));
}

async function measure(
  db: Database,
  document: string,
): Promise<{ readonly messages: number; readonly bytes: number }> {
  const bytes = sql<number>`coalesce(sum(octet_length("text") + octet_length("mentions") + octet_length(coalesce("imported", ''))), 0)`;
  return await db
    .selectFrom('message')
    .select((eb) => [eb.fn.countAll<number>().as('messages'), bytes.as('bytes')])
    .where('document', '=', document)
    .where('channel', '=', 'comments')
    .executeTakeFirstOrThrow();
}

/** A thread that is resolved or reopened here is no longer one of an import. */
export async function setResolved(
  db: Database,
  { document, thread }: ThreadKey,
  resolved: {
    readonly by: string;
    readonly at: number;
    readonly imported: NamedPerson | null;
  } | null,
): Promise<void> {
  await db
    .updateTable('comment_thread')
    .set({
      resolved_by: resolved?.by ?? null,
      resolved_at: resolved?.at ?? null,
      resolved_imported: resolved?.imported == null ? null : JSON.stringify(resolved.imported),
      ...(resolved?.imported == null && { imported_by: null }),
    })
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

/** A thread goes with its last message (CO5), and with all rows but that of the newest number, which is not used again. */
export async function deleteEmptyThread(
  db: Database,
  { document, thread }: ThreadKey,
): Promise<void> {
  const { numDeletedRows } = await db
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
    .executeTakeFirst();
  if (numDeletedRows === 0n) return;
  const head = await messageHead(db, { document, channel: 'comments' });
  await db
    .deleteFrom('message')
    .where('document', '=', document)
    .where('channel', '=', 'comments')
    .where('number', '<', head)
    // Also the row that an earlier thread left, when it had the newest number.
    .where('thread', 'not in', (eb) =>
      eb.selectFrom('comment_thread').select('id').where('comment_thread.document', '=', document),
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
    .select(['comment_thread.id', 'anchor', 'resolved_at', 'resolved_imported'])
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
      const { user, name, color, resolved_at: at, resolved_imported: named } = row;
      const isResolved = user !== null && name !== null && color !== null && at !== null;
      return [
        {
          id,
          anchor: JSON.parse(row.anchor) as CommentAnchor,
          resolved: isResolved
            ? {
                by: { id: user, name, color },
                at,
                imported: named === null ? null : (JSON.parse(named, fitStored) as NamedPerson),
              }
            : null,
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
