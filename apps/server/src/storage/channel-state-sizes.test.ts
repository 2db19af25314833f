/** The largest state of each channel of events can be sent, and read (W46). */
import { expect, test } from 'vitest';
import {
  binaryCodec,
  MAX_ANCHOR_CONTEXT_LENGTH,
  MAX_ANCHOR_QUOTE_LENGTH,
  MAX_CHAT_PAGE,
  MAX_COMMENT_REACTIONS,
  MAX_COMMENT_THREADS,
  MAX_COMMENTS,
  MAX_COMMENTS_BYTES,
  MAX_CONTROL_BYTES,
  MAX_DELETED_RANGES,
  MAX_EXCERPT_LENGTH,
  MAX_FAVOURITES,
  MAX_FOLLOWED_DOCUMENTS,
  MAX_IMPORTED_REACTION_NAMES,
  MAX_INBOX,
  MAX_LIBRARY_PAGE,
  MAX_MENTIONS,
  MAX_MESSAGE_TEXT_LENGTH,
  MAX_NAME_LENGTH,
  MAX_NAMED_VERSIONS,
  MAX_POSITION_LENGTH,
  MAX_REACTIONS_PER_MESSAGE,
  MAX_SHARING_MEMBERS,
  MAX_TEMPLATES,
  MAX_TITLE_LENGTH,
  MAX_TRASH,
  MAX_TREE_DEPTH,
  MAX_VERSION_TITLE_LENGTH,
  type ChannelState,
} from '@tandem/protocol';
import { MESSAGES } from './limits.ts';

/** Of three bytes, as many as a UTF-16 code unit has at most. */
const text = (length: number) => '潮'.repeat(length);
const many = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: Math.ceil(count) }, (_, i) => make(i));
const AT = Date.UTC(2100, 0, 1);
const NUMBER = Number.MAX_SAFE_INTEGER;
const id = (i: number) => String(i).padStart(64, 'x');
const ulid = (i: number) => `01K0${String(i).padStart(22, '0')}`;
const user = (i = 0) => ({ id: id(i), name: text(MAX_NAME_LENGTH), color: 7 });
const mentions = many(MAX_MENTIONS, (i) => ({ user: id(0), offset: 3_000 + i, length: 1 }));
const EMOJI = ['🏴󠁧󠁢󠁥󠁮󠁧󠁿', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', '🏴󠁧󠁢󠁷󠁬󠁳󠁿'];

const reactions = (people: number) =>
  many(Math.min(MAX_REACTIONS_PER_MESSAGE, people), (i) => ({
    emoji: EMOJI[i % EMOJI.length]!,
    users: many(people / MAX_REACTIONS_PER_MESSAGE, user),
  }));
const message = (number: number, content: { text: string; reactions: number }) => ({
  ...{
    id: ulid(number),
    number,
    author: user(),
    mentions,
    replyTo: ulid(number),
    text: content.text,
  },
  ...{ reactions: reactions(content.reactions), at: AT, editedAt: AT, deletedAt: null },
  imported: null,
});
const document = (i: number) => ({
  ...{ id: id(i), kind: 'page', title: text(MAX_TITLE_LENGTH), excerpt: text(MAX_EXCERPT_LENGTH) },
  ...{ role: 'commenter', parent: id(i), position: 'z'.repeat(MAX_POSITION_LENGTH) },
  ...{ createdAt: AT, updatedAt: AT, trashedAt: AT, favouriteAt: AT, isNew: true, follows: 'none' },
  ...{ chatRead: NUMBER, commentsRead: NUMBER },
});

/** Mentions take no more than they count for, so that text has their place here. */
const comments = many(MAX_COMMENTS, (i) => ({
  ...message(i + 1, {
    text: text(MAX_COMMENTS_BYTES / MAX_COMMENTS / 3),
    reactions: MAX_COMMENT_REACTIONS / MAX_COMMENTS,
  }),
  mentions: [],
}));
/** As many names as a file gives a message, until all of the text is names. */
const imported = {
  author: { name: text(MAX_NAME_LENGTH), color: 7 },
  reactions: many(MAX_REACTIONS_PER_MESSAGE, (i) => ({
    emoji: EMOJI[i % EMOJI.length]!,
    names: many(MAX_IMPORTED_REACTION_NAMES / MAX_REACTIONS_PER_MESSAGE, () =>
      text(MAX_NAME_LENGTH),
    ),
  })),
};
const importedComments = comments.map((comment, i) => ({
  ...comment,
  ...(i < MAX_COMMENTS_BYTES / Buffer.byteLength(JSON.stringify(imported)) && { imported }),
  text: '',
}));
const end = { client: NUMBER, clock: NUMBER };
const perThread = MAX_COMMENTS / MAX_COMMENT_THREADS;

function threadsOf(messages: readonly object[]) {
  return many(MAX_COMMENT_THREADS, (i) => ({
    id: ulid(i),
    anchor: {
      ...{ start: end, end, block: text(64), quote: text(MAX_ANCHOR_QUOTE_LENGTH) },
      ...{ prefix: text(MAX_ANCHOR_CONTEXT_LENGTH), suffix: text(MAX_ANCHOR_CONTEXT_LENGTH) },
      ...{ length: NUMBER, unique: 'context' },
    },
    resolved: { by: user(), at: AT, imported: { name: text(MAX_NAME_LENGTH), color: 7 } },
    messages: messages.slice(i * perThread, (i + 1) * perThread),
  }));
}

const LARGEST = {
  library: {
    user: user(),
    documents: many(MAX_LIBRARY_PAGE + MAX_FAVOURITES + MAX_TEMPLATES, document),
    next: { updatedAt: AT, id: id(0) },
  },
  trash: { documents: many(MAX_TRASH, document) },
  inbox: {
    notifications: many(MAX_INBOX, (i) => ({
      ...{ id: ulid(i), kind: 'mention', document: id(i), title: text(MAX_TITLE_LENGTH) },
      ...{ by: user(i), excerpt: text(MAX_EXCERPT_LENGTH), at: AT, isRead: false },
      source: { channel: 'comments', thread: ulid(i), message: ulid(i) },
    })),
  },
  chat: {
    messages: many(MAX_CHAT_PAGE, (i) =>
      message(i + 1, { text: text(MAX_MESSAGE_TEXT_LENGTH), reactions: MESSAGES.maxReactions }),
    ),
    head: NUMBER,
  },
  comments: { threads: threadsOf(comments), head: NUMBER },
  sharing: {
    expiresAt: AT,
    hasPassword: true,
    publication: { id: 'f'.repeat(32), isIndexed: false },
    ...{ owner: id(0), link: 'comment', isLinkInherited: true },
    around: { link: 'comment', isRestricted: true },
    members: many(MAX_SHARING_MEMBERS, (i) => ({
      ...{ user: user(i), role: 'commenter', isOwn: true, from: MAX_TREE_DEPTH },
    })),
  },
  versions: {
    versions: many(MAX_NAMED_VERSIONS, (i) => ({
      ...{ id: ulid(i), offset: NUMBER, title: text(MAX_VERSION_TITLE_LENGTH), by: id(i), at: AT },
    })),
  },
  activity: {
    documents: Object.fromEntries(
      many(MAX_FOLLOWED_DOCUMENTS, (i) => [
        id(i),
        {
          ...{ excerpt: text(MAX_EXCERPT_LENGTH), updatedAt: AT, present: many(8, user) },
          chatHead: NUMBER,
          chatImported: NUMBER,
          chatDeleted: many(MAX_DELETED_RANGES, () => ({ from: NUMBER, to: NUMBER })),
        },
      ]),
    ),
  },
} satisfies Record<Exclude<ChannelState['type'], 'dashboard'>, object>;

const IMPORTED = { threads: threadsOf(importedComments), head: NUMBER };

test.each([
  ...Object.entries(LARGEST).map(([type, body]) => [type, type, body] as const),
  ['imported comments', 'comments', IMPORTED] as const,
])('W46 of %s', (_, type, body) => {
  const state = { type, ...body } as ChannelState;
  const encoded = binaryCodec.encode({
    ...{ type: 'subscribed', channel: 1, ref: 1, name: 'library', recovered: false },
    ...{ epoch: 'e1', offset: 1, state },
  });
  expect(encoded.byteLength).toBeLessThan(MAX_CONTROL_BYTES.server * 0.75);
  expect(binaryCodec.decodeFromServer(encoded)).toMatchObject({ kind: 'ok' });
});
